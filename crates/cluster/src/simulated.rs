//! A simulation of the bus and the store of NATS, in simulated time: for simulations and tests.
//!
//! A node's messages reach the others in the order in which they were published, at most once, and are lost with the
//! receiver's connection. The store supports compare-and-set, and tells all nodes of changes. A [`NatsFaults`] adds
//! faults.

mod node;
mod store;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use consonance_link::split_mix::{STEP, mixed};

use crate::placement::{NodeId, Revision, SessionRecord, StoreAnswer, StoreRequest};
pub use node::{NodeMessage, NodeRun};
use store::SimulatedStore;

/// A bus and a store between nodes, which are numbered in the order in which they were [added](Self::add_node).
///
/// `M` is the type of the messages. The same calls with the same seed give the same results.
pub struct SimulatedNats<M> {
    random: u64,
    faults: NatsFaults,
    ports: Vec<Port<M>>,
    /// Pairs of nodes, of which the first does not reach the second.
    cuts: BTreeSet<(usize, usize)>,
    store: SimulatedStore,
    store_is_back_at: Option<Instant>,
    next_arrival: u64,
    /// The losses from the first node to the second.
    losses: BTreeMap<(usize, usize), Loss>,
    tamper: Option<Tamper<M>>,
}

/// Changes a message on its way between two nodes, and returns how often it arrives.
pub type Tamper<M> = Box<dyn FnMut(usize, usize, &mut M) -> usize + Send>;

/// Faults between nodes and NATS. Default none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NatsFaults {
    /// The longest delay of a message, a request, an answer, and news of the store, each.
    pub delay: Duration,
    /// Messages per million that are dropped, as a server does for a slow consumer.
    pub lost_messages: u32,
    /// Requests per million that are lost before the store has them.
    pub lost_requests: u32,
    /// Answers of the store per million that are lost.
    pub lost_answers: u32,
    /// Changes of the store per million that are reported twice.
    pub repeated_news: u32,
    /// The longest time by which a node that has read nothing for [`SLEPT`] reads news of the store later than
    /// messages.
    pub late_news: Duration,
}

/// Losses between two nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The number of lost messages.
    pub messages: u64,
    /// The time of the last loss.
    pub last: Instant,
}

/// An event that arrives at a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrived<M> {
    /// A message from a node, perhaps from itself.
    Message(M),
    /// The store's answer to a request.
    Answer(u64, StoreAnswer),
    /// The store has this record.
    Record(Box<str>, SessionRecord, Revision),
    /// The store no longer has a record.
    NoRecord(Box<str>, Revision),
    /// The store was created anew; what it has follows.
    NewStore,
    /// The connection is lost, or is back.
    Bus(bool),
}

/// The time without reading after which a node counts as asleep.
pub const SLEPT: Duration = Duration::from_secs(1);
/// The longest time until a lost connection is noticed.
const NOTICED: Duration = Duration::from_secs(2);
/// The time after which a request that does not reach the store is answered as unavailable.
const REQUEST_PATIENCE: Duration = Duration::from_secs(2);
/// The number of subjects. Messages may overtake each other only if their subjects differ.
const SUBJECTS: usize = 4;

/// A node's connection.
struct Port<M> {
    id: NodeId,
    is_connected: bool,
    /// Whether the node was last told that it is connected.
    is_told: bool,
    reaches_store: bool,
    /// How often the store was created anew, as far as the node was told.
    store_age: u64,
    /// By their arrival time.
    arrivals: BTreeMap<(Instant, u64), Arrived<M>>,
    /// The arrival time of the last message of each node and subject.
    last: BTreeMap<(usize, usize), Instant>,
    last_news: Option<Instant>,
    read: Option<Instant>,
}

impl<M: Clone> SimulatedNats<M> {
    /// Creates a simulation without nodes and without faults.
    pub fn new(seed: u64) -> Self {
        Self {
            random: seed,
            faults: NatsFaults::default(),
            ports: Vec::new(),
            cuts: BTreeSet::new(),
            store: SimulatedStore::default(),
            store_is_back_at: None,
            next_arrival: 0,
            losses: BTreeMap::new(),
            tamper: None,
        }
    }

    /// Adds a connected node, and returns its number. It is told the content of the store.
    pub fn add_node(&mut self, now: Instant, id: NodeId) -> usize {
        self.ports.push(Port {
            id,
            is_connected: true,
            is_told: true,
            reaches_store: true,
            store_age: self.store.age,
            arrivals: BTreeMap::new(),
            last: BTreeMap::new(),
            last_news: None,
            read: None,
        });
        let node = self.ports.len() - 1;
        self.tell_all(now, node);
        node
    }

    /// Sets the faults from now on.
    pub fn set_faults(&mut self, faults: NatsFaults) {
        self.faults = faults;
    }

    /// Sets a function that changes messages on their way from now on.
    pub fn set_tamper(&mut self, tamper: Tamper<M>) {
        self.tamper = Some(tamper);
    }

    /// Makes the store agree to every request from now on, regardless of the revision.
    pub fn break_store(&mut self) {
        self.store.agrees_always = true;
    }

    /// Disconnects or reconnects a node. The node notices a reconnection at once, and a lost connection after a while.
    pub fn set_connected(&mut self, now: Instant, node: usize, is_connected: bool) {
        if self.ports[node].is_connected == is_connected {
            return;
        }
        self.ports[node].is_connected = is_connected;
        // Messages in flight are lost with the connection.
        let lost = std::mem::take(&mut self.ports[node].arrivals);
        if lost.values().any(|arrival| matches!(arrival, Arrived::Message(_))) {
            self.note_loss(now, node, node);
        }
        if is_connected {
            if std::mem::replace(&mut self.ports[node].is_told, true) {
                self.post(node, now, Arrived::Bus(false));
            }
            self.post(node, now, Arrived::Bus(true));
            self.tell_all(now, node);
        } else {
            let noticed = now + self.up_to(NOTICED);
            self.post(node, noticed, Arrived::Bus(false));
        }
    }

    /// Whether a node has a connection.
    pub fn is_connected(&self, node: usize) -> bool {
        self.ports[node].is_connected
    }

    /// Blocks messages from one node to another, or no longer.
    pub fn set_cut(&mut self, from: usize, to: usize, is_cut: bool) {
        if is_cut {
            self.cuts.insert((from, to));
        } else {
            self.cuts.remove(&(from, to));
        }
    }

    /// Whether messages from one node to another are blocked.
    pub fn is_cut(&self, from: usize, to: usize) -> bool {
        self.cuts.contains(&(from, to))
    }

    /// Cuts a node off from the store alone, or no longer.
    pub fn set_reaches_store(&mut self, now: Instant, node: usize, reaches: bool) {
        if std::mem::replace(&mut self.ports[node].reaches_store, reaches) != reaches && reaches {
            self.tell_all(now, node);
        }
    }

    /// Whether a node and the store can reach each other.
    pub fn reaches_store(&self, node: usize) -> bool {
        self.ports[node].reaches_store
    }

    /// Leaves the store without a leader until then.
    pub fn stop_store(&mut self, until: Instant) {
        self.store_is_back_at = Some(until);
    }

    /// Deletes the store, which is created anew at once.
    pub fn lose_store(&mut self, now: Instant) {
        self.store.lose();
        for node in 0..self.ports.len() {
            self.tell_all(now, node);
        }
    }

    /// Whether the store answers.
    pub fn store_answers(&self, now: Instant) -> bool {
        self.store_is_back_at.is_none_or(|at| at <= now)
    }

    /// The store's record of a session.
    pub fn record(&self, name: &str) -> Option<(SessionRecord, Revision)> {
        self.store.record(name)
    }

    /// The losses from one node to another; from a node to itself, they include messages in flight to it when its
    /// connection was lost.
    pub fn loss(&self, from: usize, to: usize) -> Option<Loss> {
        self.losses.get(&(from, to)).copied()
    }

    /// Publishes a message of a node for one node, or for all of them and itself. Messages of one node and subject, 0
    /// to 3, arrive in order.
    pub fn publish(&mut self, now: Instant, from: usize, to: Option<NodeId>, subject: usize, message: &M) {
        debug_assert!(subject < SUBJECTS);
        for port in 0..self.ports.len() {
            if to.is_none_or(|to| self.ports[port].id == to) {
                self.send(now, (from, port), subject, message.clone());
            }
        }
    }

    /// Sends a node's request to the store.
    pub fn ask(&mut self, now: Instant, node: usize, request: &StoreRequest) {
        let port = &self.ports[node];
        let is_away = !port.is_connected || !port.reaches_store;
        if is_away || !self.store_answers(now) {
            let at = now + if is_away { REQUEST_PATIENCE } else { self.up_to(REQUEST_PATIENCE) };
            return self.post(node, at, Arrived::Answer(request.number, StoreAnswer::Unavailable));
        }
        if self.happens(self.faults.lost_requests) {
            return;
        }
        let (answer, news) = self.store.ask(request);
        for (name, record, revision) in news.changes {
            let nodes = if news.is_for_asker { node..node + 1 } else { 0..self.ports.len() };
            for to in nodes {
                self.tell(now, to, &name, record, revision);
                if self.happens(self.faults.repeated_news) {
                    self.tell(now, to, &name, record, revision);
                }
            }
        }
        if !self.happens(self.faults.lost_answers) {
            let at = now + self.up_to(self.faults.delay) + self.up_to(self.faults.delay);
            self.post(node, at, Arrived::Answer(request.number, answer));
        }
    }

    /// The next event that has arrived at a node by now.
    pub fn poll(&mut self, now: Instant, node: usize) -> Option<Arrived<M>> {
        let slept = self.ports[node].read.is_some_and(|read| now.saturating_duration_since(read) >= SLEPT);
        if slept {
            self.delay_news(now, node);
        }
        let port = &mut self.ports[node];
        port.read = Some(now);
        let next = port.arrivals.first_entry().filter(|entry| entry.key().0 <= now)?.remove();
        match next {
            Arrived::Bus(is_there) => port.is_told = is_there,
            Arrived::NewStore => port.store_age = self.store.age,
            Arrived::Message(_) | Arrived::Answer(..) | Arrived::Record(..) | Arrived::NoRecord(..) => {}
        }
        Some(next)
    }

    fn send(&mut self, now: Instant, (from, to): (usize, usize), subject: usize, mut message: M) {
        let is_lost = !self.ports[from].is_connected
            || !self.ports[to].is_connected
            || self.cuts.contains(&(from, to))
            || self.happens(self.faults.lost_messages);
        if is_lost {
            return self.note_loss(now, from, to);
        }
        let copies = self.tamper.as_mut().map_or(1, |tamper| tamper(from, to, &mut message));
        for _ in 0..copies {
            let delay = self.up_to(self.faults.delay);
            let last = self.ports[to].last.entry((from, subject)).or_insert(now);
            let at = (*last).max(now + delay);
            *last = at;
            self.post(to, at, Arrived::Message(message.clone()));
        }
    }

    /// Tells a node all records of the store, and which were removed.
    fn tell_all(&mut self, now: Instant, node: usize) {
        if self.ports[node].store_age != self.store.age {
            self.post_news(now, node, Arrived::NewStore);
        }
        for (name, record, revision) in self.store.all() {
            self.tell(now, node, &name, record, revision);
        }
    }

    fn tell(
        &mut self,
        now: Instant,
        to: usize,
        name: &str,
        record: Option<SessionRecord>,
        revision: Revision,
    ) {
        let news = match record {
            Some(record) => Arrived::Record(name.into(), record, revision),
            None => Arrived::NoRecord(name.into(), revision),
        };
        self.post_news(now, to, news);
    }

    /// Posts news of the store, which arrive in order.
    fn post_news(&mut self, now: Instant, to: usize, news: Arrived<M>) {
        if !self.ports[to].is_connected || !self.ports[to].reaches_store {
            return;
        }
        let at = now + self.up_to(self.faults.delay);
        let at = self.ports[to].last_news.map_or(at, |last| last.max(at));
        self.ports[to].last_news = Some(at);
        self.post(to, at, news);
    }

    /// Delays news of the store: they arrive in order, but a separate task reads them.
    fn delay_news(&mut self, now: Instant, node: usize) {
        let late = now + self.up_to(self.faults.late_news);
        let is_news = |arrival: &Arrived<M>| {
            matches!(arrival, Arrived::Record(..) | Arrived::NoRecord(..) | Arrived::NewStore)
        };
        let waiting = std::mem::take(&mut self.ports[node].arrivals);
        for ((at, number), arrival) in waiting {
            let at = if is_news(&arrival) { at.max(late) } else { at };
            self.ports[node].arrivals.insert((at, number), arrival);
        }
        let last = self.ports[node].last_news.map_or(late, |last| last.max(late));
        self.ports[node].last_news = Some(last);
    }

    fn post(&mut self, to: usize, at: Instant, arrival: Arrived<M>) {
        self.next_arrival += 1;
        self.ports[to].arrivals.insert((at, self.next_arrival), arrival);
    }

    fn note_loss(&mut self, now: Instant, from: usize, to: usize) {
        let loss = self.losses.entry((from, to)).or_insert(Loss { messages: 0, last: now });
        loss.messages += 1;
        loss.last = now;
    }

    fn happens(&mut self, per_million: u32) -> bool {
        per_million > 0 && self.below(1_000_000) < u64::from(per_million)
    }

    fn up_to(&mut self, most: Duration) -> Duration {
        if most.is_zero() {
            return most;
        }
        Duration::from_micros(self.below(most.as_micros() as u64 + 1))
    }

    fn below(&mut self, end: u64) -> u64 {
        self.random = self.random.wrapping_add(STEP);
        mixed(self.random) % end.max(1)
    }
}
