//! Which clients have changed, for copies of the session and for clients that could not be told.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use consonance_wire::ClientId;

/// The changes of a session that has copies. Each has a number; a copy of a version knows of all up to that number.
#[derive(Debug)]
pub(in crate::server) struct Changes {
    /// Clients whose change the copies were not told yet.
    waiting: BTreeSet<ClientId>,
    /// The number of each client's last change.
    last: BTreeMap<ClientId, u64>,
    /// From which number on all are known here.
    since: u64,
    count: u64,
    /// What the copies were told of.
    version: u64,
}

impl Changes {
    /// None yet, after so many that are not known here.
    pub(super) fn after(version: u64) -> Self {
        let (waiting, last) = (BTreeSet::new(), BTreeMap::new());
        Self { waiting, last, since: version, count: version, version }
    }

    pub(super) fn note(&mut self, id: ClientId) {
        self.count += 1;
        self.waiting.insert(id);
        self.last.insert(id, self.count);
    }

    /// A client whose change the copies are told now.
    pub(super) fn pop(&mut self) -> Option<ClientId> {
        let id = self.waiting.pop_first()?;
        if self.waiting.is_empty() {
            self.version = self.count;
        }
        Some(id)
    }

    /// Of how many changes a copy knows that was told everything until now.
    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// The clients that have changed after a version; none if that is not known any more.
    pub(super) fn since(&self, version: u64) -> Option<Vec<ClientId>> {
        if version < self.since {
            return None;
        }
        Some(self.last.iter().filter(|(_, last)| **last > version).map(|(id, _)| *id).collect())
    }
}
