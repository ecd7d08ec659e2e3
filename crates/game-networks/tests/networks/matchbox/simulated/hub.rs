//! A room in one process: players that can or cannot reach each other, and messages on two channels between them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use consonance_game_networks::matchbox::{PeerSocket, PlayerId};
use consonance_link::Delivery;
use consonance_link::random::Random;

/// Messages in flight, and the players that reach each other.
#[derive(Debug)]
pub(crate) struct Hub {
    dice: Random,
    /// The share of unreliable messages that is lost.
    pub(crate) loss: f64,
    /// The maximum number of messages lost in each direction when a connection comes up.
    pub(crate) lost_at_first_max: u64,
    /// The number of those messages still to be lost, by sender and receiver.
    lost_at_first: BTreeMap<(PlayerId, PlayerId), u64>,
    /// The pairs that reach each other, the lower id first.
    pairs: BTreeSet<(PlayerId, PlayerId)>,
    /// Senders and messages, by receiver and whether they are reliable.
    waiting: BTreeMap<(PlayerId, bool), Messages>,
}

/// A slow receiver loses the oldest messages, as on any network.
const UNRELIABLE_WAITING_MAX: usize = 1000;

type Messages = VecDeque<(PlayerId, Vec<u8>)>;

/// One player's socket.
pub(crate) struct HubSocket<'a> {
    pub(crate) hub: &'a mut Hub,
    pub(crate) id: Option<PlayerId>,
}

impl Hub {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            dice: Random::new(seed, "hub"),
            loss: 0.0,
            lost_at_first_max: 0,
            lost_at_first: BTreeMap::new(),
            pairs: BTreeSet::new(),
            waiting: BTreeMap::new(),
        }
    }

    pub(crate) fn connect(&mut self, one: PlayerId, other: PlayerId) {
        self.pairs.insert((one.min(other), one.max(other)));
        for way in [(one, other), (other, one)] {
            let lost = self.dice.next_u64() % (self.lost_at_first_max + 1);
            self.lost_at_first.insert(way, lost);
        }
    }

    /// Disconnects two players; messages in flight between them are lost too.
    pub(crate) fn disconnect(&mut self, one: PlayerId, other: PlayerId) {
        self.pairs.remove(&(one.min(other), one.max(other)));
        for ((to, _), messages) in &mut self.waiting {
            messages.retain(|(from, _)| (*from, *to) != (one, other) && (*from, *to) != (other, one));
        }
    }

    fn reaches(&self, one: PlayerId, other: PlayerId) -> bool {
        self.pairs.contains(&(one.min(other), one.max(other)))
    }
}

impl PeerSocket for HubSocket<'_> {
    fn id(&mut self) -> Option<PlayerId> {
        self.id
    }

    fn connected(&self) -> Vec<PlayerId> {
        let Some(me) = self.id else { return Vec::new() };
        let others = self.hub.pairs.iter().filter_map(|&(one, other)| match () {
            () if one == me => Some(other),
            () if other == me => Some(one),
            () => None,
        });
        others.collect()
    }

    fn receive(&mut self, delivery: Delivery) -> Vec<(PlayerId, Vec<u8>)> {
        let Some(me) = self.id else { return Vec::new() };
        self.hub.waiting.remove(&(me, delivery == Delivery::Reliable)).unwrap_or_default().into()
    }

    fn send(&mut self, delivery: Delivery, to: PlayerId, message: &[u8]) {
        let Some(me) = self.id else { return };
        if let Some(lost @ 1..) = self.hub.lost_at_first.get_mut(&(me, to)) {
            *lost -= 1;
            return;
        }
        let is_reliable = delivery == Delivery::Reliable;
        if self.hub.reaches(me, to) && (is_reliable || !self.hub.dice.chance(self.hub.loss)) {
            let waiting = self.hub.waiting.entry((to, is_reliable)).or_default();
            if !is_reliable && waiting.len() >= UNRELIABLE_WAITING_MAX {
                waiting.pop_front();
            }
            waiting.push_back((me, message.to_vec()));
        }
    }
}
