//! The numbers of peers, which name their edge and its number for the link.

use consonance_link::Peer;

use crate::bus::Member;
use crate::link_number::LinkNumber;

/// The number of a peer: the number of its edge in the upper 32 bits, and that of its link in the lower 32 bits.
pub(super) fn peer_of(member: Member, link: LinkNumber) -> Peer {
    Peer(u64::from(member.0) << u32::BITS | u64::from(link.0))
}

/// Whether the edge of a peer is at another node, and so outlives this node, which has this many workers.
pub(super) fn is_at_other_node(own_workers: Option<u16>, peer: Peer) -> bool {
    let (Member(edge), _) = link_of(peer);
    own_workers.is_some_and(|workers| edge >= workers)
}

pub(super) fn link_of(peer: Peer) -> (Member, LinkNumber) {
    (Member((peer.0 >> u32::BITS) as u16), LinkNumber(peer.0 as u32))
}
