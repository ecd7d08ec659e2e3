//! The lease of a node: its permission to decide about its sessions, checked by its workers before every decision.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A node's lease. It expires with time alone; after that, each session must be confirmed again.
#[derive(Clone, Debug)]
pub struct NodeLease(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    since: Instant,
    /// The end of the lease, in µs after `since`.
    until: AtomicU64,
    /// The number of times that sessions had to be confirmed again.
    generation: AtomicU64,
}

impl NodeLease {
    /// The generation of sessions that this node continues while the bus is lost.
    pub const DETACHED: u64 = u64::MAX;

    /// Creates a lease that does not hold yet.
    pub fn new(now: Instant) -> Self {
        Self(Arc::new(Shared { since: now, until: AtomicU64::new(0), generation: AtomicU64::new(0) }))
    }

    /// Whether this node may decide now about a session that was confirmed in this generation.
    #[inline]
    pub fn holds(&self, now: Instant, generation: u64) -> bool {
        if generation == Self::DETACHED {
            return true;
        }
        let until = Duration::from_micros(self.0.until.load(Ordering::Acquire));
        now.saturating_duration_since(self.0.since) < until && self.generation() == generation
    }

    /// The generation of sessions that are confirmed now.
    pub fn generation(&self) -> u64 {
        self.0.generation.load(Ordering::Acquire)
    }

    /// Sets the end and the generation of the lease. Sessions confirmed in another generation are no longer confirmed.
    pub(super) fn set(&self, end: Option<Instant>, generation: u64) {
        let since = self.0.since;
        let until = end.map_or(0, |end| end.saturating_duration_since(since).as_micros() as u64);
        self.0.generation.store(generation, Ordering::Release);
        self.0.until.store(until, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_holds_until_its_end_for_what_was_confirmed_in_it() {
        let now = Instant::now();
        let lease = NodeLease::new(now);
        assert!(!lease.holds(now, 0), "there is none yet");
        lease.set(Some(now + Duration::from_secs(1)), 3);
        let late = now + Duration::from_millis(999);
        assert!(lease.holds(late, 3) && !lease.holds(late, 2));
        assert!(!lease.holds(now + Duration::from_secs(1), 3));
        lease.set(None, 3);
        assert!(!lease.holds(now, 3));
        assert!(lease.holds(now, NodeLease::DETACHED));
    }
}
