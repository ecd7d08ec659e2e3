//! Links into sessions of other workers: what comes over them goes to the session's owner, and what the owner wants
//! sent goes out here.

use std::time::Instant;

use consonance_cluster::{
    About, BusReceiver, BusSender, EdgeLinks, EdgeNetworks, LinkReport, Member, RemoteLinks, Wanted,
};
use consonance_session::{Delivery, LinkId, Transmit};
use consonance_transport::{
    DisconnectReason, EndCode, EndReason, Peer, PeerIdentity, Remote, Resumed, ServerNetworkExt as _,
};
use tracing::debug;

use super::{SessionLoop, link_span};
use crate::directory::SessionRefusal;
use crate::networks::{link_of, to_session, to_transport};

impl SessionLoop {
    /// Shares the sessions of this worker with others, and those of others with this one: as an edge by the first way
    /// out and in, as an owner by the second. All networks were added before.
    pub(crate) fn share_sessions(
        &mut self,
        (to_owners, from_owners): (Box<dyn BusSender>, Box<dyn BusReceiver>),
        (to_edges, from_edges): (Box<dyn BusSender>, Box<dyn BusReceiver>),
        networks: EdgeNetworks,
    ) {
        self.edge = Some(EdgeLinks::new(to_owners, from_owners));
        self.networks.add_edges();
        self.add_network(Box::new(RemoteLinks::new(to_edges, from_edges, networks)));
    }

    /// What the networks of this worker have in common.
    pub(crate) fn edge_networks(&self) -> EdgeNetworks {
        EdgeNetworks {
            limits: self.networks.packet_limits(),
            carry_end_reasons: self.networks.carry_end_reasons(),
        }
    }

    /// A client of a network here named a session of another worker.
    pub(super) fn forward_connected(
        &mut self,
        now: Instant,
        (network, peer): (usize, Peer),
        owner: usize,
        session: &str,
        remote: &Remote,
    ) {
        let link = link_of(network, peer);
        let its_network = self.networks.get_mut(network);
        let identity = its_network.peer_capability(now, peer).map(|PeerIdentity(number)| number);
        let is_resumed = its_network.peer_capability(now, peer) == Some(Resumed);
        let kind = its_network.network();
        let about = About { remote: &remote.to_string(), kind, identity, is_resumed };
        let was_taken = match (&mut self.edge, u16::try_from(owner)) {
            (Some(edge), Ok(owner)) => edge.connected(Some(Member(owner)), link, session, about),
            _ => false,
        };
        link_span(link).in_scope(|| debug!(%remote, session, owner, was_taken, "connected"));
        if !was_taken {
            self.directory.cancel(session);
            let refusal = SessionRefusal::Elsewhere { session: session.to_owned() };
            self.networks.reject(now, link, &EndReason::from(&refusal), None);
        }
    }

    pub(super) fn forward_packet(&mut self, now: Instant, link: LinkId, delivery: Delivery, packet: &[u8]) {
        let Some(edge) = &mut self.edge else { return };
        let Some(is_on_its_way) = edge.packet(link, to_transport(delivery), packet) else { return };
        self.packets_in += 1;
        if !is_on_its_way {
            self.networks.reject(now, link, &EndCode::ServerBusy.into(), None);
        }
    }

    /// False if the link leads to a session of this worker, or to none.
    pub(super) fn forward_disconnected(&mut self, link: LinkId, reason: &DisconnectReason) -> bool {
        let was_here = self.edge.as_mut().is_some_and(|edge| edge.disconnected(link, reason));
        if was_here {
            link_span(link).in_scope(|| debug!(%reason, "disconnected"));
        }
        was_here
    }

    /// Does what the owners of other sessions want of links here.
    pub(super) fn serve_owners(&mut self, now: Instant) {
        let Self { edge: Some(edge), networks, relay_clock, .. } = self else { return };
        while let Some(wanted) = edge.poll() {
            match wanted {
                Wanted::Send { links, delivery, packet } => {
                    let (came, delivery) = (Instant::now(), to_session(delivery));
                    networks.send(now, &Transmit { to: links, delivery, payload: packet });
                    if delivery == Delivery::Unreliable {
                        relay_clock.relayed(came);
                    }
                }
                Wanted::End { link, reason } => {
                    link_span(link).in_scope(|| debug!(%reason, "closing"));
                    networks.reject(now, link, &reason, None);
                }
                Wanted::Look { link } => {
                    if let Some(way) = networks.ways(now).of(link) {
                        edge.report(link, LinkReport::new(way.quality, way.page));
                    }
                }
                Wanted::Joined { link, is_joined } => networks.set_joined(now, link, is_joined),
                Wanted::Probe { link } => {
                    if let Some(heard) = networks.probe(now, link) {
                        edge.heard(link, now.saturating_duration_since(heard));
                    }
                }
            }
        }
    }

    pub(super) fn flush_edge(&mut self) {
        if let Some(edge) = &mut self.edge {
            edge.flush();
        }
    }
}
