//! Simulated time, a store, a bus, and nodes, all of which can misbehave.

use std::fmt::Write as _;

use super::*;

/// Of one node.
struct Node {
    placement: Placement,
    told: Vec<PlacementEvent>,
    number: u32,
    asleep_until: Instant,
    is_dead: bool,
    has_bus: bool,
    links: BTreeSet<Box<str>>,
}

/// What is on its way to a node.
enum Letter {
    Beat(NodeId, u64),
    Record(Box<str>, SessionRecord, Revision),
    /// As a node says.
    Announcement(Box<str>, SessionRecord, Revision),
    NoRecord(Box<str>, Revision),
    Answer(u64, StoreAnswer),
    Bus(bool),
}

pub(super) struct World {
    now: Instant,
    start: Instant,
    random: u64,
    nodes: Vec<Node>,
    /// By node and by when it arrives. What one sender sends one node arrives in order.
    letters: Vec<BTreeMap<(Instant, u64), Letter>>,
    next_letter: u64,
    records: BTreeMap<Box<str>, (SessionRecord, Revision)>,
    revision: u64,
    store_is_back_at: Instant,
    is_rough: bool,
}

const STEP: Duration = Duration::from_millis(10);

impl World {
    pub(super) fn new(nodes: usize, seed: u64) -> Self {
        let now = Instant::now();
        let mut world = Self {
            now,
            start: now,
            random: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            nodes: Vec::new(),
            letters: (0..nodes).map(|_| BTreeMap::new()).collect(),
            next_letter: 0,
            records: BTreeMap::new(),
            revision: 0,
            store_is_back_at: now,
            is_rough: false,
        };
        for index in 0..nodes {
            world.nodes.push(Node {
                placement: Placement::new(now, NodeId(index as u64 + 1)),
                told: Vec::new(),
                number: 1_000 + index as u32,
                asleep_until: now,
                is_dead: false,
                has_bus: true,
                links: BTreeSet::new(),
            });
        }
        world
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

    /// What the store has of a session that this node owns, and that node began.
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

    pub(super) fn pause(&mut self, node: usize, time: Duration) {
        self.nodes[node].asleep_until = self.now + time;
    }

    pub(super) fn stop_store(&mut self, time: Duration) {
        self.store_is_back_at = self.now + time;
    }

    pub(super) fn set_bus(&mut self, node: usize, is_there: bool) {
        if std::mem::replace(&mut self.nodes[node].has_bus, is_there) == is_there {
            return;
        }
        // What was on its way over the bus is lost with it.
        self.letters[node].clear();
        // It is noticed at once when it is back, and after a while that it is away.
        let delay = if is_there { Duration::ZERO } else { self.up_to(Duration::from_secs(2)) };
        self.post(node, delay, Letter::Bus(is_there));
        if is_there {
            let records: Vec<_> = self.records.iter().map(|(name, it)| (name.clone(), *it)).collect();
            for (name, (record, revision)) in records {
                self.post(node, Duration::from_millis(5), Letter::Record(name, record, revision));
            }
            // A watch that begins again tells what there is, and so what there is not.
            let gone =
                self.nodes[node].placement.sessions.keys().filter(|name| !self.records.contains_key(*name));
            for name in gone.cloned().collect::<Vec<_>>() {
                let revision = Revision(self.revision);
                self.post(node, Duration::from_millis(5), Letter::NoRecord(name, revision));
            }
        }
    }

    /// Delays, losses and doubles from now on.
    pub(super) fn make_rough(&mut self) {
        self.is_rough = true;
    }

    /// All is well from now on, and all are awake. The dead stay dead.
    pub(super) fn calm(&mut self) {
        self.is_rough = false;
        self.store_is_back_at = self.now;
        for node in 0..self.nodes.len() {
            self.nodes[node].asleep_until = self.now;
            self.set_bus(node, true);
        }
    }

    /// Something happens somewhere.
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

    /// What the store and each node know of a session.
    pub(super) fn describe(&self, name: &str) -> String {
        let mut text = format!("the store has {:?}", self.records.get(name));
        for (index, node) in self.nodes.iter().enumerate() {
            let _ = write!(text, "\nnode {}: {:?}", index + 1, node.placement.sessions.get(name));
        }
        text
    }

    /// At most one node acts.
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
        while let Some(entry) = self.letters[node].first_entry().filter(|entry| entry.key().0 <= now) {
            let letter = entry.remove();
            let placement = &mut self.nodes[node].placement;
            match letter {
                Letter::Beat(from, number) => placement.handle_beat(now, from, number),
                Letter::Record(name, record, revision) => {
                    placement.handle_record(now, &name, record, revision);
                }
                Letter::Announcement(name, record, revision) => {
                    placement.handle_announcement(now, &name, record, revision);
                }
                Letter::NoRecord(name, revision) => placement.handle_no_record(now, &name, revision),
                Letter::Answer(number, answer) => placement.handle_answer(now, number, answer),
                Letter::Bus(is_there) => placement.handle_bus(now, is_there),
            }
        }
        let links: Vec<Box<str>> = self.nodes[node].links.iter().cloned().collect();
        for name in links {
            self.nodes[node].placement.set_links(&name, Some(node as u16));
        }
        self.nodes[node].placement.handle_timeout(now);
        while let Some(number) = self.nodes[node].placement.poll_beat(now) {
            self.beat(node, number);
        }
        while let Some(request) = self.nodes[node].placement.poll_request() {
            self.ask_store(node, &request);
        }
        while let Some(event) = self.nodes[node].placement.poll_event() {
            // Its clients ask for it again.
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

    /// A node tells the others what it owns, as far as that arrives.
    pub(super) fn announce(&mut self, from: usize, name: &str, record: SessionRecord, revision: Revision) {
        for to in 0..self.nodes.len() {
            if self.nodes[from].has_bus && !(self.is_rough && self.below(100) < 5) {
                let delay = self.bus_delay();
                self.post(to, delay, Letter::Announcement(name.into(), record, revision));
            }
        }
    }

    fn beat(&mut self, from: usize, number: u64) {
        if !self.nodes[from].has_bus {
            return;
        }
        for to in 0..self.nodes.len() {
            let copies = match self.below(100) {
                0..=4 if self.is_rough => 0,
                5..=9 if self.is_rough => 2,
                _ => 1,
            };
            for _ in 0..copies {
                let delay = self.bus_delay();
                self.post(to, delay, Letter::Beat(NodeId(from as u64 + 1), number));
            }
        }
    }

    fn ask_store(&mut self, node: usize, request: &StoreRequest) {
        let delay = self.bus_delay();
        let StoreRequest { number, name, change } = request;
        if !self.nodes[node].has_bus || self.now < self.store_is_back_at {
            return self.post(node, delay, Letter::Answer(*number, StoreAnswer::Unavailable));
        }
        let present = self.records.get(name).copied();
        let answer = match *change {
            StoreChange::Create(record) if present.is_none() => self.write(name, Some(record)),
            StoreChange::Replace(record, revision) if present.is_some_and(|(_, it)| it == revision) => {
                let kept = present.map(|(before, _)| before.session);
                assert_eq!(kept, Some(record.session), "{name} goes on with its number");
                self.write(name, Some(record))
            }
            StoreChange::Remove(revision) if present.is_some_and(|(_, it)| it == revision) => {
                self.write(name, None)
            }
            StoreChange::Read => {
                let letter = match present {
                    Some((record, revision)) => Letter::Record(name.clone(), record, revision),
                    None => Letter::NoRecord(name.clone(), Revision(self.revision)),
                };
                return self.post(node, delay, letter);
            }
            _ => StoreAnswer::Conflict,
        };
        // The answer may get lost: what was asked for is done all the same.
        if !(self.is_rough && self.below(20) == 0) {
            self.post(node, delay, Letter::Answer(*number, answer));
        }
    }

    fn write(&mut self, name: &str, record: Option<SessionRecord>) -> StoreAnswer {
        self.revision += 1;
        let revision = Revision(self.revision);
        match record {
            Some(record) => self.records.insert(name.into(), (record, revision)),
            None => self.records.remove(name),
        };
        for node in 0..self.nodes.len() {
            if self.nodes[node].has_bus {
                let letter = match record {
                    Some(record) => Letter::Record(name.into(), record, revision),
                    None => Letter::NoRecord(name.into(), revision),
                };
                // What came while a node slept for long, it may read after its own first beat.
                let asleep = self.nodes[node].asleep_until.saturating_duration_since(self.now);
                let late = if asleep < LEASE { Duration::ZERO } else { self.up_to(Duration::from_secs(1)) };
                let delay = asleep + late + self.bus_delay();
                self.post(node, delay, letter);
            }
        }
        StoreAnswer::Done(revision)
    }

    fn post(&mut self, to: usize, delay: Duration, letter: Letter) {
        let at = self.now + delay;
        self.next_letter += 1;
        self.letters[to].insert((at, self.next_letter), letter);
    }

    fn bus_delay(&mut self) -> Duration {
        self.up_to(if self.is_rough { Duration::from_millis(200) } else { Duration::from_millis(5) })
    }

    fn up_to(&mut self, most: Duration) -> Duration {
        Duration::from_micros(self.below(most.as_micros() as u64 + 1))
    }

    fn below(&mut self, end: u64) -> u64 {
        // Xorshift: the sequence of a seed stays the same.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % end
    }
}
