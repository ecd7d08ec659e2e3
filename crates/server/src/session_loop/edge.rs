//! Links into sessions of other workers: incoming packets go to the session's owner, and the owner's packets are sent
//! out here.

use std::time::Instant;

use consonance_cluster::placement::NodeId;
use consonance_cluster::{
    About, BusReceiver, BusSender, BusWay, EdgeLinks, EdgeNetworks, LinkReport, Member, NodeWorkers,
    RemoteLinks, Wanted,
};
use consonance_session::{Delivery, LinkId, Transmit};
use consonance_transport::{DisconnectReason, EndCode, EndReason, Remote};
use tracing::debug;

use super::SessionLoop;
use super::link_span::link_span;
use crate::copies::SessionCopies;
use crate::directory::SessionRefusal;

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
        let mut links = RemoteLinks::new(to_edges, from_edges, networks);
        if self.directory.lease().is_some() {
            links = links.of_node(self.directory.workers());
        }
        self.released = links.released();
        self.add_network(Box::new(links));
    }

    /// Follows sessions of other nodes, and tells those what happens in the sessions here.
    pub(crate) fn follow_nodes(&mut self, way: BusWay, workers: NodeWorkers, own: NodeId) {
        self.copies = Some(SessionCopies::new(way, workers, (own, self.number as u16)));
    }

    /// The properties that all networks of this worker share.
    pub(crate) fn edge_networks(&self) -> EdgeNetworks {
        EdgeNetworks {
            limits: self.networks.packet_limits(),
            carry_end_reasons: self.networks.carry_end_reasons(),
        }
    }

    /// A client of a network here named a session of another worker, which may not be known yet.
    pub(super) fn forward_connected(
        &mut self,
        now: Instant,
        link: LinkId,
        owner: Option<Member>,
        session: &str,
        remote: &Remote,
    ) {
        let (identity, is_resumed) =
            (self.networks.identity_of(now, link), self.networks.is_resumed(now, link));
        let kind = self.networks.kind_of(now, link);
        let about = About { remote: &remote.to_string(), kind: &kind, identity, is_resumed };
        let is_remote = self.networks.is_remote(link);
        let was_taken = self.edge.as_mut().is_some_and(|edge| {
            if is_remote {
                edge.hold_link(link, session, about)
            } else {
                edge.connected(owner, link, session, about)
            }
        });
        if !is_remote {
            self.tell_account(now, link);
        }
        link_span(link).in_scope(|| debug!(%remote, session, ?owner, was_taken, "connected"));
        if !was_taken {
            self.leave_edge(link, session);
            let refusal = SessionRefusal::Elsewhere { session: session.to_owned() };
            self.networks.reject(now, link, &EndReason::from(&refusal), None);
        }
    }

    /// Tells the owner of a link's session of the account that the link's network vouches for.
    pub(super) fn tell_account(&mut self, now: Instant, link: LinkId) {
        if let Some(account) = self.networks.account_of(now, link)
            && let Some(edge) = &mut self.edge
        {
            edge.set_account(link, &account);
        }
    }

    /// Forgets a client of another worker's session that had arrived here.
    fn leave_edge(&self, link: LinkId, session: &str) {
        if !self.networks.is_remote(link) {
            self.directory.leave_edge(session, 1);
        }
    }

    pub(super) fn forward_packet(&mut self, now: Instant, link: LinkId, delivery: Delivery, packet: &[u8]) {
        if self.relay_at_edge(now, link, delivery, packet) {
            self.packets_in += 1;
            return;
        }
        let Some(edge) = &mut self.edge else { return };
        let is_on_its_way = if self.networks.is_remote(link) && delivery == Delivery::Reliable {
            edge.held_packet(link, self.released.last_number(), packet)
        } else {
            edge.packet(link, delivery, packet)
        };
        let Some(is_on_its_way) = is_on_its_way else { return };
        self.packets_in += 1;
        if !is_on_its_way {
            self.networks.reject(now, link, &EndCode::ServerBusy.into(), None);
        }
    }

    /// False if the link leads to a session of this worker, or to none.
    pub(super) fn forward_disconnected(&mut self, link: LinkId, reason: &DisconnectReason) -> bool {
        let Some(edge) = &mut self.edge else { return false };
        let Some((session, _)) = edge.session_of(link) else { return false };
        let session = session.to_owned();
        if self.networks.is_remote(link) {
            self.forget_held_link(link);
        } else {
            edge.disconnected(link, reason);
        }
        self.detach_from_copy(&session, link);
        link_span(link).in_scope(|| debug!(%reason, "disconnected"));
        self.leave_edge(link, &session);
        true
    }

    /// Handles messages from the owners of other sessions: first for links here, then for copies, so that copies know
    /// no more than the clients.
    pub(super) fn poll_owners(&mut self, now: Instant) {
        self.serve_owners(now);
        self.poll_node_messages(now);
    }

    /// Carries out the requests of other sessions' owners for links here.
    fn serve_owners(&mut self, now: Instant) {
        let Self { edge: Some(edge), networks, relay_clock, directory, .. } = self else { return };
        while let Some(wanted) = edge.poll() {
            match wanted {
                Wanted::Send { links, delivery, packet } => {
                    let came = Instant::now();
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
                        edge.report(link, LinkReport::new(way.quality, way.page, way.mumble));
                    }
                }
                Wanted::FindOwner { session, lost } => directory.find_owner(&session, lost),
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
        if let Some(copies) = &mut self.copies {
            copies.flush();
        }
    }
}
