//! The limits of packets and queues of links inside one process.

use crate::inbox::InboxLimits;
use crate::{DisconnectReason, PACKET_BYTES_MAX, PacketLimits};

/// The limits of a QUIC path of the smallest size, so that whatever works here works there.
pub(super) const LIMITS: PacketLimits =
    PacketLimits { reliable_bytes: PACKET_BYTES_MAX, unreliable_bytes: 1150 };

/// The queue limits of one end of a link. Control messages are small, and a driver may be a frame late.
pub(super) const QUEUES: InboxLimits = InboxLimits { reliable_packets: 1024, unreliable_packets: 256 };

/// The reason at both ends when a queue of reliable packets overflowed.
pub(super) fn overloaded() -> DisconnectReason {
    DisconnectReason::Overloaded { queue: format!("{} reliable packets", QUEUES.reliable_packets) }
}
