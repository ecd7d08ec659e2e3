//! Nodes, a bus and a store on simulated time, all of which can misbehave.

use std::fmt::Write as _;

use super::*;
use crate::simulated::{Arrived, NatsFaults, SimulatedNats};

/// The state of one node.
struct Node {
    placement: Placement,
    told: Vec<PlacementEvent>,
    number: u32,
    asleep_until: Instant,
    is_dead: bool,
    links: BTreeSet<Box<str>>,
}

/// A message that a node publishes.
#[derive(Clone)]
enum Message {
    Beat(NodeId, u64),
    LastBeat(NodeId),
    Announcement(Box<str>, SessionRecord, Revision),
}

pub(super) struct World {
    now: Instant,
    start: Instant,
    random: u64,
    nodes: Vec<Node>,
    nats: SimulatedNats<Message>,
}

const STEP: Duration = Duration::from_millis(10);
const CALM: NatsFaults = NatsFaults {
    delay: Duration::from_millis(5),
    lost_messages: 0,
    lost_requests: 0,
    lost_answers: 0,
    repeated_news: 0,
    late_news: Duration::from_secs(1),
};
const ROUGH: NatsFaults = NatsFaults {
    delay: Duration::from_millis(200),
    lost_messages: 50_000,
    lost_requests: 20_000,
    lost_answers: 50_000,
    repeated_news: 50_000,
    ..CALM
};

impl World {
    pub(super) fn new(nodes: usize, seed: u64) -> Self {
        let now = Instant::now();
        let mut nats = SimulatedNats::new(seed);
        nats.set_faults(CALM);
        let nodes = (0..nodes).map(|index| {
            let id = NodeId(index as u64 + 1);
            nats.add_node(now, id);
            Node {
                placement: Placement::new(now, id),
                told: Vec::new(),
                number: 1_000 + index as u32,
                asleep_until: now,
                is_dead: false,
                links: BTreeSet::new(),
            }
        });
        let nodes = nodes.collect();
        Self { now, start: now, random: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1, nodes, nats }
    }

    pub(super) fn now(&self) -> Instant {
        self.now
    }

    pub(super) fn id(node: usize) -> NodeId {
        NodeId(node as u64 + 1)
    }

    /// The number that a session gets if this node begins it.
    pub(super) fn number(&self, node: usize) -> u32 {
        self.nodes[node].number
    }

    /// The store's record of a session that one node owns and the other one began.
    pub(super) fn record(&self, owner: usize, begun_by: usize) -> SessionRecord {
        SessionRecord { owner: Self::id(owner), worker: owner as u16, session: self.number(begun_by) }
    }

    pub(super) fn at(&self, owner: usize, begun_by: usize) -> SessionPlace {
        SessionPlace::At(self.record(owner, begun_by))
    }

    pub(super) fn told(&self, node: usize) -> &[PlacementEvent] {
        &self.nodes[node].told
    }

    pub(super) fn place(&mut self, node: usize, name: &str) -> SessionPlace {
        let now = self.now;
        let Node { placement, number, .. } = &mut self.nodes[node];
        placement.place(now, name, *number, node as u16)
    }

    pub(super) fn set_links(&mut self, node: usize, name: &str, has_links: bool) {
        if has_links {
            self.nodes[node].links.insert(name.into());
        } else {
            self.nodes[node].links.remove(name);
        }
        self.nodes[node].placement.set_links(name, has_links.then_some(node as u16));
    }

    pub(super) fn end(&mut self, node: usize, name: &str) {
        let now = self.now;
        self.nodes[node].placement.end(now, name);
    }

    pub(super) fn kill(&mut self, node: usize) {
        self.nodes[node].is_dead = true;
    }

    /// Shuts a node down in order.
    pub(super) fn stop(&mut self, node: usize) {
        self.nodes[node].placement.leave();
        self.nats.publish(self.now, node, None, 0, &Message::LastBeat(Self::id(node)));
        self.kill(node);
    }

    pub(super) fn pause(&mut self, node: usize, time: Duration) {
        self.nodes[node].asleep_until = self.now + time;
    }

    pub(super) fn stop_store(&mut self, time: Duration) {
        self.nats.stop_store(self.now + time);
    }

    pub(super) fn lose_store(&mut self) {
        self.nats.lose_store(self.now);
    }

    pub(super) fn set_bus(&mut self, node: usize, is_there: bool) {
        self.nats.set_connected(self.now, node, is_there);
    }

    /// Partitions a node from the others and from the store, alone on its part of the bus, or ends the partition.
    pub(super) fn set_partitioned(&mut self, node: usize, is_partitioned: bool) {
        for other in (0..self.nodes.len()).filter(|other| *other != node) {
            self.nats.set_cut(node, other, is_partitioned);
            self.nats.set_cut(other, node, is_partitioned);
        }
        self.nats.set_reaches_store(self.now, node, !is_partitioned);
    }

    /// Adds delays, losses and duplicates from now on.
    pub(super) fn make_rough(&mut self) {
        self.nats.set_faults(ROUGH);
    }

    /// Ends all faults and wakes all nodes. Dead nodes stay dead.
    pub(super) fn calm(&mut self) {
        self.nats.set_faults(CALM);
        self.nats.stop_store(self.now);
        for node in 0..self.nodes.len() {
            self.nodes[node].asleep_until = self.now;
            self.set_bus(node, true);
            self.set_partitioned(node, false);
        }
    }

    /// Lets a random event happen, or none.
    pub(super) fn disturb(&mut self, names: &[&str]) {
        let node = self.below(self.nodes.len() as u64) as usize;
        let name = names[self.below(names.len() as u64) as usize];
        let time = self.up_to(Duration::from_secs(4));
        match self.below(40) {
            0 => self.pause(node, time),
            1 => self.stop_store(time * 2),
            2 => self.set_bus(node, false),
            3..=6 => self.set_bus(node, true),
            7..=10 => {
                self.place(node, name);
            }
            11..=13 => self.set_links(node, name, true),
            14 => self.set_links(node, name, false),
            15 if self.acts(node, name) && !self.is_detached(node, name) => self.end(node, name),
            16 => self.set_partitioned(node, true),
            17..=20 => self.set_partitioned(node, false),
            _ => {}
        }
    }

    /// Whether a node that is awake acts for a session.
    pub(super) fn acts(&self, node: usize, name: &str) -> bool {
        let Node { placement, is_dead, asleep_until, .. } = &self.nodes[node];
        !is_dead && *asleep_until <= self.now && placement.may_act(self.now, name)
    }

    pub(super) fn is_detached(&self, node: usize, name: &str) -> bool {
        self.nodes[node].placement.is_detached(name)
    }

    /// The nodes that act for a session, and not for their own players alone.
    pub(super) fn owners(&self, name: &str) -> Vec<usize> {
        (0..self.nodes.len())
            .filter(|node| self.acts(*node, name) && !self.is_detached(*node, name))
            .collect()
    }

    pub(super) fn owner_as_known_by(&self, node: usize, name: &str) -> Option<NodeId> {
        let known = self.nodes[node].placement.sessions.get(name)?;
        known.record.map(|(record, _)| record.owner)
    }

    pub(super) fn stored(&self, name: &str) -> Option<SessionRecord> {
        self.nats.record(name).map(|(record, _)| record)
    }

    /// Describes a session as the store and each node know it.
    pub(super) fn describe(&self, name: &str) -> String {
        let mut text = format!("the store has {:?}", self.nats.record(name));
        for (index, node) in self.nodes.iter().enumerate() {
            let _ = write!(text, "\nnode {}: {:?}", index + 1, node.placement.sessions.get(name));
        }
        text
    }

    /// Asserts that at most one node acts.
    pub(super) fn check(&mut self) {
        let names: BTreeSet<Box<str>> =
            self.nodes.iter().flat_map(|node| node.placement.sessions.keys().cloned()).collect();
        for name in names {
            let owners = self.owners(&name);
            assert!(
                owners.len() <= 1,
                "{name} after {:?}: {owners:?}: {}",
                self.now - self.start,
                self.describe(&name)
            );
        }
    }

    pub(super) fn step(&mut self) {
        self.now += STEP;
        for node in 0..self.nodes.len() {
            let state = &self.nodes[node];
            if !state.is_dead && state.asleep_until <= self.now {
                self.run_node(node);
            }
        }
    }

    fn run_node(&mut self, node: usize) {
        let now = self.now;
        let placement = &mut self.nodes[node].placement;
        while let Some(incoming) = self.nats.poll(now, node) {
            match incoming {
                Arrived::Message(Message::Beat(from, number)) => placement.handle_beat(now, from, number),
                Arrived::Message(Message::LastBeat(from)) => placement.handle_last_beat(now, from),
                Arrived::Message(Message::Announcement(name, record, revision)) => {
                    placement.handle_announcement(now, &name, record, revision);
                }
                Arrived::Record(name, record, revision) => {
                    placement.handle_record(now, &name, record, revision);
                }
                Arrived::NoRecord(name, revision) => placement.handle_no_record(now, &name, revision),
                Arrived::NewStore => placement.handle_new_store(),
                Arrived::Answer(number, answer) => placement.handle_answer(now, number, answer),
                Arrived::Bus(is_there) => placement.handle_bus(now, is_there),
            }
        }
        let links: Vec<Box<str>> = self.nodes[node].links.iter().cloned().collect();
        for name in links {
            self.nodes[node].placement.set_links(&name, Some(node as u16));
        }
        self.nodes[node].placement.handle_timeout(now);
        while let Some(number) = self.nodes[node].placement.poll_beat(now) {
            self.nats.publish(now, node, None, 0, &Message::Beat(Self::id(node), number));
        }
        while let Some(request) = self.nodes[node].placement.poll_request() {
            self.ask_store(node, &request);
        }
        while let Some(event) = self.nodes[node].placement.poll_event() {
            // Clients of an ended session ask for it again.
            if let PlacementEvent::Ended { name } = &event
                && self.nodes[node].links.contains(name)
            {
                self.place(node, &name.clone());
            }
            match event {
                PlacementEvent::Written { name, record, revision } => {
                    self.announce(node, &name, record, revision);
                }
                event => self.nodes[node].told.push(event),
            }
        }
    }

    /// Announces a node's session to the other nodes, as far as the bus delivers it.
    pub(super) fn announce(&mut self, from: usize, name: &str, record: SessionRecord, revision: Revision) {
        self.nats.publish(self.now, from, None, 1, &Message::Announcement(name.into(), record, revision));
    }

    fn ask_store(&mut self, node: usize, request: &StoreRequest) {
        let present = self.nats.record(&request.name);
        if let StoreChange::Replace(record, revision) = request.change
            && let Some((before, _)) = present.filter(|(_, present)| *present == revision)
        {
            assert_eq!(before.session, record.session, "{} goes on with its number", request.name);
        }
        self.nats.ask(self.now, node, request);
    }

    fn up_to(&mut self, most: Duration) -> Duration {
        Duration::from_micros(self.below(most.as_micros() as u64 + 1))
    }

    fn below(&mut self, end: u64) -> u64 {
        // Xorshift: a seed always gives the same sequence.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % end
    }
}
