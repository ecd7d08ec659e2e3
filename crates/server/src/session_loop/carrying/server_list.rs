//! Clients learn the addresses of all nodes of the cluster, and of each that comes or goes.

use consonance_cluster::NodeInfo;
use consonance_cluster::placement::NodeId;
use consonance_session::{ClientId, LinkId};

use super::super::link_places::node_of;
use super::Carrying;

impl Carrying<'_> {
    /// This node says this of itself, and whether it shares sessions with other regions.
    pub(crate) fn note_self_info(&mut self, node: NodeId, info: &NodeInfo, spans_regions: bool) {
        self.state.node_addresses.set_only_region((!spans_regions).then(|| info.region.clone()));
        self.note_node(node, Some(info));
    }

    /// A node says this of itself, or is lost: clients of the sessions here are told.
    pub(crate) fn note_node(&mut self, node: NodeId, info: Option<&NodeInfo>) {
        if !self.state.node_addresses.note(node, info) {
            return;
        }
        for index in self.state.sessions.indices() {
            let links = self.state.sessions.get_mut(index).server.tables().links();
            let clients: Vec<_> = links.filter_map(|row| Some((row.client?, row.link))).collect();
            for (id, link) in clients {
                self.tell_servers(index, id, link);
            }
            self.drain(index);
        }
    }

    /// Tells one client of a session.
    pub(in super::super) fn tell_servers(&mut self, index: usize, id: ClientId, link: LinkId) {
        let Some(copies) = &self.state.copies else { return };
        if self.state.node_addresses.is_empty() {
            return;
        }
        let member = node_of(&self.state.networks, &self.state.directory, link);
        let node = member.and_then(|member| copies.workers.worker(member));
        let (node, _) = node.unwrap_or(copies.own);
        let addresses = self.state.node_addresses.for_client(node, id.0.into());
        self.state.sessions.get_mut(index).server.announcements().tell_servers(self.at, id, &addresses);
    }
}
