//! A record of a stream's packets that have arrived: each counts once, and late ones within a window.

/// The newest packet, and which of those right before it have arrived: the window of RFC 3711, section 3.3.2.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    newest: u64,
    /// Bit n: the packet n before the newest has arrived. 0 before the first packet.
    window: u64,
}

/// A packet's relation to those that arrived before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    /// The newest; some packets between it and the previous newest have not arrived.
    Newest {
        /// The number of these packets.
        missing: u64,
    },
    /// It was missing until now.
    Late,
    /// It had already arrived.
    Duplicate,
    /// It is too old for the window.
    TooLate,
}

impl Arrivals {
    /// Notes a packet.
    pub(super) fn note(&mut self, sequence: u64) -> Arrival {
        if self.window == 0 || sequence > self.newest {
            let is_first = self.window == 0;
            let ahead = sequence.abs_diff(self.newest);
            let kept = u32::try_from(ahead).ok().and_then(|ahead| self.window.checked_shl(ahead));
            self.window = kept.unwrap_or(0) | 1;
            self.newest = sequence;
            return Arrival::Newest { missing: if is_first { 0 } else { ahead - 1 } };
        }
        let behind = u32::try_from(self.newest - sequence).ok();
        let Some(bit) = behind.and_then(|behind| 1_u64.checked_shl(behind)) else { return Arrival::TooLate };
        if self.window & bit != 0 {
            return Arrival::Duplicate;
        }
        self.window |= bit;
        Arrival::Late
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_packet_counts_once_and_the_missing_ones_may_come_late() {
        let mut arrivals = Arrivals::default();
        let rows = [
            (1000, Arrival::Newest { missing: 0 }),
            (1001, Arrival::Newest { missing: 0 }),
            (1001, Arrival::Duplicate),
            (1004, Arrival::Newest { missing: 2 }),
            (1002, Arrival::Late),
            (1002, Arrival::Duplicate),
            (1067, Arrival::Newest { missing: 62 }),
            (1003, Arrival::TooLate),
            (1004, Arrival::Duplicate),
            (5000, Arrival::Newest { missing: 3932 }),
            (1067, Arrival::TooLate),
            (u64::MAX, Arrival::Newest { missing: u64::MAX - 5001 }),
        ];
        for (sequence, arrival) in rows {
            assert_eq!(arrivals.note(sequence), arrival, "{sequence}");
        }
    }

    #[test]
    fn the_first_may_have_any_number() {
        assert_eq!(Arrivals::default().note(0), Arrival::Newest { missing: 0 });
        assert_eq!(Arrivals::default().note(u64::MAX), Arrival::Newest { missing: 0 });
    }
}
