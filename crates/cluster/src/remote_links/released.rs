//! Links of sessions that this worker owns no longer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use consonance_transport::Peer;

/// Peers that lead to another owner from now on: nothing is said of them any more, and what their edges still send goes
/// back there. A clone is of the same links.
#[derive(Clone, Debug, Default)]
pub struct ReleasedPeers(Arc<Mutex<Vec<Peer>>>);

impl ReleasedPeers {
    /// One more.
    pub fn release(&self, peer: Peer) {
        self.lock().push(peer);
    }

    pub(super) fn take(&self) -> Vec<Peer> {
        std::mem::take(&mut *self.lock())
    }

    /// What a thread that panicked has left is whole: nothing is done half under the lock.
    fn lock(&self) -> MutexGuard<'_, Vec<Peer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
