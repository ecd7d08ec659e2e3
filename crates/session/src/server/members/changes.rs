//! Which clients have changed, for copies of the session and for clients that could not be told.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use consonance_wire::ClientId;

/// The changes of a session that has copies. Each has a number; a copy of a version knows of all up to that number.
///
/// The upper half of a number is the term of the owner that made the change. Two owners that go on from one copy, or
/// one from an older copy than the other, make different changes, which must not be taken for each other.
#[derive(Debug)]
pub(in crate::server) struct Changes {
    /// Clients whose change the copies were not told yet.
    waiting: BTreeSet<ClientId>,
    /// The number of each client's last change.
    last: BTreeMap<ClientId, u64>,
    /// The number of the change by which each id was given out last.
    given_out: BTreeMap<ClientId, u64>,
    /// The version of the copy that this owner has gone on from.
    base: Option<u64>,
    /// The number before the first change of this owner.
    first: u64,
    count: u64,
    /// What the copies were told of.
    version: u64,
    /// Clients know of a change that the copies were not told.
    is_ahead: bool,
}

impl Changes {
    /// None yet of an owner with this term, which goes on from a copy of this version.
    pub(super) fn after(base: Option<u64>, term: u32) -> Self {
        let (waiting, first) = (BTreeSet::new(), u64::from(term) << u32::BITS);
        let (last, given_out) = (BTreeMap::new(), BTreeMap::new());
        Self { waiting, last, given_out, base, first, count: first, version: first, is_ahead: false }
    }

    /// A client has changed, and the others are told.
    pub(super) fn note(&mut self, id: ClientId) {
        self.note_unseen(id);
        self.is_ahead = true;
    }

    /// A client has changed, of which only copies are told.
    pub(super) fn note_unseen(&mut self, id: ClientId) {
        self.count += 1;
        self.waiting.insert(id);
        self.last.insert(id, self.count);
    }

    /// A client is there that has this id from now on.
    pub(super) fn note_new(&mut self, id: ClientId) {
        self.note(id);
        self.given_out.insert(id, self.count);
    }

    /// A client whose change the copies are told now.
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

    /// Of how many changes a copy knows that was told everything until now.
    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// Of how many changes the clients here know, if copies know of as many.
    pub(super) fn version_of_clients(&self) -> Option<u64> {
        (!self.is_ahead).then_some(self.version)
    }

    /// The ids of clients that have changed after a version, and whether another client may have had it by then; none
    /// if that is not known any more.
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
