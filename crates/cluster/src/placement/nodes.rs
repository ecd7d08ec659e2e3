//! The liveness of nodes, this one included.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::{BEAT, LEASE, NodeId, SILENCE};

#[derive(Debug)]
pub(super) struct Nodes {
    /// The time at which each of the others was last heard.
    heard: BTreeMap<NodeId, Instant>,
    /// Nodes that were reported as lost and not heard since.
    lost: BTreeSet<NodeId>,
    /// Nodes that have announced their shutdown.
    ended: BTreeSet<NodeId>,
    next_beat: Instant,
    next_number: u64,
    /// Beats of this node that it has not heard itself yet, and when each was sent.
    sent: BTreeMap<u64, Instant>,
    /// The time at which the newest beat that it has heard was sent.
    confirmed: Option<Instant>,
    is_detached: bool,
    /// The time since which the bus is available: no other node could be heard before.
    bus_since: Instant,
}

/// The maximum number of other nodes.
const HEARD_MAX: usize = 1024;
/// The time for which messages of a node may arrive after its last beat.
const LAST_WORDS: Duration = Duration::from_millis(50);
/// The silence after which nodes are forgotten.
pub(crate) const FORGOTTEN: Duration = Duration::from_mins(1);

impl Nodes {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            heard: BTreeMap::new(),
            lost: BTreeSet::new(),
            ended: BTreeSet::new(),
            next_beat: now,
            next_number: 0,
            sent: BTreeMap::new(),
            confirmed: None,
            is_detached: false,
            bus_since: now,
        }
    }

    pub(super) fn hear(&mut self, now: Instant, node: NodeId) {
        if self.heard.len() >= HEARD_MAX && !self.heard.contains_key(&node) {
            return;
        }
        self.heard.insert(node, now);
        self.lost.remove(&node);
        self.ended.remove(&node);
    }

    /// A node has announced its shutdown: it counts as silent once its earlier messages have had time to arrive.
    pub(super) fn hear_last(&mut self, now: Instant, node: NodeId) {
        if let (Some(heard), Some(at)) = (self.heard.get_mut(&node), (now + LAST_WORDS).checked_sub(SILENCE))
        {
            *heard = at;
            self.ended.insert(node);
        }
    }

    /// Whether a node has announced its shutdown, and so makes no more decisions.
    pub(super) fn has_ended(&self, node: NodeId) -> bool {
        self.ended.contains(&node)
    }

    /// Nodes that are no longer heard, each once. Empty while this node may be cut off itself.
    pub(super) fn take_lost(&mut self, now: Instant) -> Vec<NodeId> {
        if !self.has_lease(now) {
            return Vec::new();
        }
        let is_lost = |node: &NodeId| !self.is_alive(now, *node) && !self.lost.contains(node);
        let lost: Vec<NodeId> = self.heard.keys().copied().filter(is_lost).collect();
        self.lost.extend(&lost);
        self.heard.retain(|_, heard| now.saturating_duration_since(*heard) < FORGOTTEN);
        self.lost.retain(|node| self.heard.contains_key(node));
        self.ended.retain(|node| self.heard.contains_key(node));
        lost
    }

    /// A beat of this node has come back. Returns true if others may have considered this node dead before it was sent.
    pub(super) fn hear_own(&mut self, number: u64) -> bool {
        let Some(at) = self.sent.remove(&number) else { return false };
        let has_lapsed = self.confirmed.is_none_or(|before| at.saturating_duration_since(before) >= LEASE);
        self.confirmed = self.confirmed.max(Some(at));
        self.sent = self.sent.split_off(&number);
        has_lapsed
    }

    /// Whether another node counts as alive. No node could be heard while the bus was lost.
    pub(super) fn is_alive(&self, now: Instant, node: NodeId) -> bool {
        let heard = self.heard.get(&node).copied().unwrap_or(self.bus_since).max(self.bus_since);
        now.saturating_duration_since(heard) < SILENCE
    }

    /// Whether the others count this node as alive, as far as it can know.
    pub(super) fn has_lease(&self, now: Instant) -> bool {
        self.lease_end().is_some_and(|end| now < end)
    }

    /// The time until which they do, if this node hears nothing more.
    pub(super) fn lease_end(&self) -> Option<Instant> {
        self.confirmed.filter(|_| !self.is_detached).map(|at| at + LEASE)
    }

    pub(super) fn is_detached(&self) -> bool {
        self.is_detached
    }

    /// Shuts this node down: it no longer has a lease. Returns the number of its last beat.
    pub(super) fn end(&mut self) -> u64 {
        self.confirmed = None;
        self.sent.clear();
        self.next_number
    }

    pub(super) fn set_bus(&mut self, now: Instant, is_there: bool) {
        self.is_detached = !is_there;
        self.bus_since = now;
        self.confirmed = None;
        self.sent.clear();
        self.next_beat = now;
    }

    pub(super) fn poll_beat(&mut self, now: Instant) -> Option<u64> {
        if self.is_detached || now < self.next_beat {
            return None;
        }
        self.next_beat = now + BEAT;
        let number = self.next_number;
        self.next_number += 1;
        self.sent.insert(number, now);
        self.sent.retain(|_, at| now.saturating_duration_since(*at) < LEASE);
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_the_bus_is_back_there_is_no_lease_before_a_new_beat_was_heard() {
        let now = Instant::now();
        let mut nodes = Nodes::new(now);
        let confirm = |nodes: &mut Nodes| nodes.poll_beat(now).is_some_and(|beat| nodes.hear_own(beat));
        assert!(confirm(&mut nodes) && nodes.has_lease(now));
        nodes.set_bus(now, false);
        nodes.set_bus(now, true);
        assert!(!nodes.has_lease(now));
        assert!(confirm(&mut nodes) && nodes.has_lease(now), "others may have missed it meanwhile");
    }

    #[test]
    fn no_more_nodes_are_known_than_may_be_and_those_that_are_known_stay_heard() {
        let now = Instant::now();
        let mut nodes = Nodes::new(now);
        (0..=HEARD_MAX as u64).for_each(|number| nodes.hear(now, NodeId(number)));
        assert_eq!(nodes.heard.len(), HEARD_MAX);
        let later = now + SILENCE;
        nodes.hear(later, NodeId(0));
        assert!(nodes.is_alive(later, NodeId(0)) && !nodes.is_alive(later, NodeId(1)));
    }
}
