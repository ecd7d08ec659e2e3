//! Counters of sealed, opened and dropped packets.

use crate::sframe::OpenCounts;

/// The number of packets by result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PacketCounts {
    /// Outgoing packets that were sealed.
    pub sealed: u64,
    /// Outgoing packets to rooms or players that are not encrypted.
    pub sent_plain: u64,
    /// Outgoing packets that were dropped, since there were no keys.
    pub without_keys: u64,
    /// Outgoing packets that were dropped, since a recipient cannot decrypt and this player requires encryption.
    pub withheld: u64,
    /// Incoming packets without encryption where it is allowed.
    pub received_plain: u64,
    /// Incoming packets without encryption where it is not allowed; they were dropped.
    pub refused_plain: u64,
    /// Packets that were sealed by another member than the server claimed; they were dropped.
    pub other_senders: u64,
    /// The results of opening sealed frames.
    pub opened: OpenCounts,
}

/// The counts of two openers together.
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
