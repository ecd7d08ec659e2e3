//! What is counted on the way of packets.

use consonance_sframe::OpenCounts;

/// What became of packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PacketCounts {
    /// Own packets that were sealed.
    pub sealed: u64,
    /// Own packets to rooms or players that are not encrypted.
    pub sent_plain: u64,
    /// Own packets that were dropped, since there were no keys.
    pub without_keys: u64,
    /// Packets without encryption that came from where it is allowed.
    pub received_plain: u64,
    /// Packets without encryption that came from where it is not, and were dropped.
    pub refused_plain: u64,
    /// Packets that another member has sealed than the server said, and were dropped.
    pub other_senders: u64,
    /// What became of sealed frames.
    pub opened: OpenCounts,
}

/// Of two openers together.
pub(super) fn sum(a: OpenCounts, b: OpenCounts) -> OpenCounts {
    let mut sum = a;
    sum.opened += b.opened;
    sum.malformed += b.malformed;
    sum.unknown_epoch += b.unknown_epoch;
    sum.unknown_sender += b.unknown_sender;
    sum.replayed += b.replayed;
    sum.forged += b.forged;
    sum
}
