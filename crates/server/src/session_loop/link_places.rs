//! Where a link is: here, at another worker of this node, or at one of another node.

use consonance_cluster::placement::NodeId;
use consonance_cluster::{Member, RemoteLinks};
use consonance_session::LinkId;

use crate::copies::{SessionCopies, member_at};
use crate::directory::Directory;
use crate::networks::{Networks, peer_of};

/// The worker of another node that has a link, if one has.
pub(super) fn node_of(networks: &Networks, directory: &Directory, link: LinkId) -> Option<Member> {
    if !networks.is_remote(link) {
        return None;
    }
    let (member, _) = RemoteLinks::link_of(peer_of(link));
    (!directory.is_worker(member)).then_some(member)
}

/// Whether a link is one of another worker of this process.
pub(super) fn is_of_own_edge(networks: &Networks, directory: &Directory, link: LinkId) -> bool {
    networks.is_remote(link) && node_of(networks, directory, link).is_none()
}

/// The node that has a link or had it last, where that is another one; as a copy knows it, too.
pub(super) fn other_node_of(
    networks: &Networks,
    directory: &Directory,
    copies: Option<&SessionCopies>,
    link: LinkId,
) -> Option<NodeId> {
    let copies = copies?;
    let member = member_at(link).or_else(|| node_of(networks, directory, link))?;
    copies.workers.worker(member).map(|(node, _)| node)
}
