//! The placement of sessions: which node owns each of them.
//!
//! The owner of a session is recorded in a store that all nodes share and that supports compare-and-set: a node that
//! replaces a record names the revision that it replaces. Nodes send heartbeats (*beats*) over the bus, twice a
//! second, and each hears its own beat, too.
//!
//! * An owner acts while it has heard a beat of its own that it sent less than [`LEASE`] ago. So a node that was
//!   suspended, or that the others do not hear, has stopped before they replace it.
//! * A node replaces an owner that it has not heard for [`SILENCE`], and acts [`LEASE`] after the store has agreed.
//!   By then an owner that is alive after all has learned of it: the store reports a change sooner. A store that does
//!   not answer replaces no owner.
//! * A node that no longer hears another one may be partitioned from it, together with its part of the bus: it stops
//!   until the store has confirmed that it still is the owner. The other one takes longer before it acts.
//! * A node that has no bus at all continues for its own players, *detached*: it cannot reach any other node. Once
//!   the bus is back, the store tells whether it still is the owner.
//!
//! [`Placement`] is a plain struct without I/O: input and the time are arguments; requests and events are drained.

mod announced;
mod event;
mod known;
mod new_store;
mod node_id;
mod nodes;
mod overview;
mod store;

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

pub use event::{PlacementEvent, SessionPlace};
use known::{Claim, Known, Trust};
pub use node_id::NodeId;
pub(crate) use nodes::FORGOTTEN;
use nodes::Nodes;
pub use store::{Revision, SessionRecord, StoreAnswer, StoreChange, StoreRequest};

/// The time between two beats of a node.
pub const BEAT: Duration = Duration::from_millis(500);
/// The time for which an owner acts after it has sent the last beat that it has heard itself.
pub const LEASE: Duration = Duration::from_millis(1_100);
/// The silence after which an owner is replaced.
pub const SILENCE: Duration = Duration::from_millis(1_500);
/// The time without an answer after which the store is asked again.
pub const STORE_PATIENCE: Duration = Duration::from_secs(1);
/// The time between two checks of all sessions.
pub const TICK: Duration = Duration::from_millis(50);
/// The longest time for which a client waits for the store to name the owner of its session.
pub const CLIENT_PATIENCE: Duration = Duration::from_secs(10);

/// The owners of all sessions, as known to one node.
#[derive(Debug)]
pub struct Placement {
    own: NodeId,
    sessions: BTreeMap<Box<str>, Known>,
    nodes: Nodes,
    /// The time of the next check of all sessions; at once if nodes were lost or the bus is back.
    next_look: Option<Instant>,
    /// The number of times that this node's ownership came into doubt.
    generation: u64,
    next_request: u64,
    requests: VecDeque<StoreRequest>,
    events: VecDeque<PlacementEvent>,
}

/// The limits of the remembered sessions of other nodes: their number, and the length of their names. Sessions that a
/// client here names are always known.
const SESSIONS_MAX: usize = 1 << 20;
const NAME_BYTES_MAX: usize = 1024;

impl Placement {
    /// Creates the placement of a node that has no information yet.
    pub fn new(now: Instant, own: NodeId) -> Self {
        Self {
            own,
            sessions: BTreeMap::new(),
            nodes: Nodes::new(now),
            next_look: None,
            generation: 0,
            next_request: 0,
            requests: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// A client here named a session. If no node owns it, this one will, under this number. Once this node owns it,
    /// this worker has it.
    pub fn place(&mut self, now: Instant, name: &str, session: u32, worker: u16) -> SessionPlace {
        let known = self.sessions.entry(name.into()).or_default();
        (known.fresh_number, known.worker) = (session, worker);
        match known.record {
            Some((record, _))
                if record.owner == self.own && known.acts_from.is_some_and(|from| from <= now) =>
            {
                return SessionPlace::Here;
            }
            Some((record, _)) if record.owner != self.own && self.nodes.is_alive(now, record.owner) => {
                return SessionPlace::At(record);
            }
            _ => {}
        }
        known.client_waits_since.get_or_insert(now);
        self.look_at(now, name);
        SessionPlace::Unknown
    }

    /// Sets the worker of this node that has links into a session, if there is one: only a node with links takes it
    /// over.
    pub fn set_links(&mut self, name: &str, worker: Option<u16>) {
        if let Some(known) = self.sessions.get_mut(name) {
            known.has_links = worker.is_some();
            known.worker = worker.unwrap_or(known.worker);
        }
    }

    /// A session that this node owns has ended.
    pub fn end(&mut self, now: Instant, name: &str) {
        let Some(known) = self.sessions.get_mut(name) else { return };
        let Some((_, revision)) = known.record.filter(|(record, _)| record.owner == self.own) else { return };
        if known.acts_from.is_none_or(|from| from > now) {
            return;
        }
        known.acts_from = None;
        known.is_ending = true;
        self.ask(now, name, StoreChange::Remove(revision));
    }

    /// Whether this node may decide for a session now. Check it before every decision: the permission expires with
    /// time alone.
    pub fn may_act(&self, now: Instant, name: &str) -> bool {
        let Some(known) = self.sessions.get(name) else { return false };
        let is_owner = known.record.is_some_and(|(record, _)| record.owner == self.own);
        let has_begun = known.acts_from.is_some_and(|from| from <= now);
        let is_trusted = match known.trust {
            Trust::Doubted => false,
            Trust::Confirmed => self.nodes.has_lease(now),
            Trust::Detached => true,
        };
        is_owner && has_begun && is_trusted
    }

    /// A beat of a node arrived; one of this node's own comes back with the number with which it was sent.
    pub fn handle_beat(&mut self, now: Instant, node: NodeId, number: u64) {
        if node == self.own {
            if self.nodes.hear_own(number) {
                self.doubt_own();
            }
        } else {
            self.nodes.hear(now, node);
        }
    }

    /// A node has announced its shutdown.
    pub fn handle_last_beat(&mut self, now: Instant, node: NodeId) {
        if node != self.own {
            self.nodes.hear_last(now, node);
        }
    }

    /// Shuts this node down, after its server: it owns nothing any longer. Returns the number of its last beat.
    pub fn leave(&mut self) -> u64 {
        self.sessions.clear();
        self.nodes.end()
    }

    /// The bus was lost, or is back.
    pub fn handle_bus(&mut self, now: Instant, is_there: bool) {
        self.nodes.set_bus(now, is_there);
        self.next_look = None;
        for (name, known) in self.sessions.iter_mut().filter(|(_, known)| known.acts_from.is_some()) {
            if known.trust != Trust::Detached {
                known.trust = Trust::Detached;
                self.events.push_back(PlacementEvent::Detached { name: name.clone() });
            }
        }
    }

    /// The store has this record of a session.
    pub fn handle_record(&mut self, now: Instant, name: &str, record: SessionRecord, revision: Revision) {
        let own = self.own;
        let is_known = self.sessions.contains_key(name);
        if !is_known && (self.sessions.len() >= SESSIONS_MAX || name.len() > NAME_BYTES_MAX) {
            return;
        }
        let known = self.sessions.entry(name.into()).or_default();
        if known.record.is_some_and(|(_, newest)| newest > revision)
            || known.removed.is_some_and(|it| it > revision)
        {
            return;
        }
        let before = known.record.map(|(record, _)| record.owner);
        let was_owner = before == Some(own);
        known.record = Some((record, revision));
        known.claim = known.claim.filter(|claim| claim.change != StoreChange::Read);
        if record.owner == own {
            return;
        }
        // The announcement of an earlier record of this node is obsolete.
        (known.acts_from, known.announce_at) = (None, None);
        (known.trust, known.is_ending) = (Trust::Doubted, false);
        let was_waiting = known.client_waits_since.take().is_some();
        if was_owner || was_waiting || known.has_links {
            let former = before.filter(|before| *before != own && *before != record.owner);
            self.events.push_back(PlacementEvent::Elsewhere { name: name.into(), record, former });
        }
        // The node that wrote it is alive.
        self.nodes.hear(now, record.owner);
    }

    /// The store no longer has a record of a session, since this change.
    pub fn handle_no_record(&mut self, now: Instant, name: &str, revision: Revision) {
        let Some(known) = self.sessions.get_mut(name) else { return };
        if known.record.is_some_and(|(_, newest)| newest > revision) {
            return;
        }
        known.claim = known.claim.filter(|claim| claim.change != StoreChange::Read);
        let was_there = known.record.take().is_some();
        known.trust = Trust::Doubted;
        known.removed = Some(revision);
        (known.acts_from, known.announce_at) = (None, None);
        if was_there && !known.is_ending {
            self.events.push_back(PlacementEvent::Ended { name: name.into() });
        }
        known.is_ending = false;
        self.look_at(now, name);
    }

    /// The store's answer to a request.
    pub fn handle_answer(&mut self, now: Instant, number: u64, answer: StoreAnswer) {
        let found = self
            .sessions
            .iter_mut()
            .find(|(_, known)| known.claim.is_some_and(|it| it.number == Some(number)));
        let Some((name, known)) = found else { return };
        let (name, Some(claim)) = (name.clone(), known.claim.take()) else { return };
        match (answer, claim.change) {
            (StoreAnswer::Done(revision), StoreChange::Create(record)) => {
                self.own(now, &name, record, revision, now);
            }
            (StoreAnswer::Done(revision), StoreChange::Replace(record, _)) => {
                let has_ended = known.former.is_some_and(|former| self.nodes.has_ended(former));
                // By then the former owner has ended, has learned of the change, or has no lease.
                let wait = if has_ended { Duration::ZERO } else { LEASE };
                let from = known.acts_from.unwrap_or(now + wait);
                self.own(now, &name, record, revision, from);
            }
            (StoreAnswer::Done(revision), StoreChange::Remove(_)) => {
                self.handle_no_record(now, &name, revision);
            }
            (StoreAnswer::Done(_), StoreChange::Read) => {}
            (StoreAnswer::Conflict, _) => self.ask(now, &name, StoreChange::Read),
            // The request is repeated after its timeout.
            (StoreAnswer::Unavailable, _) => known.claim = Some(Claim { number: None, ..claim }),
        }
    }

    /// Time has passed: beats are due, owners are silent, clients time out waiting.
    pub fn handle_timeout(&mut self, now: Instant) {
        let lost = self.nodes.take_lost(now);
        if !lost.is_empty() {
            // Either they are gone, or this node is partitioned from them but still hears its own beats.
            self.doubt_own();
        }
        let of = |node| PlacementEvent::NodeLost { node, has_ended: self.nodes.has_ended(node) };
        self.events.extend(lost.into_iter().map(of));
        if self.next_look.is_some_and(|at| now < at) {
            return;
        }
        self.next_look = Some(now + TICK);
        let wanted = self.sessions.iter().filter(|(_, known)| !known.is_idle(self.own));
        let names: Vec<Box<str>> = wanted.map(|(name, _)| name.clone()).collect();
        for name in &names {
            self.look_at(now, name);
        }
        self.sessions.retain(|_, known| !known.is_forgettable());
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) again, if nothing else happens.
    pub fn poll_timeout(&self, now: Instant) -> Instant {
        self.next_look.unwrap_or(now)
    }

    /// The number of a beat, if one is to be sent now.
    pub fn poll_beat(&mut self, now: Instant) -> Option<u64> {
        self.nodes.poll_beat(now)
    }

    /// The next request for the store.
    pub fn poll_request(&mut self) -> Option<StoreRequest> {
        self.requests.pop_front()
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<PlacementEvent> {
        self.events.pop_front()
    }

    /// This node owns a session, and acts as its owner from this time on.
    fn own(&mut self, now: Instant, name: &str, record: SessionRecord, revision: Revision, from: Instant) {
        let Some(known) = self.sessions.get_mut(name) else { return };
        if known.record.is_some_and(|(_, newest)| newest > revision) {
            return;
        }
        let is_news = known.acts_from.is_none();
        let is_confirmed_again = !is_news && known.trust != Trust::Confirmed;
        known.record = Some((record, revision));
        known.acts_from = Some(from);
        self.events.push_back(PlacementEvent::Written { name: name.into(), record, revision });
        known.trust = Trust::Confirmed;
        known.client_waits_since = None;
        if is_news {
            known.announce_at = Some((from, known.former.take()));
            self.announce(now, name);
        } else if is_confirmed_again {
            self.events.push_back(PlacementEvent::Confirmed { name: name.into() });
        }
    }

    /// Marks this node's sessions as doubted, until the store confirms that this node still owns them.
    fn doubt_own(&mut self) {
        (self.generation, self.next_look) = (self.generation + 1, None);
        for known in self.sessions.values_mut().filter(|known| known.trust == Trust::Confirmed) {
            known.trust = Trust::Doubted;
        }
    }

    /// Requests from the store what a session needs now, if anything.
    fn look_at(&mut self, now: Instant, name: &str) {
        self.announce(now, name);
        let Some(known) = self.sessions.get_mut(name) else { return };
        if known.client_waits_since.is_some_and(|since| now - since >= CLIENT_PATIENCE) {
            known.client_waits_since = None;
            self.events.push_back(PlacementEvent::Unplaced { name: name.into() });
        }
        let is_pending = known.claim.is_some_and(|claim| now - claim.asked < STORE_PATIENCE);
        if is_pending || self.nodes.is_detached() {
            return;
        }
        let is_wanted = known.client_waits_since.is_some() || known.has_links;
        let change = match known.record {
            None if known.client_waits_since.is_some() => StoreChange::Create(SessionRecord {
                owner: self.own,
                worker: known.worker,
                session: known.fresh_number,
            }),
            Some((record, revision)) if record.owner == self.own => {
                if known.is_ending {
                    StoreChange::Remove(revision)
                } else if !(known.trust == Trust::Confirmed && known.acts_from.is_some())
                    && self.nodes.has_lease(now)
                {
                    StoreChange::Replace(record, revision)
                } else {
                    return;
                }
            }
            Some((record, revision))
                if is_wanted && self.nodes.has_lease(now) && !self.nodes.is_alive(now, record.owner) =>
            {
                known.former = Some(record.owner);
                let record = SessionRecord { owner: self.own, worker: known.worker, ..record };
                StoreChange::Replace(record, revision)
            }
            // The owner was silent when a client asked for it, and is heard again.
            Some((record, _)) if self.nodes.is_alive(now, record.owner) => {
                if known.client_waits_since.take().is_some() {
                    let (name, former) = (name.into(), None);
                    self.events.push_back(PlacementEvent::Elsewhere { name, record, former });
                }
                return;
            }
            _ => return,
        };
        self.ask(now, name, change);
    }

    fn ask(&mut self, now: Instant, name: &str, change: StoreChange) {
        let Some(known) = self.sessions.get_mut(name) else { return };
        let number = self.next_request;
        self.next_request += 1;
        known.claim = Some(Claim { number: Some(number), change, asked: now });
        self.requests.push_back(StoreRequest { number, name: name.into(), change });
    }
}

#[cfg(test)]
mod tests;
