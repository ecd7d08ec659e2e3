//! The clients that have changed, for copies of the session and for clients that could not be told.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use consonance_wire::ClientId;

/// The changes of a session that has copies. Each has a number; a copy of a version has all changes up to that number.
///
/// The upper half of a number is the term of the owner that made the change. Two owners that continue from one copy,
/// or from copies of different versions, make different changes, which must not be confused.
#[derive(Debug)]
pub(in crate::server) struct Changes {
    /// Clients whose change has not been sent to the copies yet.
    waiting: BTreeSet<ClientId>,
    /// The number of each client's last change.
    last: BTreeMap<ClientId, u64>,
    /// The number of the change by which each id was given out last.
    given_out: BTreeMap<ClientId, u64>,
    /// The version of the copy that this owner has continued from.
    base: Option<u64>,
    /// The number before the first change of this owner.
    first: u64,
    count: u64,
    /// The version that the copies were told.
    version: u64,
    /// Clients know of a change that has not been sent to the copies.
    is_ahead: bool,
}

impl Changes {
    /// An empty list of changes for an owner of this term, which continues from a copy of this version.
    pub(super) fn after(base: Option<u64>, term: u32) -> Self {
        let (waiting, first) = (BTreeSet::new(), u64::from(term) << u32::BITS);
        let (last, given_out) = (BTreeMap::new(), BTreeMap::new());
        Self { waiting, last, given_out, base, first, count: first, version: first, is_ahead: false }
    }

    /// Notes a change of a client that the others are told of.
    pub(super) fn note(&mut self, id: ClientId) {
        self.note_unseen(id);
        self.is_ahead = true;
    }

    /// Notes a change of a client that only copies are told of.
    pub(super) fn note_unseen(&mut self, id: ClientId) {
        self.count += 1;
        self.waiting.insert(id);
        self.last.insert(id, self.count);
    }

    /// Notes a new client with this id.
    pub(super) fn note_new(&mut self, id: ClientId) {
        self.note(id);
        self.given_out.insert(id, self.count);
    }

    /// The next client whose change is sent to the copies.
    pub(super) fn pop(&mut self) -> Option<ClientId> {
        let id = self.waiting.pop_first()?;
        if self.waiting.is_empty() {
            (self.version, self.is_ahead) = (self.count, false);
        }
        Some(id)
    }

    /// The number before the first change of this owner.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// The version of a copy that was told everything so far.
    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// The version of the clients here, if copies have the same one.
    pub(super) fn version_of_clients(&self) -> Option<u64> {
        (!self.is_ahead).then_some(self.version)
    }

    /// The ids of clients that have changed after a version, and whether another client may have had the id at that
    /// version; none if that is no longer known.
    pub(super) fn since(&self, version: u64) -> Option<Vec<(ClientId, bool)>> {
        let known = match version {
            _ if (self.first..=self.count).contains(&version) => version,
            _ if self.base == Some(version) => self.first,
            _ => return None,
        };
        let is_new = |id: &ClientId| self.given_out.get(id).is_some_and(|given_out| *given_out > known);
        let changed = self.last.iter().filter(|(_, last)| **last > known);
        Some(changed.map(|(id, _)| (*id, is_new(id))).collect())
    }
}
