//! Connections that come up, and end: which session each is in, if any.

use std::time::Instant;

use consonance_cluster::{KeptClient, Member};
use consonance_session::{ClientId, Instant as SessionInstant, LinkId, Position};
use consonance_transport::{EndReason, Peer, Remote};
use tracing::{debug, info};

use super::copies::node_of;
use super::join_spans::LinkPlace;
use super::{SessionLoop, link_span};
use crate::directory::{Arrival, SessionRefusal};
use crate::networks::link_of;
use crate::peer_origin::peer_origin;
use crate::sessions::LinkEnd;
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
        if self.networks.is_of_edges(network) {
            // The edge announces the link again: it had learnt of another owner meanwhile, or had lost this one.
            self.forget_link(now, link);
        }
        let address = remote.ip();
        let kind = self.networks.kind_of(now, link);
        let place = LinkPlace { worker: self.number, session: name, network: &kind };
        let records = &self.records;
        if let Some(ban) = address.and_then(|address| records.ban_of_address(seconds_since_1970(), address)) {
            let log = || info!(%remote, session = name, ban = ban.id, "not admitted: the address is banned");
            self.refusal_log.write(now, || link_span(link).in_scope(log));
            if !self.networks.is_of_edges(network) {
                // The network may have placed the link already, so that the session waits for it.
                self.directory.cancel(name);
            }
            let reason = ban.end_reason();
            self.join_spans.refuse_at_once(link, place, &reason);
            return self.networks.reject(now, link, &reason, None);
        }
        // Links of other nodes arrive through the edges.
        let is_new_here = !self.networks.is_of_edges(network);
        if let Some(reason) = self.drain_refusal(name).filter(|_| is_new_here) {
            self.directory.cancel(name);
            self.join_spans.refuse_at_once(link, place, &reason);
            return self.networks.reject(now, link, &reason, None);
        }
        let entered = self.enter(at, link, name);
        match entered {
            Ok(Entered::Here(index)) => {
                let is_resumed = self.networks.is_resumed(now, link);
                self.admit_link(now, index, link, remote, is_resumed);
            }
            Ok(Entered::At(owner)) => self.forward_connected(now, link, owner, name, &remote),
            Err(refusal) => {
                let log = || info!(%remote, session = name, reason = %refusal, "not admitted");
                self.refusal_log.write(now, || link_span(link).in_scope(log));
                let reason = EndReason::from(&refusal);
                self.join_spans.refuse_at_once(link, place, &reason);
                self.networks.reject(now, link, &reason, None);
            }
        }
    }

    /// A link leads to a session here from now on. Its client may believe that it is in it, if it is resumed.
    pub(super) fn admit_link(
        &mut self,
        now: Instant,
        index: usize,
        link: LinkId,
        remote: Remote,
        is_resumed: bool,
    ) {
        let (at, address) = (self.at(now), remote.ip());
        let kind = self.networks.kind_of(now, link);
        let identity = self.networks.identity_of(now, link);
        let origin = peer_origin(&kind, identity, address, self.sessions.ipv6_prefix_bits());
        let session = self.sessions.get_mut(index);
        session.span.in_scope(|| link_span(link).in_scope(|| debug!(%remote, "connected")));
        session.links += 1;
        if session.lease.as_mut().is_some_and(|lease| lease.take_end(link)) {
            // Otherwise the held end of the former link would end the new one.
            session.server.handle_disconnected(at, link);
        }
        let kept = self.networks.kept_client(now, link);
        let was_in = session.take_lost_link(link);
        // The id may belong to another client by now, which the edge does not know.
        let same = kept.filter(|kept| {
            session.server.tables().versions().is_still_in(ClientId(kept.client), kept.version)
        });
        let adopted = [same, was_in].into_iter().flatten().find(|KeptClient { client, version, .. }| {
            session.server.replica().adopt(at, link, ClientId(*client), origin, *version)
        });
        if adopted.is_none() {
            session.server.handle_connected_from(at, link, origin);
            if is_resumed || kept.is_some() || was_in.is_some() {
                session.resumed.insert(link);
                session.server.ask_to_join_again(at, link);
            }
            let place = LinkPlace { worker: self.number, session: &session.name, network: &kind };
            self.join_spans.begin(link, place);
        }
        if let Some(KeptClient { client, place: Some(place), .. }) = adopted {
            session.server.replica().recall_position(ClientId(client), Position::new(place).ok());
        }
        self.note_link(index, link, remote);
        if let Some(KeptClient { client, .. }) = adopted {
            // The list of nodes may have changed since the client was told.
            self.tell_servers(index, at, ClientId(client), link);
        }
        self.drain(index, now);
    }

    /// A link leads to a session here, which knows it.
    pub(super) fn note_link(&mut self, index: usize, link: LinkId, remote: Remote) {
        self.routes.insert(link, index, remote.ip());
        self.gate.note_connected(link, remote);
        self.add_node_link(index, link);
    }

    pub(super) fn handle_disconnected(&mut self, now: Instant, link: LinkId, end: LinkEnd) {
        let at = self.at(now);
        self.gate.forget(now, link);
        self.join_spans.disconnect(link);
        if let Some(index) = self.routes.session_of(link)
            && let session = self.sessions.get_mut(index)
            && session.has_held()
            && session.may_act(now)
        {
            // Handle the link's held packets before its end.
            self.handle_held(now, index);
        }
        if let Some(index) = self.routes.remove(link) {
            self.remove_node_link(index, link);
            let (is_remote, is_of_own_edge) = (self.networks.is_remote(link), self.is_of_own_edge(link));
            let session = self.sessions.get_mut(index);
            session.span.in_scope(|| link_span(link).in_scope(|| debug!(reason = %end, "disconnected")));
            session.links -= 1;
            session.resumed.remove(&link);
            if is_remote {
                session.note_lost_link(link);
            }
            if !is_of_own_edge {
                self.directory.leave(&session.name);
            }
            if session.may_act(now) {
                session.server.handle_disconnected(at, link);
                session.leaving.set_ended(Some((link, end)));
            } else if let Some(lease) = &mut session.lease {
                lease.hold_end(link);
            }
            self.drain(index, now);
            self.sessions.get_mut(index).leaving.set_ended(None);
        }
    }

    /// Whether a link is one of another worker of this process.
    pub(super) fn is_of_own_edge(&self, link: LinkId) -> bool {
        self.networks.is_remote(link) && node_of(&self.networks, &self.directory, link).is_none()
    }

    /// Forgets a link of an edge, if it was known.
    fn forget_link(&mut self, now: Instant, link: LinkId) {
        self.tell_copy_again(link);
        self.forget_held_link(link);
        self.handle_disconnected(now, link, LinkEnd::from("its edge tells of it again"));
    }

    /// The session that a client of a network names, which can begin for that.
    fn enter(&mut self, at: SessionInstant, link: LinkId, name: &str) -> Result<Entered, SessionRefusal> {
        let (name, arrival) = if self.networks.is_remote(link) {
            let is_of_own_edge = self.is_of_own_edge(link);
            match self.directory.arrive_over_edge(self.number, name, is_of_own_edge) {
                Some(arrival) => (name.into(), arrival),
                // The edge may learn sooner that this node owns the session, or later that it no longer does.
                None if self.directory.lease().is_some() => return Ok(Entered::At(None)),
                None => return Err(SessionRefusal::Elsewhere { session: name.into() }),
            }
        } else {
            self.directory.arrive(self.number, name)?
        };
        Ok(match arrival {
            Arrival::Begins(begin) => {
                let index = self.sessions.begin_on_demand(&name, &begin);
                self.sessions.recall(index, at);
                self.tell_begun(index);
                Entered::Here(index)
            }
            Arrival::Running => {
                let index = self.sessions.find(&name);
                Entered::Here(index.expect("the directory says what runs here, and this loop what ends"))
            }
            Arrival::AtWorker(owner) => Entered::At(Some(owner)),
            Arrival::AtNode(owner) => Entered::At(owner),
        })
    }
}

/// The location of the session that a client named.
enum Entered {
    /// Here, at this index.
    Here(usize),
    /// At another worker, if it is known at which one.
    At(Option<Member>),
}
