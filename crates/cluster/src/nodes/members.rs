//! The numbers of other nodes' workers on the buses of this process.

use std::collections::BTreeMap;

use crate::bus::Member;
use crate::placement::NodeId;

/// Given out once each: what is on its way to a worker of a node that is gone reaches no other one.
#[derive(Debug)]
pub(super) struct NodeMembers {
    /// The first number that is none of this process.
    first: u16,
    workers: Vec<(NodeId, u16)>,
    numbers: BTreeMap<(NodeId, u16), Member>,
}

/// A node has no more workers than this.
const WORKERS_MAX: u16 = 1024;

impl NodeMembers {
    pub(super) fn new(first: u16) -> Self {
        Self { first, workers: Vec::new(), numbers: BTreeMap::new() }
    }

    /// The number of a worker. None if there are no more numbers.
    pub(super) fn number(&mut self, node: NodeId, worker: u16) -> Option<Member> {
        if let Some(member) = self.numbers.get(&(node, worker)) {
            return Some(*member);
        }
        let next = u16::try_from(self.workers.len()).ok()?.checked_add(self.first)?;
        if worker >= WORKERS_MAX {
            return None;
        }
        self.workers.push((node, worker));
        self.numbers.insert((node, worker), Member(next));
        Some(Member(next))
    }

    /// The worker of a number.
    pub(super) fn worker(&self, member: Member) -> Option<(NodeId, u16)> {
        self.workers.get(usize::from(member.0.checked_sub(self.first)?)).copied()
    }

    /// The numbers of a node's workers.
    pub(super) fn of(&self, node: NodeId) -> impl Iterator<Item = Member> {
        self.numbers.range((node, 0)..=(node, u16::MAX)).map(|(_, member)| *member)
    }
}
