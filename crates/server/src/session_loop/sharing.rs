//! Sharing sessions with other workers, and with those of other nodes.

use consonance_cluster::placement::NodeId;
use consonance_cluster::{BusReceiver, BusSender, BusWay, EdgeLinks, EdgeNetworks, NodeWorkers, RemoteLinks};

use super::SessionLoop;
use crate::copies::SessionCopies;

impl SessionLoop {
    /// Shares the sessions of this worker with others, and those of others with this one: as an edge by the first way
    /// out and in, as an owner by the second. All networks were added before.
    pub(crate) fn share_sessions(
        &mut self,
        (to_owners, from_owners): (Box<dyn BusSender>, Box<dyn BusReceiver>),
        (to_edges, from_edges): (Box<dyn BusSender>, Box<dyn BusReceiver>),
        networks: EdgeNetworks,
    ) {
        self.state.networks.add_edges();
        let mut links = RemoteLinks::new(to_edges, from_edges, networks);
        if self.state.directory.lease().is_some() {
            links = links.of_node(self.state.directory.workers());
        }
        self.edge.share(EdgeLinks::new(to_owners, from_owners), links.released());
        self.add_network(Box::new(links));
    }

    /// Follows sessions of other nodes, and tells those what happens in the sessions here.
    pub(crate) fn follow_nodes(&mut self, way: BusWay, workers: NodeWorkers, own: NodeId) {
        self.state.copies = Some(SessionCopies::new(way, workers, (own, self.state.number as u16)));
    }
}
