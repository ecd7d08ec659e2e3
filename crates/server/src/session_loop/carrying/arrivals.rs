//! Links that come into sessions here, and leave them.

use consonance_cluster::{KeptClient, Member};
use consonance_link::Remote;
use consonance_session::{ClientId, LinkId, Position};
use tracing::debug;

use super::super::following::Following;
use super::super::join_spans::LinkPlace;
use super::super::link_places::is_of_own_edge;
use super::super::link_span::link_span;
use super::super::worker_state::WorkerState;
use super::Carrying;
use crate::directory::{Arrival, SessionRefusal};
use crate::peer_origin::peer_origin;
use crate::sessions::LinkEnd;

/// The location of the session that a client named.
pub(in super::super) enum Entered {
    /// Here, at this index.
    Here(usize),
    /// At another worker, if it is known at which one.
    At(Option<Member>),
}

impl Carrying<'_> {
    /// The session that a client of a network names, which can begin for that.
    pub(in super::super) fn enter(&mut self, link: LinkId, name: &str) -> Result<Entered, SessionRefusal> {
        let (name, arrival) = if self.state.networks.is_remote(link) {
            let is_of_own_edge = is_of_own_edge(&self.state.networks, &self.state.directory, link);
            match self.state.directory.arrive_over_edge(self.state.number, name, is_of_own_edge) {
                Some(arrival) => (name.into(), arrival),
                // The edge may learn sooner that this node owns the session, or later that it no longer does.
                None if self.state.directory.lease().is_some() => return Ok(Entered::At(None)),
                None => return Err(SessionRefusal::Elsewhere { session: name.into() }),
            }
        } else {
            self.state.directory.arrive(self.state.number, name)?
        };
        Ok(match arrival {
            Arrival::Begins(begin) => {
                let index = self.state.sessions.begin_on_demand(&name, &begin);
                self.state.sessions.recall(index, self.at);
                self.state.watchers.tell_begun(&name);
                Entered::Here(index)
            }
            Arrival::Running => {
                let index = self.state.sessions.find(&name);
                Entered::Here(index.expect("the directory says what runs here, and this loop what ends"))
            }
            Arrival::AtWorker(owner) => Entered::At(Some(owner)),
            Arrival::AtNode(owner) => Entered::At(owner),
        })
    }

    /// A link leads to a session here from now on. Its client may believe that it is in it, if it is resumed.
    pub(in super::super) fn admit_link(
        &mut self,
        index: usize,
        link: LinkId,
        remote: Remote,
        is_resumed: bool,
    ) {
        let (now, at, address) = (self.now, self.at, remote.ip());
        let kind = self.state.networks.kind_of(now, link);
        let identity = self.state.networks.identity_of(now, link);
        let origin = peer_origin(&kind, identity, address, self.state.sessions.ipv6_prefix_bits());
        let session = self.state.sessions.get_mut(index);
        session.span.in_scope(|| link_span(link).in_scope(|| debug!(%remote, "connected")));
        session.links += 1;
        if session.lease.as_mut().is_some_and(|lease| lease.take_end(link)) {
            // Otherwise the held end of the former link would end the new one.
            session.server.handle_disconnected(at, link);
        }
        let kept = self.state.networks.kept_client(now, link);
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
            let place = LinkPlace { worker: self.state.number, session: &session.name, network: &kind };
            self.state.join_handler.begin(link, place);
        }
        if let Some(KeptClient { client, place: Some(place), .. }) = adopted {
            session.server.replica().recall_position(ClientId(client), Position::new(place).ok());
        }
        self.note_link(index, link, remote);
        if let Some(KeptClient { client, .. }) = adopted {
            // The list of nodes may have changed since the client was told.
            self.tell_servers(index, ClientId(client), link);
        }
        self.drain(index);
    }

    /// A link leads to a session here, which knows it.
    pub(in super::super) fn note_link(&mut self, index: usize, link: LinkId, remote: Remote) {
        self.state.routes.insert(link, index, remote.ip());
        self.state.join_handler.note_link(link, remote);
        self.following().add_link(index, link);
    }

    /// A link is gone.
    pub(in super::super) fn remove_link(&mut self, link: LinkId, end: LinkEnd) {
        let Some(index) = self.state.routes.remove(link) else { return };
        self.following().remove_link(index, link);
        let is_remote = self.state.networks.is_remote(link);
        let is_of_own_edge = is_of_own_edge(&self.state.networks, &self.state.directory, link);
        let session = self.state.sessions.get_mut(index);
        session.span.in_scope(|| link_span(link).in_scope(|| debug!(reason = %end, "disconnected")));
        session.links -= 1;
        session.resumed.remove(&link);
        if is_remote {
            session.note_lost_link(link);
        }
        if !is_of_own_edge {
            self.state.directory.leave(&session.name);
        }
        if session.may_act(self.now) {
            session.server.handle_disconnected(self.at, link);
            session.leaving.set_ended(Some((link, end)));
        } else if let Some(lease) = &mut session.lease {
            lease.hold_end(link);
        }
        self.drain(index);
        self.state.sessions.get_mut(index).leaving.set_ended(None);
    }

    /// The sessions here as other nodes follow them.
    pub(in super::super) fn following(&mut self) -> Following<'_> {
        let WorkerState { sessions, networks, directory, copies, .. } = &mut *self.state;
        Following::new(sessions, networks, directory, copies.as_mut())
    }
}
