//! Packets that arrive over the other side's reliable channel before the other channel is open, too.
//!
//! Browsers and the stock library send as soon as they have asked for a channel, without waiting for the answer (RFC
//! 8832, section 6), and each channel opens by itself.

#[derive(Debug, Default)]
pub(super) struct EarlyPackets {
    packets: Vec<Vec<u8>>,
    bytes: usize,
}

impl EarlyPackets {
    /// False if this exceeds what any player needs to send before it is admitted.
    #[must_use]
    pub(super) fn keep(&mut self, packet: Vec<u8>) -> bool {
        self.bytes += packet.len();
        let fits = self.packets.len() < PACKETS_MAX && self.bytes <= BYTES_MAX;
        if fits {
            self.packets.push(packet);
        }
        fits
    }

    /// All packets in their order of arrival.
    pub(super) fn take(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(self).packets
    }
}

/// A player asks to be admitted every few seconds, for a minute at most, in some hundred bytes.
const PACKETS_MAX: usize = 64;
const BYTES_MAX: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_and_their_bytes_are_bounded() {
        for (length, kept_max) in [(0, PACKETS_MAX), (1000, PACKETS_MAX), (16 * 1024, 4)] {
            let mut early = EarlyPackets::default();
            let kept = (0..100).take_while(|_| early.keep(vec![7; length])).count();
            assert_eq!((kept, early.take().len()), (kept_max, kept_max));
        }
    }
}
