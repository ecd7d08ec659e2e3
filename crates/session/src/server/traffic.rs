//! How much of which packets comes and goes: totals, and a rate that falls to nothing while nothing moves.

use consonance_wire::MessageType;

use crate::time::Instant;

/// Packets and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// How many packets; one sent to several links counts as several.
    pub packets: u64,
    /// Their bytes, without what the network adds.
    pub bytes: u64,
}

/// Packets of one kind in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Traffic {
    /// Since the start of the server.
    pub total: Total,
    /// Packets per second, over the last ten seconds.
    pub packets_per_second: f64,
    /// Bytes per second, over the last ten seconds.
    pub bytes_per_second: f64,
}

/// What came and went of one type of packet.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct TrafficOfType {
    /// The type; `None` for packets whose first bytes make no sense.
    pub message: Option<MessageType>,
    /// What came in, taken or not.
    pub received: Traffic,
    /// What went out, or waits to be polled for.
    pub sent: Traffic,
}

/// A meter for each type and direction. The first is for packets without a type.
#[derive(Debug, Default)]
pub(super) struct TrafficTable {
    received: [Meter; TYPES],
    sent: [Meter; TYPES],
}

/// The eleven types, and none.
const TYPES: usize = 12;
/// How far a rate looks back, the present second included.
const WINDOW_SECONDS: usize = 10;
const SECOND_MICROS: u64 = 1_000_000;

/// Totals, and what each of the last seconds brought.
#[derive(Clone, Copy, Debug, Default)]
struct Meter {
    total: Total,
    /// The number of the second that is going on.
    second: u64,
    /// Where it ends; kept, so that a packet costs no division.
    second_ends: Instant,
    /// By number of the second, modulo the length.
    seconds: [Total; WINDOW_SECONDS],
    /// The present second's place.
    place: usize,
}

impl Total {
    pub(super) fn add(&mut self, packets: u64, bytes: u64) {
        self.packets += packets;
        self.bytes += bytes;
    }
}

impl TrafficTable {
    pub(super) fn received(&mut self, now: Instant, message: Option<MessageType>, bytes: usize) {
        self.received[index(message)].add(now, 1, bytes as u64);
    }

    /// Copies of one packet were sent, or queued to be.
    pub(super) fn sent(&mut self, now: Instant, packet: &[u8], copies: usize) {
        let message = packet.get(2).copied().and_then(MessageType::from_byte);
        self.sent_of(now, message, copies, copies * packet.len());
    }

    /// So many packets of one type, with so many bytes together.
    pub(super) fn sent_of(
        &mut self,
        now: Instant,
        message: Option<MessageType>,
        packets: usize,
        bytes: usize,
    ) {
        self.sent[index(message)].add(now, packets as u64, bytes as u64);
    }

    pub(super) fn iter(&self, now: Instant) -> impl Iterator<Item = TrafficOfType> {
        (0..TYPES).map(move |index| TrafficOfType {
            message: MessageType::from_byte(index as u8),
            received: self.received[index].read(now),
            sent: self.sent[index].read(now),
        })
    }
}

fn index(message: Option<MessageType>) -> usize {
    message.map_or(0, |message| usize::from(message as u8))
}

impl Meter {
    fn add(&mut self, now: Instant, packets: u64, bytes: u64) {
        if now >= self.second_ends {
            self.move_on(now);
        }
        self.total.add(packets, bytes);
        self.seconds[self.place].add(packets, bytes);
    }

    /// Empties the seconds in which nothing came.
    #[cold]
    fn move_on(&mut self, now: Instant) {
        let second = now.as_micros() / SECOND_MICROS;
        let passed = (second - self.second).min(WINDOW_SECONDS as u64);
        for back in 0..passed {
            self.seconds[place(second - back)] = Total::default();
        }
        self.second = second;
        self.second_ends = Instant::from_micros((second + 1).saturating_mul(SECOND_MICROS));
        self.place = place(second);
    }

    fn read(&self, now: Instant) -> Traffic {
        let mut moved = *self;
        if now >= moved.second_ends {
            moved.move_on(now);
        }
        let mut recent = Total::default();
        for second in moved.seconds {
            recent.add(second.packets, second.bytes);
        }
        let begun = (SECOND_MICROS - (moved.second_ends - now).as_micros() as u64) as f64;
        let seconds = (WINDOW_SECONDS - 1) as f64 + begun / SECOND_MICROS as f64;
        Traffic {
            total: self.total,
            packets_per_second: recent.packets as f64 / seconds,
            bytes_per_second: recent.bytes as f64 / seconds,
        }
    }
}

fn place(second: u64) -> usize {
    (second % WINDOW_SECONDS as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    #[test]
    fn a_steady_stream_has_its_rate() {
        let mut meter = Meter::default();
        for frame in 0..1000 {
            meter.add(at(20 * frame), 1, 100);
        }
        let read = meter.read(at(20_000));
        assert_eq!(read.total, Total { packets: 1000, bytes: 100_000 });
        assert!((read.packets_per_second - 50.0).abs() < 0.01, "{read:?}");
        assert!((read.bytes_per_second - 5000.0).abs() < 1.0, "{read:?}");
    }

    #[test]
    fn a_rate_falls_while_nothing_moves_and_is_gone_after_ten_seconds() {
        let mut meter = Meter::default();
        for frame in 0..1000 {
            meter.add(at(20 * frame), 1, 100);
        }
        let rates = [20_000, 25_000, 28_500, 29_000, 4_000_000]
            .map(|millis| meter.read(at(millis)).packets_per_second);
        assert!(rates.is_sorted_by(|earlier, later| earlier >= later), "{rates:?}");
        assert!(rates[1] < 26.0 && rates[2] > 0.0, "{rates:?}");
        assert_eq!(rates[3..], [0.0, 0.0]);
    }

    #[test]
    fn a_stream_that_comes_back_does_not_find_its_old_seconds() {
        let mut meter = Meter::default();
        meter.add(at(500), 100, 100);
        meter.add(at(10_500), 1, 1);
        let read = meter.read(at(10_999));
        assert!((read.packets_per_second - 0.1).abs() < 0.01, "{read:?}");
        assert_eq!(read.total.packets, 101);
    }

    #[test]
    fn each_type_and_direction_counts_for_itself() {
        let mut table = TrafficTable::default();
        table.received(at(0), Some(MessageType::HandshakeP2P), 9);
        table.received(at(0), None, 3);
        table.sent(at(0), &[0x8b, 0xc7, 10, 0, 0, 0, 0, 0, 0], 4);
        let counted: alloc::vec::Vec<_> = table
            .iter(at(0))
            .filter(|row| row.received.total.packets + row.sent.total.packets > 0)
            .map(|row| (row.message, row.received.total, row.sent.total))
            .collect();
        let total = |packets, bytes| Total { packets, bytes };
        assert_eq!(
            counted,
            [
                (None, total(1, 3), total(0, 0)),
                (Some(MessageType::RemoveClient), total(0, 0), total(4, 36)),
                (Some(MessageType::HandshakeP2P), total(1, 9), total(0, 0)),
            ]
        );
    }
}
