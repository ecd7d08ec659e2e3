//! Sessions that go from node to node: they begin here, are another node's from now on, or are confirmed to be here.

use std::time::Instant;

use consonance_cluster::{KeptClient, Member, ReleasedLink};
use consonance_link::{EndCode, Remote};
use consonance_session::{Delivery, Instant as SessionInstant, LinkId, SessionId};
use rustc_hash::FxHashMap;
use tracing::info;

use super::SessionLoop;
use super::at_edge::kept_client_of;
use super::link_places::is_of_own_edge;
use crate::copies::{SessionCopy, kept_client};
use crate::networks::peer_of;
use crate::sessions::{Begin, Held, SessionLease, Sessions};

/// A worker's authority to decide about a session, in a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// Its node owns the session: no other one decides.
    Owner,
    /// Its node has no bus, and continues for the clients that it reaches.
    Detached,
}

impl SessionLoop {
    /// This worker's authority to decide about a session now; `None` if it must not decide, or if that is not known
    /// yet. A server without other nodes owns all sessions.
    pub fn authority(&self, now: Instant, session: &str) -> Option<Authority> {
        let session = self.state.sessions.get(self.state.sessions.find(session)?)?;
        if !session.may_act(now) {
            return None;
        }
        let is_detached = session.lease.as_ref().is_some_and(SessionLease::is_detached);
        Some(if is_detached { Authority::Detached } else { Authority::Owner })
    }

    /// This node owns a session from now on, and this worker has it. Its links here are no longer of an edge.
    pub(crate) fn own_session(&mut self, now: Instant, name: &str, id: SessionId, generation: u64) {
        // First take back packets that the former owner did not take.
        self.poll_owners(now);
        let Some(serial) = self.state.directory.own(name, id) else { return };
        let at = self.state.clock.at(now);
        let copy = self.state.copies.as_mut().and_then(|copies| copies.remove(name));
        let copy = copy.filter(|copy| copy.id == id && copy.is_whole());
        let index = match (self.state.sessions.find(name), copy) {
            (Some(index), _) => index,
            (None, Some(copy)) => {
                go_on_from(&mut self.state.sessions, at, name, copy, self.state.directory.random() as u32)
            }
            (None, None) => self.state.sessions.begin_on_demand(name, &Begin { id, serial }),
        };
        self.state.sessions.recall(index, at);
        let lease = self.state.directory.lease().cloned();
        self.state.sessions.get_mut(index).server.changes().note(self.state.directory.random() as u32);
        self.state.sessions.get_mut(index).lease = lease.map(|lease| SessionLease::new(lease, generation));
        self.take_links(now, index, name);
        self.carrying(now).drain(index);
    }

    /// Links of an edge of a session are links of the session from now on.
    fn take_links(&mut self, now: Instant, index: usize, name: &str) {
        let released = self.edge.links_mut().map(|edge| edge.release(name)).unwrap_or_default();
        let own = released.iter().filter(|released| !self.state.networks.is_remote(released.link)).count();
        for ReleasedLink { link, origin, held } in released {
            let is_of_own_edge = is_of_own_edge(&self.state.networks, &self.state.directory, link);
            if self.state.directory.arrive_over_edge(self.state.number, name, is_of_own_edge).is_none() {
                continue;
            }
            let remote = Remote::from(&*origin.remote);
            let session = self.state.sessions.get_mut(index);
            if let Some(client) = session.server.tables().client_of(link) {
                session.server.replica().tell_own_state(client);
                session.links += 1;
                let mut carrying = self.carrying(now);
                carrying.note_link(index, link, remote);
                carrying.tell_servers(index, client, link);
            } else {
                self.carrying(now).admit_link(index, link, remote, origin.is_resumed);
            }
            for (number, packet) in held {
                self.edge.released().note_number(number);
                self.handle_packet(now, link, Delivery::Reliable, &packet);
            }
        }
        self.state.directory.leave_edge(name, own);
    }

    /// The store has said, in this generation of the lease, that this node owns a session still.
    pub(crate) fn confirm_session(&mut self, now: Instant, name: &str, generation: u64) {
        let Some(index) = self.state.sessions.find(name) else { return };
        let Some(lease) = &mut self.state.sessions.get_mut(index).lease else { return };
        lease.confirm(generation);
        self.handle_held(now, index);
    }

    /// Handles packets that were held until it was clear that this node owns a session. A lease that ended briefly may
    /// hold again without an event from the node.
    pub(super) fn handle_held(&mut self, now: Instant, index: usize) {
        let at = self.state.clock.at(now);
        let lease = self.state.sessions.get_mut(index).lease.as_mut();
        for (link, held) in lease.map(SessionLease::take_held).unwrap_or_default() {
            match held {
                Held::Packet { number, packet } => {
                    if let Some(number) = number {
                        self.edge.released().note_number(number);
                    }
                    self.handle_packet(now, link, Delivery::Reliable, &packet);
                }
                Held::Gone => self.state.sessions.get_mut(index).server.handle_disconnected(at, link),
            }
        }
        self.carrying(now).drain(index);
    }

    /// A session is another worker's, perhaps of another node, or nothing is known of its owner.
    pub(crate) fn follow_owner(&mut self, now: Instant, name: &str, owner: Option<Member>) {
        self.poll_owners(now);
        let index = self.state.sessions.find(name);
        let mut resigned = index.map(|index| self.resign(now, index)).unwrap_or_default();
        // Links of other edges connect to the new owner directly.
        let links = self.edge.links().map(|edge| edge.links_of(name)).unwrap_or_default();
        for link in links {
            if self.state.networks.is_remote(link) {
                self.edge.forget_held(link);
                self.edge.released().release(peer_of(link));
            }
        }
        let Some(edge) = self.edge.links_mut() else { return };
        let copies = self.state.copies.as_ref();
        let kept = |link| resigned.remove(&link).or_else(|| kept_client_of(copies, name, link));
        let failed = edge.set_owner(name, owner, kept);
        if owner.is_some_and(|owner| self.state.directory.is_worker(owner)) {
            // Within the process, an owner only tells its edges which packets to send, so no copy is needed.
            if let Some(copies) = &mut self.state.copies {
                copies.remove(name);
            }
        }
        for link in failed {
            self.state.networks.reject(now, link, &EndCode::ServerBusy.into(), None);
        }
    }

    /// Another node owns a session that runs here: its links belong to an edge from now on. Returns their clients.
    fn resign(&mut self, now: Instant, index: usize) -> FxHashMap<LinkId, KeptClient> {
        let Some(session) = self.state.sessions.remove_silently(index) else { return FxHashMap::default() };
        info!(session = session.name, "session taken over by another node");
        let (mut clients, version) = (FxHashMap::default(), session.server.tables().versions().of_clients());
        for link in self.state.routes.links_of(index) {
            self.state.routes.remove(link);
            let remote = self.state.join_handler.hand_over(now, link);
            if self.state.networks.is_remote(link) {
                if !is_of_own_edge(&self.state.networks, &self.state.directory, link) {
                    self.state.directory.leave(&session.name);
                }
                self.edge.released().release(peer_of(link));
                continue;
            }
            let client = session.server.tables().client_of(link);
            let kept = client.zip(version);
            clients.extend(kept.map(|(id, version)| (link, kept_client(&session.server, id, version))));
            let remote = remote.map_or_else(String::new, |remote| remote.to_string());
            let is_resumed = client.is_some() || session.resumed.contains(&link);
            self.at_edge(now).move_here(link, &session.name, &remote, is_resumed);
        }
        for (link, number, packet) in session.lease.into_iter().flat_map(SessionLease::into_packets) {
            match number {
                Some(number) => self.edge.released().give_back(peer_of(link), number, packet),
                None => self.at_edge(now).forward(link, Delivery::Reliable, &packet),
            }
        }
        clients
    }
}

/// Turns the copy of a session that another node owned into the session itself.
fn go_on_from(
    sessions: &mut Sessions,
    at: SessionInstant,
    name: &str,
    copy: SessionCopy,
    random: u32,
) -> usize {
    let mut server = copy.server;
    server.replica().promote(at, copy.version, random);
    let index = sessions.go_on(name, server);
    let session = sessions.get_mut(index);
    session.span.in_scope(|| info!(clients = session.server.clients(), "session taken over by this node"));
    index
}
