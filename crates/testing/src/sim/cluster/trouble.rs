//! Faults between nodes, and their ends.

use std::time::{Duration, Instant};

use consonance_cluster::simulated::NatsFaults;

use super::node::Life;
use super::sabotage::ClusterSabotage;
use super::world::{DELAY, World};
use crate::sim::dice::Dice;

/// Kinds of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Kill,
    Start,
    Pause,
    /// A node loses its connection to NATS.
    Disconnect,
    /// All nodes lose it.
    DisconnectAll,
    /// Two nodes do not hear each other.
    Cut,
    /// One does not hear the other.
    CutOneWay,
    /// A node does not reach the store.
    CutStore,
    /// The store has no leader.
    StopStore,
    /// Messages, requests and answers are lost and late.
    Rough,
}

const KINDS: [Kind; 10] = [
    Kind::Kill,
    Kind::Start,
    Kind::Pause,
    Kind::Disconnect,
    Kind::DisconnectAll,
    Kind::Cut,
    Kind::CutOneWay,
    Kind::CutStore,
    Kind::StopStore,
    Kind::Rough,
];

/// The kinds of faults in a run, and the present ones.
#[derive(Debug)]
pub(super) struct Trouble {
    kinds: Vec<Kind>,
    /// The average time between two of them.
    pause: Duration,
    next: Option<Instant>,
    /// The end of each fault.
    ends: Vec<(Instant, End)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Connect(usize),
    Join(usize, usize),
    ReachStore(usize),
    Behave,
}

/// At most so many nodes live at once, and so many start in a run.
const NODES_MAX: usize = 4;
const STARTS_MAX: usize = 9;

impl Trouble {
    /// Each run leaves some kinds out, so that the rest shows in combinations.
    pub(super) fn draw(dice: &mut Dice) -> Self {
        let kinds = KINDS.into_iter().filter(|_| !dice.chance(400_000)).collect();
        Self { kinds, pause: dice.millis(500, 6_000), next: None, ends: Vec::new() }
    }
}

impl World {
    pub(super) fn begin_trouble(&mut self) {
        self.trouble.next = Some(self.now);
    }

    /// Ends all faults and begins no new ones.
    pub(super) fn end_trouble(&mut self) {
        self.trouble.next = None;
        for (_, end) in std::mem::take(&mut self.trouble.ends) {
            self.end_one(end);
        }
        self.nats.stop_store(self.now);
        for node in self.nodes.iter_mut().filter(|node| !node.is_dead()) {
            node.life = Life::Awake;
        }
        self.note("all is well again".to_owned());
    }

    pub(super) fn make_trouble(&mut self) {
        let now = self.now;
        let over: Vec<End> =
            self.trouble.ends.extract_if(.., |(at, _)| *at <= now).map(|(_, end)| end).collect();
        for end in over {
            self.end_one(end);
        }
        if self.trouble.next.is_none_or(|next| next > now) {
            return;
        }
        let pause = self.trouble.pause.as_millis() as u64;
        self.trouble.next = Some(now + self.dice.millis(pause / 4, pause * 2));
        if let Some(kind) = self.dice.pick(&self.trouble.kinds).copied() {
            self.make(kind);
        }
    }

    fn make(&mut self, kind: Kind) {
        let living: Vec<usize> = (0..self.nodes.len()).filter(|node| !self.nodes[*node].is_dead()).collect();
        let (Some(node), Some(other)) = (self.dice.pick(&living).copied(), self.dice.pick(&living).copied())
        else {
            return;
        };
        let (now, until) = (self.now, self.now + self.dice.millis(200, 8_000));
        match kind {
            Kind::Kill if living.len() > 1 => self.kill_node(node),
            Kind::Start if living.len() < NODES_MAX && self.nodes.len() < STARTS_MAX => self.start_node(),
            Kind::Pause if self.nodes[node].is_awake() => self.pause_node(node),
            Kind::Disconnect => self.disconnect(node, until),
            Kind::DisconnectAll => living.into_iter().for_each(|node| self.disconnect(node, until)),
            Kind::Cut if node != other && !self.is_off_the_store() => {
                self.cut(node, other, until);
                self.cut(other, node, until);
            }
            Kind::CutOneWay if node != other && !self.is_off_the_store() => self.cut(node, other, until),
            Kind::CutStore if !self.is_cut() => {
                self.nats.set_reaches_store(now, self.nodes[node].number, false);
                self.trouble.ends.push((until, End::ReachStore(node)));
            }
            Kind::StopStore => self.nats.stop_store(until),
            Kind::Rough => {
                let faults = rough(&mut self.dice);
                self.nats.set_faults(faults);
                self.trouble.ends.push((until, End::Behave));
            }
            _ => return,
        }
        self.note(format!("{kind:?}: node {node}, other {other}, for {:?}", until - now));
    }

    fn pause_node(&mut self, node: usize) {
        let time = self.dice.millis(200, 12_000);
        self.nodes[node].life = Life::Asleep(self.now + time);
        if self.sabotage == Some(ClusterSabotage::StoppedClock) {
            self.nodes[node].clock_is_behind += time;
        }
        self.counts.paused += 1;
    }

    fn disconnect(&mut self, node: usize, until: Instant) {
        self.nats.set_connected(self.now, self.nodes[node].number, false);
        self.trouble.ends.push((until, End::Connect(node)));
    }

    fn cut(&mut self, from: usize, to: usize, until: Instant) {
        self.nats.set_cut(self.nodes[from].number, self.nodes[to].number, true);
        self.trouble.ends.push((until, End::Join(from, to)));
    }

    /// A node that hears nothing of the store, and that another one does not hear, cannot know that it is replaced:
    /// only one of the two is played.
    fn is_off_the_store(&self) -> bool {
        self.trouble.ends.iter().any(|(_, end)| matches!(end, End::ReachStore(_)))
    }

    fn is_cut(&self) -> bool {
        self.trouble.ends.iter().any(|(_, end)| matches!(end, End::Join(..)))
    }

    fn end_one(&mut self, end: End) {
        let number = |node: usize| self.nodes[node].number;
        match end {
            End::Connect(node) if !self.nodes[node].is_dead() => {
                self.nats.set_connected(self.now, number(node), true);
            }
            End::Connect(_) => {}
            End::Join(from, to) => self.nats.set_cut(number(from), number(to), false),
            End::ReachStore(node) => self.nats.set_reaches_store(self.now, number(node), true),
            End::Behave => self.nats.set_faults(NatsFaults { delay: DELAY, ..NatsFaults::default() }),
        }
    }
}

fn rough(dice: &mut Dice) -> NatsFaults {
    let mut sometimes = |most: u64| if dice.chance(400_000) { 0 } else { dice.below(most) as u32 };
    let (lost_messages, lost_requests, lost_answers, repeated_news) =
        (sometimes(100_000), sometimes(300_000), sometimes(300_000), sometimes(300_000));
    NatsFaults {
        delay: dice.millis(1, 150),
        lost_messages,
        lost_requests,
        lost_answers,
        repeated_news,
        late_news: dice.millis(0, 1_000),
    }
}
