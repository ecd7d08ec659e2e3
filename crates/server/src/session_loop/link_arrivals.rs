//! Connections that come up, and end: which session each is in, if any.

use std::time::Instant;

use consonance_session::{Instant as SessionInstant, LinkId};
use consonance_transport::{EndReason, Peer, PeerIdentity, Remote, Resumed, ServerNetworkExt as _};
use tracing::debug;

use super::{SessionLoop, link_span};
use crate::directory::{Arrival, SessionRefusal};
use crate::networks::link_of;
use crate::peer_origin::peer_origin;
use crate::utc::seconds_since_1970;

impl SessionLoop {
    /// Finds the session that it names, unless its address is banned.
    pub(super) fn handle_connected(
        &mut self,
        now: Instant,
        network: usize,
        peer: Peer,
        name: &str,
        remote: Remote,
    ) {
        let at = self.at(now);
        let link = link_of(network, peer);
        let address = remote.ip();
        let records = &self.records;
        if let Some(ban) = address.and_then(|address| records.ban_of_address(seconds_since_1970(), address)) {
            link_span(link).in_scope(|| debug!(%remote, ban = ban.id, "refused: banned"));
            // Its network may have placed it, so that the session waits for it.
            self.directory.cancel(name);
            return self.networks.reject(now, link, &ban.end_reason(), None);
        }
        let index = match self.enter(at, name) {
            Ok(Entered::Here(index)) => index,
            Ok(Entered::At(owner)) if !self.networks.is_of_edges(network) => {
                return self.forward_connected(now, (network, peer), owner, name, &remote);
            }
            elsewhere_or_not => {
                let refusal = elsewhere_or_not.err();
                let refusal =
                    refusal.unwrap_or_else(|| SessionRefusal::Elsewhere { session: name.to_owned() });
                link_span(link).in_scope(|| debug!(%remote, session = name, %refusal, "refused"));
                return self.networks.reject(now, link, &EndReason::from(&refusal), None);
            }
        };
        let identity = self.networks.get_mut(network).peer_capability(now, peer);
        let identity = identity.map(|PeerIdentity(number)| number);
        let kind = self.networks.kind_of(now, link);
        let origin = peer_origin(&kind, identity, address, self.sessions.ipv6_prefix_bits());
        let session = self.sessions.get_mut(index);
        session.span.in_scope(|| link_span(link).in_scope(|| debug!(%remote, "connected")));
        session.links += 1;
        session.server.handle_connected_from(at, link, origin);
        if self.networks.get_mut(network).peer_capability(now, peer) == Some(Resumed) {
            session.server.ask_to_join_again(at, link);
        }
        self.gate.note_connected(link, remote);
        self.routes.insert(link, index, address);
        self.drain(index, now);
    }

    pub(super) fn handle_disconnected(&mut self, now: Instant, link: LinkId, reason: &str) {
        let at = self.at(now);
        self.gate.forget(link);
        if let Some(index) = self.routes.remove(link) {
            let session = self.sessions.get_mut(index);
            session.span.in_scope(|| link_span(link).in_scope(|| debug!(reason, "disconnected")));
            session.links -= 1;
            self.directory.leave(&session.name);
            session.server.handle_disconnected(at, link);
            self.drain(index, now);
        }
    }

    /// The session that a client names, which can begin for that.
    fn enter(&mut self, at: SessionInstant, name: &str) -> Result<Entered, SessionRefusal> {
        let (name, arrival) = self.directory.arrive(self.number, name)?;
        Ok(match arrival {
            Arrival::Begins(begin) => {
                let index = self.sessions.begin_on_demand(&name, &begin);
                self.sessions.recall(index, at);
                Entered::Here(index)
            }
            Arrival::Running => {
                let index = self.sessions.find(&name);
                Entered::Here(index.expect("the directory says what runs here, and this loop what ends"))
            }
            Arrival::At(owner) => Entered::At(owner),
        })
    }
}

/// Where the session is that a client named.
enum Entered {
    /// Here, at this index.
    Here(usize),
    /// At this worker.
    At(usize),
}
