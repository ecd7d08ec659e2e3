//! Clients learn the addresses of all nodes of the cluster, and of each that comes or goes.

use std::time::Instant;

use consonance_cluster::NodeInfo;
use consonance_cluster::placement::NodeId;
use consonance_session::{ClientId, Instant as SessionInstant, LinkId};

use super::SessionLoop;
use super::copies::node_of;

impl SessionLoop {
    /// This node says this of itself, and whether it shares sessions with other regions.
    pub(crate) fn note_self_info(
        &mut self,
        now: Instant,
        node: NodeId,
        info: &NodeInfo,
        spans_regions: bool,
    ) {
        self.node_addresses.set_only_region((!spans_regions).then(|| info.region.clone()));
        self.note_node(now, node, Some(info));
    }

    /// A node says this of itself, or is lost: clients of the sessions here are told.
    pub(crate) fn note_node(&mut self, now: Instant, node: NodeId, info: Option<&NodeInfo>) {
        if !self.node_addresses.note(node, info) {
            return;
        }
        let at = self.at(now);
        for index in self.sessions.indices() {
            let links = self.sessions.get_mut(index).server.tables().links();
            let clients: Vec<_> = links.filter_map(|row| Some((row.client?, row.link))).collect();
            for (id, link) in clients {
                self.tell_servers(index, at, id, link);
            }
            self.drain(index, now);
        }
    }

    pub(super) fn tell_servers(&mut self, index: usize, at: SessionInstant, id: ClientId, link: LinkId) {
        let Self { sessions, networks, copies: Some(copies), directory, node_addresses, .. } = self else {
            return;
        };
        if node_addresses.is_empty() {
            return;
        }
        let member = node_of(networks, directory, link);
        let node = member.and_then(|member| copies.workers.worker(member));
        let (node, _) = node.unwrap_or(copies.own);
        let addresses = node_addresses.for_client(node, id.0.into());
        sessions.get_mut(index).server.announcements().tell_servers(at, id, &addresses);
    }
}
