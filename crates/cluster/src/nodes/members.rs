//! The numbers of other nodes' workers on the buses of this process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::bus::Member;
use crate::placement::NodeId;

/// The numbers of workers on the buses of this process, shared by its threads. This node's own workers come first;
/// numbers for workers of other nodes are assigned only once, so that messages in flight to a lost node reach no
/// other one.
#[derive(Clone, Debug)]
pub struct NodeWorkers(Arc<Mutex<Numbers>>);

#[derive(Debug)]
struct Numbers {
    own: NodeId,
    /// The number of workers of this node. The gateway's number follows theirs.
    own_workers: u16,
    workers: Vec<(NodeId, u16)>,
    by_worker: BTreeMap<(NodeId, u16), Member>,
}

/// The maximum number of workers of a node.
const WORKERS_MAX: u16 = 1024;

impl NodeWorkers {
    pub(super) fn new(own: NodeId, own_workers: u16) -> Self {
        let (workers, by_worker) = (Vec::new(), BTreeMap::new());
        Self(Arc::new(Mutex::new(Numbers { own, own_workers, workers, by_worker })))
    }

    /// The number of a worker of a node. `None` if there are no more numbers.
    pub fn number(&self, node: NodeId, worker: u16) -> Option<Member> {
        let mut state = self.lock();
        if node == state.own {
            return (worker < state.own_workers).then_some(Member(worker));
        }
        if let Some(member) = state.by_worker.get(&(node, worker)) {
            return Some(*member);
        }
        let next = u16::try_from(state.workers.len()).ok()?.checked_add(state.own_workers + 1)?;
        if worker >= WORKERS_MAX || next == u16::MAX {
            return None;
        }
        state.workers.push((node, worker));
        state.by_worker.insert((node, worker), Member(next));
        Some(Member(next))
    }

    /// The worker that has a number, and its node.
    pub fn worker(&self, member: Member) -> Option<(NodeId, u16)> {
        let state = self.lock();
        if member.0 < state.own_workers {
            return Some((state.own, member.0));
        }
        state.workers.get(usize::from(member.0.checked_sub(state.own_workers + 1)?)).copied()
    }

    /// The numbers assigned so far to a node's workers.
    pub(super) fn of(&self, node: NodeId) -> Vec<Member> {
        self.lock().by_worker.range((node, 0)..=(node, u16::MAX)).map(|(_, member)| *member).collect()
    }

    /// Ignores lock poisoning: no operation under the lock stops halfway, so the state is always consistent.
    fn lock(&self) -> MutexGuard<'_, Numbers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_worker_has_a_number_of_its_own_and_is_found_by_it() {
        let workers = NodeWorkers::new(NodeId(7), 2);
        assert_eq!(workers.number(NodeId(7), 1), Some(Member(1)));
        assert_eq!(workers.number(NodeId(7), 2), None, "this node has two");
        assert_eq!(workers.number(NodeId(9), 5), Some(Member(3)), "2 is the gateway's");
        assert_eq!(workers.number(NodeId(9), 6), Some(Member(4)));
        assert_eq!(workers.number(NodeId(9), 5), Some(Member(3)));
        assert_eq!(workers.number(NodeId(9), WORKERS_MAX), None);
        for (member, worker) in [(0, Some((NodeId(7), 0))), (2, None), (4, Some((NodeId(9), 6))), (5, None)] {
            assert_eq!(workers.worker(Member(member)), worker);
        }
        assert_eq!(workers.of(NodeId(9)), [Member(3), Member(4)]);
    }
}
