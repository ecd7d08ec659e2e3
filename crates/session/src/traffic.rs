//! Totals and present rates of the traffic, for each type of packet.

use consonance_wire::MessageType;

use crate::time::Instant;

/// Packets in one direction: totals by type, and rates over the last ten seconds.
///
/// Reports on how voice arrives count as the packets that carry them, [`MessageType::ErrorWrongSession`]. Counting
/// allocates nothing. Rates are read at a time that the reader passes, so they fall to zero without traffic.
#[derive(Clone, Debug)]
pub struct PacketTraffic {
    by_type: [Meter; TYPES.len()],
    unreadable: Meter,
}

/// Packets and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// The number of packets; one sent to several links counts as several.
    pub packets: u64,
    /// Their bytes, without the overhead of the network.
    pub bytes: u64,
}

impl Total {
    pub(crate) fn add(&mut self, packets: u64, bytes: u64) {
        self.packets += packets;
        self.bytes += bytes;
    }
}

/// The traffic of one kind of packet.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Flow {
    /// Packets since the start.
    pub packets: u64,
    /// Their bytes, without the overhead of the network.
    pub bytes: u64,
    /// Packets per second over the last ten seconds.
    pub packets_per_second: f32,
    /// Bytes per second over the last ten seconds.
    pub bytes_per_second: f32,
}

/// The types by their numbers on the wire, which begin with 1.
const TYPES: [MessageType; 11] = [
    MessageType::ClientState,
    MessageType::VoiceData,
    MessageType::TextData,
    MessageType::HandshakeRequest,
    MessageType::HandshakeResponse,
    MessageType::ErrorWrongSession,
    MessageType::ServerRelayReliable,
    MessageType::ServerRelayUnreliable,
    MessageType::DeltaChannelState,
    MessageType::RemoveClient,
    MessageType::HandshakeP2P,
];

impl PacketTraffic {
    pub(crate) fn new() -> Self {
        Self { by_type: [Meter::default(); TYPES.len()], unreadable: Meter::default() }
    }

    /// Counts a packet, as many times as it has copies.
    pub(crate) fn count(&mut self, now: Instant, packet: &[u8], copies: usize) {
        let total = Total { packets: copies as u64, bytes: (packet.len() * copies) as u64 };
        match MessageType::peek(packet) {
            Ok(message) => self.count_all(now, message, total),
            Err(_) => self.unreadable.count(now, total),
        }
    }

    /// Counts many packets of one type.
    pub(crate) fn count_all(&mut self, now: Instant, message: MessageType, total: Total) {
        self.by_type[message as usize - 1].count(now, total);
    }

    /// The traffic of one type.
    pub fn flow(&self, now: Instant, message: MessageType) -> Flow {
        self.by_type[message as usize - 1].flow(now)
    }

    /// The traffic that does not begin like any packet.
    pub fn unreadable(&self, now: Instant) -> Flow {
        self.unreadable.flow(now)
    }

    /// Each type, in the order of their numbers on the wire.
    pub fn iter(&self, now: Instant) -> impl ExactSizeIterator<Item = (MessageType, Flow)> {
        TYPES.into_iter().map(move |message| (message, self.flow(now, message)))
    }

    /// Everything together.
    pub fn total(&self, now: Instant) -> Flow {
        self.iter(now).fold(self.unreadable(now), |sum, (_, flow)| Flow {
            packets: sum.packets + flow.packets,
            bytes: sum.bytes + flow.bytes,
            packets_per_second: sum.packets_per_second + flow.packets_per_second,
            bytes_per_second: sum.bytes_per_second + flow.bytes_per_second,
        })
    }
}

/// The number of seconds that rates cover, including the present one.
const WINDOW: usize = 10;
const MICROS_PER_SECOND: u64 = 1_000_000;

/// Totals, and the traffic of each of the latest seconds.
#[derive(Clone, Copy, Debug, Default)]
struct Meter {
    total: Total,
    /// The traffic of each second, at its number modulo the window.
    seconds: [Total; WINDOW],
    /// The number of the latest second, its index, and its end: stored, so that a packet costs no division.
    latest: u64,
    place: usize,
    ends: Instant,
}

impl Meter {
    fn count(&mut self, now: Instant, passed: Total) {
        // A time that goes backwards counts as the latest time seen.
        if now >= self.ends {
            self.advance(now);
        }
        self.total.add(passed.packets, passed.bytes);
        self.seconds[self.place].add(passed.packets, passed.bytes);
    }

    /// Clears the seconds without traffic.
    #[cold]
    fn advance(&mut self, now: Instant) {
        let second = now.as_micros() / MICROS_PER_SECOND;
        for passed in (self.latest + 1..=second).take(WINDOW) {
            self.seconds[slot(passed)] = Total::default();
        }
        (self.latest, self.place) = (second, slot(second));
        self.ends = Instant::from_micros((second + 1).saturating_mul(MICROS_PER_SECOND));
    }

    fn flow(&self, now: Instant) -> Flow {
        let now = now.as_micros().max(self.latest * MICROS_PER_SECOND);
        let second = now / MICROS_PER_SECOND;
        let first = (second + 1).saturating_sub(WINDOW as u64);
        let mut recent = Total::default();
        for Total { packets, bytes } in (first..=self.latest).map(|passed| self.seconds[slot(passed)]) {
            recent.add(packets, bytes);
        }
        let micros = now - first * MICROS_PER_SECOND;
        Flow {
            packets: self.total.packets,
            bytes: self.total.bytes,
            packets_per_second: per_second(recent.packets, micros),
            bytes_per_second: per_second(recent.bytes, micros),
        }
    }
}

fn slot(second: u64) -> usize {
    (second % WINDOW as u64) as usize
}

/// The rate over at least one second, so that the first packet does not make an infinite rate.
fn per_second(count: u64, micros: u64) -> f32 {
    let seconds = micros.max(MICROS_PER_SECOND) as f32 / MICROS_PER_SECOND as f32;
    count as f32 / seconds
}

#[cfg(test)]
mod tests {
    use super::*;

    const REMOVE: [u8; 9] = [0x8b, 0xc7, 10, 0, 0, 0, 1, 0, 7];

    fn rate(traffic: &PacketTraffic, seconds: u64) -> f32 {
        traffic.flow(Instant::from_millis(1000 * seconds), MessageType::RemoveClient).packets_per_second
    }

    #[test]
    fn packets_are_counted_by_type_and_copies() {
        let mut traffic = PacketTraffic::new();
        traffic.count(Instant::START, &REMOVE, 3);
        traffic.count(Instant::START, b"no packet", 1);
        let remove = traffic.flow(Instant::START, MessageType::RemoveClient);
        assert_eq!((remove.packets, remove.bytes), (3, 27));
        assert_eq!(traffic.unreadable(Instant::START).packets, 1);
        let total = traffic.total(Instant::START);
        assert_eq!((total.packets, total.bytes), (4, 36));
        let others = traffic.iter(Instant::START).filter(|(_, flow)| flow.packets == 0).count();
        assert_eq!(others, 10);
    }

    #[test]
    fn a_rate_settles_in_ten_seconds_and_is_gone_ten_seconds_later() {
        let mut traffic = PacketTraffic::new();
        for millis in (0..60_000).step_by(20) {
            traffic.count(Instant::from_millis(millis), &REMOVE, 1);
        }
        assert!((rate(&traffic, 60) - 50.0).abs() < 0.01, "{}", rate(&traffic, 60));
        assert!((rate(&traffic, 64) - 50.0 * 5.0 / 9.0).abs() < 0.01, "{}", rate(&traffic, 64));
        assert!(rate(&traffic, 69) <= 0.0);
        assert!(rate(&traffic, 1_000_000) <= 0.0);
        assert_eq!(traffic.total(Instant::from_millis(1_000_000)).packets, 3000);
    }

    #[test]
    fn a_pause_longer_than_the_window_leaves_nothing_behind() {
        let mut traffic = PacketTraffic::new();
        traffic.count(Instant::START, &REMOVE, 1000);
        traffic.count(Instant::from_millis(1_000_005_000), &REMOVE, 9);
        assert!((rate(&traffic, 1_000_005) - 1.0).abs() < 0.01, "{}", rate(&traffic, 1_000_005));
    }

    #[test]
    fn the_first_moment_and_a_clock_that_goes_back_give_sane_rates() {
        let mut traffic = PacketTraffic::new();
        traffic.count(Instant::from_millis(1), &REMOVE, 5);
        assert!((rate(&traffic, 0) - 5.0).abs() < 0.01);
        traffic.count(Instant::from_millis(20_000), &REMOVE, 1);
        traffic.count(Instant::from_millis(3000), &REMOVE, 1);
        assert!(rate(&traffic, 0) > 0.0);
        assert_eq!(traffic.total(Instant::START).packets, 7);
    }

    #[test]
    fn types_stand_at_their_numbers() {
        assert!(TYPES.iter().zip(1..).all(|(message, number)| *message as u8 == number));
    }
}
