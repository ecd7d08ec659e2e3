//! The times of the latest disturbances of a cluster: they decide which words have to be heard.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use consonance_cluster::simulated::{NodeMessage, SimulatedNats};

use super::node::{Life, SimNode};

/// With a bus and the store for so long, a node knows the sessions of its players.
const REACHED: Duration = Duration::from_secs(5);
/// The time that a session may need to pass from one owner to the next.
const SWITCHING: Duration = Duration::from_millis(100);

/// Times of the latest disturbance of each kind.
#[derive(Debug)]
pub(super) struct Disturbances {
    /// The bus between living nodes lost something.
    pub(super) losses: Instant,
    /// Nodes were cut off from each other or from the bus.
    pub(super) cuts: Instant,
    /// The store did not answer, or did not answer all nodes.
    pub(super) store: Instant,
    /// A node was killed, asleep, or started.
    pub(super) nodes: Instant,
    /// Another node became the owner of a session, or none was.
    pub(super) owners: Instant,
    /// A node counted another one as lost.
    pub(super) lost_nodes: Instant,
    /// Of each node: it was asleep, or started.
    of_node: Vec<Instant>,
    /// Nodes that another one has replaced as an owner: without the bus their players hear nothing.
    replaced: BTreeSet<usize>,
    counted_losses: u64,
}

impl Disturbances {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            losses: now,
            cuts: now,
            store: now,
            nodes: now,
            owners: now,
            lost_nodes: now,
            of_node: Vec::new(),
            replaced: BTreeSet::new(),
            counted_losses: 0,
        }
    }

    /// A node starts.
    pub(super) fn note_start(&mut self, now: Instant) {
        self.of_node.push(now);
        self.nodes = now;
    }

    /// A living node is not the owner of a session any more.
    pub(super) fn note_replaced(&mut self, node: usize) {
        self.replaced.insert(node);
    }

    /// Whether players of a node may need the bus to hear each other.
    pub(super) fn is_replaced(&self, node: usize) -> bool {
        self.replaced.contains(&node)
    }

    /// Notes the present disturbances.
    pub(super) fn look(&mut self, now: Instant, nodes: &[SimNode], nats: &SimulatedNats<NodeMessage>) {
        let living: Vec<&SimNode> = nodes.iter().filter(|node| !node.is_dead()).collect();
        let mut losses = 0;
        for from in &living {
            for to in &living {
                losses += nats.loss(from.number, to.number).map_or(0, |loss| loss.messages);
                if nats.is_cut(from.number, to.number) {
                    self.cuts = now;
                }
            }
            if !nats.is_connected(from.number) {
                self.cuts = now;
            }
            if !nats.reaches_store(from.number) || !nats.store_answers(now) {
                self.store = now;
            }
        }
        if std::mem::replace(&mut self.counted_losses, losses) != losses {
            self.losses = now;
        }
        if now.saturating_duration_since(self.owners_reach()) > REACHED {
            self.replaced.clear();
        }
        for (node, since) in nodes.iter().zip(&mut self.of_node) {
            match node.life {
                Life::Awake => {}
                Life::Asleep(_) => (*since, self.nodes) = (now, now),
                Life::Dead(_) => *since = now,
            }
        }
    }

    /// How long a node has been awake, as far as that matters.
    pub(super) fn is_steady(&self, node: usize, since: Instant) -> bool {
        self.of_node.get(node).is_some_and(|disturbed| *disturbed <= since)
    }

    /// Whether a frame that was said then was on its way while a session changed its owner: the workers of a node learn
    /// of that one after the other, and it may be lost between them or come from two of them.
    pub(super) fn is_switching(&self, said: Instant) -> bool {
        self.owners + SWITCHING >= said && self.owners <= said + SWITCHING
    }

    /// The last time at which the bus was disturbed.
    pub(super) fn bus(&self) -> Instant {
        self.losses.max(self.cuts)
    }

    /// The last time at which a node may have been kept from the next owner of a session: if that one dies before it is
    /// reached, only the store can name another one.
    pub(super) fn owners_reach(&self) -> Instant {
        self.bus().max(self.store).max(self.lost_nodes)
    }

    /// The last time at which anything was disturbed.
    pub(super) fn any(&self) -> Instant {
        let Self { losses, cuts, store, nodes, owners, lost_nodes, .. } = *self;
        [losses, cuts, store, nodes, owners, lost_nodes].into_iter().max().unwrap_or(losses)
    }

    /// Whether nothing was disturbed for this long.
    pub(super) fn is_calm(&self, now: Instant, time: Duration) -> bool {
        now.saturating_duration_since(self.any()) >= time
    }
}
