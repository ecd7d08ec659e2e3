//! A cloud that carries the messages of all players in a room, as Photon's does, on simulated time and from a seed.
//!
//! Actors are numbered from 1; the master is the lowest one in the room unless another was made master. Reliable
//! messages arrive, in order for each sender and receiver; unreliable ones may be lost or overtake others.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use consonance_link::random::Random;

/// The conditions that the cloud imposes on messages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weather {
    /// The minimum delay of a message, in ms.
    delay_ms: u64,
    /// The maximum additional delay, in ms.
    jitter_ms: u64,
    /// The probability that an unreliable message is lost.
    loss: f64,
    /// Whether unreliable messages may overtake others.
    overtakes: bool,
}

impl Weather {
    pub(crate) const FAIR: Self = Self { delay_ms: 20, jitter_ms: 40, loss: 0.0, overtakes: false };
    pub(crate) const FOUL: Self = Self { delay_ms: 30, jitter_ms: 170, loss: 0.2, overtakes: true };
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Receivers {
    MasterClient,
    Others,
    /// Networks without receiver groups also use this to reach one actor.
    TargetActors(Vec<u64>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) sender: u64,
    /// The code of an event, or the name of a stream or call.
    pub(crate) label: String,
    pub(crate) is_reliable: bool,
    pub(crate) content: Vec<u8>,
}

/// A notification to an actor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    Event(Event),
    Joined(u64),
    Left(u64),
    MasterIs(u64),
}

pub(crate) struct Cloud {
    weather: Weather,
    random: Random,
    last_actor: u64,
    actors: BTreeSet<u64>,
    master: Option<u64>,
    /// Keyed by arrival time, then by the order of sending.
    on_the_way: BTreeMap<(Instant, u64), (u64, Notice)>,
    sent: u64,
    /// The arrival time of the last ordered message, by sender and receiver; the cloud itself is sender 0.
    last_arrival: BTreeMap<(u64, u64), Instant>,
    inboxes: BTreeMap<u64, VecDeque<Notice>>,
    /// Raised events and their receivers.
    pub(crate) log: Vec<(Event, Receivers)>,
}

impl Cloud {
    pub(crate) fn new(weather: Weather, seed: u64) -> Self {
        Self {
            weather,
            random: Random::new(seed, "cloud"),
            last_actor: 0,
            actors: BTreeSet::new(),
            master: None,
            on_the_way: BTreeMap::new(),
            sent: 0,
            last_arrival: BTreeMap::new(),
            inboxes: BTreeMap::new(),
            log: Vec::new(),
        }
    }

    /// A player enters the room and is told the members and the master. Returns its number.
    pub(crate) fn enter(&mut self, now: Instant) -> u64 {
        self.last_actor += 1;
        let newcomer = self.last_actor;
        self.inboxes.insert(newcomer, VecDeque::new());
        for actor in self.actors.clone() {
            self.tell(now, actor, Notice::Joined(newcomer));
            self.tell(now, newcomer, Notice::Joined(actor));
        }
        self.actors.insert(newcomer);
        let master = *self.master.get_or_insert(newcomer);
        self.tell(now, newcomer, Notice::MasterIs(master));
        newcomer
    }

    /// A player leaves without a goodbye. If it was the master, the lowest remaining actor becomes master.
    pub(crate) fn leave(&mut self, now: Instant, actor: u64) {
        self.actors.remove(&actor);
        self.inboxes.remove(&actor);
        for other in self.actors.clone() {
            self.tell(now, other, Notice::Left(actor));
        }
        if self.master == Some(actor) {
            self.master = None;
            if let Some(lowest) = self.actors.first().copied() {
                self.make_master(now, lowest);
            }
        }
    }

    /// All players learn of the new master, at different times.
    pub(crate) fn make_master(&mut self, now: Instant, actor: u64) {
        self.master = Some(actor);
        for other in self.actors.clone() {
            self.tell(now, other, Notice::MasterIs(actor));
        }
    }

    pub(crate) fn raise(&mut self, now: Instant, event: &Event, receivers: Receivers) {
        let to: Vec<u64> = match &receivers {
            Receivers::MasterClient => self.master.into_iter().collect(),
            Receivers::Others => self.actors.iter().copied().filter(|actor| *actor != event.sender).collect(),
            Receivers::TargetActors(actors) => {
                actors.iter().copied().filter(|actor| self.actors.contains(actor)).collect()
            }
        };
        self.log.push((event.clone(), receivers));
        for actor in to {
            if event.is_reliable || !self.random.chance(self.weather.loss) {
                let (sender, is_ordered) = (event.sender, event.is_reliable || !self.weather.overtakes);
                self.send(now, sender, actor, is_ordered, Notice::Event(event.clone()));
            }
        }
    }

    /// The notifications that have arrived for an actor.
    pub(crate) fn receive(&mut self, now: Instant, actor: u64) -> VecDeque<Notice> {
        while let Some(first) = self.on_the_way.first_entry().filter(|first| first.key().0 <= now) {
            let (receiver, notice) = first.remove();
            if let Some(inbox) = self.inboxes.get_mut(&receiver) {
                inbox.push_back(notice);
            }
        }
        self.inboxes.get_mut(&actor).map(std::mem::take).unwrap_or_default()
    }

    fn tell(&mut self, now: Instant, actor: u64, notice: Notice) {
        self.send(now, 0, actor, true, notice);
    }

    fn send(&mut self, now: Instant, from: u64, to: u64, is_ordered: bool, notice: Notice) {
        let Weather { delay_ms, jitter_ms, .. } = self.weather;
        let jitter = Duration::from_millis(jitter_ms).mul_f64(self.random.unit());
        let mut arrival = now + Duration::from_millis(delay_ms) + jitter;
        if is_ordered {
            let last = self.last_arrival.entry((from, to)).or_insert(arrival);
            arrival = arrival.max(*last);
            *last = arrival;
        }
        self.sent += 1;
        self.on_the_way.insert((arrival, self.sent), (to, notice));
    }
}
