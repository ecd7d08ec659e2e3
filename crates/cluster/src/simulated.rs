//! A bus and a store in simulated time, as NATS has them: for simulations and tests.
//!
//! What a node publishes reaches the others in the order in which it was published, at most once, and is lost with the
//! receiver's connection. The store compares and sets, and tells all nodes what has changed. A [`NatsFaults`] says
//! what goes wrong besides.

mod node;
mod store;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use consonance_transport::split_mix::{STEP, mixed};

use crate::placement::{NodeId, Revision, SessionRecord, StoreAnswer, StoreRequest};
pub use node::{NodeMessage, NodeRun};
use store::SimulatedStore;

/// A bus and a store between nodes, which are numbered in the order in which they were [added](Self::add_node).
///
/// `M` is what is published. The same calls with the same seed do the same.
pub struct SimulatedNats<M> {
    random: u64,
    faults: NatsFaults,
    ports: Vec<Port<M>>,
    /// The first of them does not reach the second one.
    cuts: BTreeSet<(usize, usize)>,
    store: SimulatedStore,
    store_is_back_at: Option<Instant>,
    next_arrival: u64,
    /// When something from the first to the second was lost last, and how much was.
    losses: BTreeMap<(usize, usize), Loss>,
    tamper: Option<Tamper<M>>,
}

/// Changes a message on its way from a node to a node; how often it arrives.
pub type Tamper<M> = Box<dyn FnMut(usize, usize, &mut M) -> usize + Send>;

/// What may go wrong between nodes and NATS. The default is nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NatsFaults {
    /// A message, a request, an answer and news of the store take up to so long each.
    pub delay: Duration,
    /// Of a million messages, so many are dropped, as a server does for a slow consumer.
    pub lost_messages: u32,
    /// Of a million requests, so many are lost before the store has them.
    pub lost_requests: u32,
    /// Of a million answers of the store, so many are lost.
    pub lost_answers: u32,
    /// Of a million changes of the store, so many are told twice.
    pub repeated_news: u32,
    /// A node that has read nothing for [`SLEPT`] reads news of the store up to so much later than messages.
    pub late_news: Duration,
}

/// What was lost between two nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// How many messages.
    pub messages: u64,
    /// When the last one was.
    pub last: Instant,
}

/// What comes to a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrived<M> {
    /// A message of a node, perhaps of itself.
    Message(M),
    /// The store's answer to a request.
    Answer(u64, StoreAnswer),
    /// The store has this record.
    Record(Box<str>, SessionRecord, Revision),
    /// The store has no record any more.
    NoRecord(Box<str>, Revision),
    /// The connection is lost, or there again.
    Bus(bool),
}

/// A node that has read nothing for so long was asleep.
pub const SLEPT: Duration = Duration::from_secs(1);
/// A lost connection is noticed by then.
const NOTICED: Duration = Duration::from_secs(2);
/// A request that does not reach the store is answered so late that the store cannot say.
const REQUEST_PATIENCE: Duration = Duration::from_secs(2);
/// Messages, which may overtake each other only where their subjects differ.
const SUBJECTS: usize = 4;

/// A node's connection.
struct Port<M> {
    id: NodeId,
    is_connected: bool,
    /// Whether it was told so last.
    is_told: bool,
    reaches_store: bool,
    /// By when they arrive.
    arrivals: BTreeMap<(Instant, u64), Arrived<M>>,
    /// When the last message of each node and subject arrives.
    last: BTreeMap<(usize, usize), Instant>,
    last_news: Option<Instant>,
    read: Option<Instant>,
}

impl<M: Clone> SimulatedNats<M> {
    /// A well-behaved one without nodes.
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

    /// One more node, with a connection; its number here. It is told what the store has.
    pub fn add_node(&mut self, now: Instant, id: NodeId) -> usize {
        self.ports.push(Port {
            id,
            is_connected: true,
            is_told: true,
            reaches_store: true,
            arrivals: BTreeMap::new(),
            last: BTreeMap::new(),
            last_news: None,
            read: None,
        });
        let node = self.ports.len() - 1;
        self.tell_all(now, node);
        node
    }

    /// What goes wrong from now on.
    pub fn set_faults(&mut self, faults: NatsFaults) {
        self.faults = faults;
    }

    /// Changes messages on their way from now on.
    pub fn set_tamper(&mut self, tamper: Tamper<M>) {
        self.tamper = Some(tamper);
    }

    /// The store agrees to whatever it is asked from now on, whichever revision is meant.
    pub fn break_store(&mut self) {
        self.store.agrees_always = true;
    }

    /// Takes the connection of a node away, or gives it back. The node notices it at once when it is back, and after a
    /// while that it is away.
    pub fn set_connected(&mut self, now: Instant, node: usize, is_connected: bool) {
        if self.ports[node].is_connected == is_connected {
            return;
        }
        self.ports[node].is_connected = is_connected;
        // What was on its way is lost with it.
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

    /// Cuts what one node publishes off from another one, or no longer.
    pub fn set_cut(&mut self, from: usize, to: usize, is_cut: bool) {
        if is_cut {
            self.cuts.insert((from, to));
        } else {
            self.cuts.remove(&(from, to));
        }
    }

    /// Whether what one node publishes does not reach another one.
    pub fn is_cut(&self, from: usize, to: usize) -> bool {
        self.cuts.contains(&(from, to))
    }

    /// Cuts a node off from the store, and only from that, or no longer.
    pub fn set_reaches_store(&mut self, now: Instant, node: usize, reaches: bool) {
        if std::mem::replace(&mut self.ports[node].reaches_store, reaches) != reaches && reaches {
            self.tell_all(now, node);
        }
    }

    /// Whether a node's requests and the store's news are not cut off from each other.
    pub fn reaches_store(&self, node: usize) -> bool {
        self.ports[node].reaches_store
    }

    /// The store has no leader until then.
    pub fn stop_store(&mut self, until: Instant) {
        self.store_is_back_at = Some(until);
    }

    /// Whether the store answers.
    pub fn store_answers(&self, now: Instant) -> bool {
        self.store_is_back_at.is_none_or(|at| at <= now)
    }

    /// What the store has of a session.
    pub fn record(&self, name: &str) -> Option<(SessionRecord, Revision)> {
        self.store.record(name)
    }

    /// What was lost from one node to another one; from a node to itself also what was on its way to it when its
    /// connection was lost.
    pub fn loss(&self, from: usize, to: usize) -> Option<Loss> {
        self.losses.get(&(from, to)).copied()
    }

    /// A node publishes for one node, or for all of them and itself. Messages of one node and subject, 0 to 3, arrive
    /// in order.
    pub fn publish(&mut self, now: Instant, from: usize, to: Option<NodeId>, subject: usize, message: &M) {
        debug_assert!(subject < SUBJECTS);
        for port in 0..self.ports.len() {
            if to.is_none_or(|to| self.ports[port].id == to) {
                self.send(now, (from, port), subject, message.clone());
            }
        }
    }

    /// A node asks the store.
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

    /// The next thing that has come to a node by now.
    pub fn poll(&mut self, now: Instant, node: usize) -> Option<Arrived<M>> {
        let slept = self.ports[node].read.is_some_and(|read| now.saturating_duration_since(read) >= SLEPT);
        if slept {
            self.delay_news(now, node);
        }
        let port = &mut self.ports[node];
        port.read = Some(now);
        let next = port.arrivals.first_entry().filter(|entry| entry.key().0 <= now)?.remove();
        if let Arrived::Bus(is_there) = next {
            port.is_told = is_there;
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

    /// Tells a node everything that the store has, and what it has no longer.
    fn tell_all(&mut self, now: Instant, node: usize) {
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
        if !self.ports[to].is_connected || !self.ports[to].reaches_store {
            return;
        }
        let at = now + self.up_to(self.faults.delay);
        let at = self.ports[to].last_news.map_or(at, |last| last.max(at));
        self.ports[to].last_news = Some(at);
        let news = match record {
            Some(record) => Arrived::Record(name.into(), record, revision),
            None => Arrived::NoRecord(name.into(), revision),
        };
        self.post(to, at, news);
    }

    /// News of the store come in their order, but a task of their own reads them.
    fn delay_news(&mut self, now: Instant, node: usize) {
        let late = now + self.up_to(self.faults.late_news);
        let is_news = |arrival: &Arrived<M>| matches!(arrival, Arrived::Record(..) | Arrived::NoRecord(..));
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
