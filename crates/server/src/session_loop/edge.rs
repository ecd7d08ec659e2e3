//! Links into sessions of other workers, and what their former owners give back.

use consonance_cluster::{EdgeLinks, ReleasedPeers};
use consonance_link::Reachability;
use consonance_session::{Delivery, LinkId};

use crate::networks::{NetworkNumbers, link_of, peer_of};

/// The edge of a worker that shares sessions with others; without any, nothing is in it.
#[derive(Default)]
pub(super) struct Edge {
    links: Option<EdgeLinks<LinkId>>,
    /// Links of other workers' edges to sessions that are not this one's any more.
    released: ReleasedPeers,
}

impl Edge {
    /// Shares sessions from now on.
    pub(super) fn share(&mut self, links: EdgeLinks<LinkId>, released: ReleasedPeers) {
        (self.links, self.released) = (Some(links), released);
    }

    /// The links, where there can be any.
    pub(super) fn links(&self) -> Option<&EdgeLinks<LinkId>> {
        self.links.as_ref()
    }

    /// The same, to tell the owners of their sessions something.
    pub(super) fn links_mut(&mut self) -> Option<&mut EdgeLinks<LinkId>> {
        self.links.as_mut()
    }

    /// How many links there are.
    pub(super) fn len(&self) -> usize {
        self.links.as_ref().map_or(0, EdgeLinks::len)
    }

    /// Links of other edges that are held until the owner of their session is known.
    pub(super) fn released(&self) -> &ReleasedPeers {
        &self.released
    }

    /// Sends a packet to the owner of its link's session; another edge's reliable one keeps its number. False if it
    /// found no room, and `None` if the link is not of the edge.
    #[inline]
    pub(super) fn forward(
        &mut self,
        link: LinkId,
        delivery: Delivery,
        is_remote: bool,
        packet: &[u8],
    ) -> Option<bool> {
        let links = self.links.as_mut()?;
        if is_remote && delivery == Delivery::Reliable {
            links.held_packet(link, self.released.last_number(), packet)
        } else {
            links.packet(link, delivery, packet)
        }
    }

    /// Stops holding a link of another edge: its packets go back.
    pub(super) fn forget_held(&mut self, link: LinkId) {
        let held = self.links.as_mut().map(|links| links.forget(link)).unwrap_or_default();
        for (number, packet) in held {
            self.released.give_back(peer_of(link), number, packet);
        }
    }

    /// Tells the owners of sessions which of their clients have become unreachable, or reachable again.
    pub(super) fn tell_reachability(&mut self, network: usize, change: &Reachability) {
        if let Some(links) = &mut self.links {
            let peers = change.peers.iter().map(|peer| link_of(network, *peer));
            links.reachability(peers, change.is_reachable);
        }
    }

    /// Adds what found no room on the way to owners to what found none on the way to edges.
    pub(super) fn add_losses(&self, edges: &mut NetworkNumbers) {
        let Some(links) = &self.links else { return };
        let (lost, counters) = (links.statistics(), &mut edges.counters);
        counters.links.dropped.outgoing_full += lost.unreliable_dropped;
        counters.links.dropped.malformed += links.malformed();
        counters.connections.too_slow += lost.reliable_dropped;
    }

    /// Sends what waits to be sent.
    pub(super) fn flush(&mut self) {
        if let Some(links) = &mut self.links {
            links.flush();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_other_workers_no_packet_is_forwarded() {
        let mut edge = Edge::default();
        assert_eq!(edge.forward(LinkId(1), Delivery::Reliable, false, b"packet"), None);
        edge.forget_held(LinkId(1));
        edge.flush();
        assert_eq!((edge.len(), edge.links().is_none()), (0, true));
    }
}
