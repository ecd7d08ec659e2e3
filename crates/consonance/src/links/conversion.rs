//! Conversions between the session's and the transport's names.

use consonance_link::{self as transport, Peer};
use consonance_session::{LinkId, PacketLimits};

/// The names of direct links have this bit; the others count the links to the server. See [`Peer`].
const DIRECT: u64 = 1 << 48;

/// The session's name for a direct link.
pub(crate) fn direct_link(peer: Peer) -> LinkId {
    debug_assert!(peer.0 < DIRECT, "a peer's number stays below 2^48");
    LinkId(DIRECT | peer.0)
}

/// The transport's name for a direct link; `None` for a link to the server.
pub(crate) fn peer_of(link: LinkId) -> Option<Peer> {
    (link.0 & DIRECT != 0).then_some(Peer(link.0 & !DIRECT))
}

pub(crate) fn to_session_limits(limits: transport::PacketLimits) -> PacketLimits {
    let transport::PacketLimits { reliable_bytes, unreliable_bytes } = limits;
    PacketLimits { reliable_bytes, unreliable_bytes }
}
