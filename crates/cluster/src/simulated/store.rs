//! The store, with compare-and-set.

use std::collections::BTreeMap;

use crate::placement::{Revision, SessionRecord, StoreAnswer, StoreChange, StoreRequest};

#[derive(Debug, Default)]
pub(super) struct SimulatedStore {
    /// The entries of all sessions, including removed ones with the change that removed them.
    entries: BTreeMap<Box<str>, (Option<SessionRecord>, Revision)>,
    revision: u64,
    /// How often it was created anew.
    pub(super) age: u64,
    pub(super) agrees_always: bool,
}

/// The records that a request has changed or read.
#[derive(Debug, Default)]
pub(super) struct StoreNews {
    pub(super) changes: Vec<(Box<str>, Option<SessionRecord>, Revision)>,
    /// Whether the records were only read.
    pub(super) is_for_asker: bool,
}

impl SimulatedStore {
    pub(super) fn record(&self, name: &str) -> Option<(SessionRecord, Revision)> {
        let (record, revision) = self.entries.get(name)?;
        record.map(|record| (record, *revision))
    }

    pub(super) fn all(&self) -> Vec<(Box<str>, Option<SessionRecord>, Revision)> {
        let entries = self.entries.iter();
        entries.map(|(name, (record, revision))| (name.clone(), *record, *revision)).collect()
    }

    /// Loses all entries; revisions count from the start again.
    pub(super) fn lose(&mut self) {
        self.entries.clear();
        (self.revision, self.age) = (0, self.age + 1);
    }

    /// Carries out a request.
    pub(super) fn ask(&mut self, request: &StoreRequest) -> (StoreAnswer, StoreNews) {
        let name = &request.name;
        let present = self.record(name);
        let is_new = !self.entries.contains_key(name);
        let is_present = |revision| {
            self.agrees_always && present.is_some()
                || present.is_some_and(|(_, it)| it == revision)
                || is_new && revision == Revision::NONE
        };
        let record = match request.change {
            StoreChange::Create(record) if self.agrees_always || present.is_none() => Some(record),
            StoreChange::Replace(record, revision) if is_present(revision) => Some(record),
            StoreChange::Remove(revision) if is_present(revision) => None,
            StoreChange::Read => return self.read(name),
            _ => return (StoreAnswer::Conflict, StoreNews::default()),
        };
        self.revision += 1;
        let revision = Revision(self.revision);
        self.entries.insert(name.clone(), (record, revision));
        let changes = vec![(name.clone(), record, revision)];
        (StoreAnswer::Done(revision), StoreNews { changes, is_for_asker: false })
    }

    fn read(&self, name: &str) -> (StoreAnswer, StoreNews) {
        let Some((record, revision)) = self.entries.get(name) else {
            return (StoreAnswer::Unavailable, StoreNews::default());
        };
        let changes = vec![(name.into(), *record, *revision)];
        (StoreAnswer::Done(*revision), StoreNews { changes, is_for_asker: true })
    }
}
