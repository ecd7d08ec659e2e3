//! Records of the store that do not count yet or at all, and the entries of the audit log that decide it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use consonance_cluster::placement::Revision;

use super::super::ban_record::BanRecord;
use super::PARDONS_MAX;

#[derive(Debug, Default)]
pub(super) struct Doubts {
    /// The bans that were taken back, by the audit log. Of too many, those with the lowest numbers go: a pardon of
    /// one does not count then.
    lifted: BTreeSet<u64>,
    /// Pardons of which the audit log has no entry yet, and their revisions.
    unproven: BTreeMap<u64, (BanRecord, Revision)>,
    /// Bans whose records are to be put right.
    wrong: Waiting,
    /// Bans that were taken back here, and of which the audit log has no entry yet.
    without_entry: BTreeSet<u64>,
    entry_wanted: Waiting,
}

/// So long a record may stand in the store that does not count: its entry of the audit log comes on another way.
const WRONG_FOR: Duration = Duration::from_secs(2);
/// So many bans are remembered as lifted.
const LIFTED_MAX: usize = 100_000;

impl Doubts {
    /// Everything is told again; what the audit log says stays true.
    pub(super) fn clear(&mut self) {
        *self = Self { lifted: std::mem::take(&mut self.lifted), ..Self::default() };
    }

    /// Whether an entry of the audit log says that a ban was taken back.
    pub(super) fn is_lifted(&self, id: u64) -> bool {
        self.lifted.contains(&id)
    }

    /// The audit log says that a ban was taken back; returns the pardon that waited for that.
    pub(super) fn note_lifted(&mut self, id: u64) -> Option<(BanRecord, Revision)> {
        self.lifted.insert(id);
        if self.lifted.len() > LIFTED_MAX {
            self.lifted.pop_first();
        }
        self.without_entry.remove(&id);
        self.unproven.remove(&id)
    }

    /// A pardon waits for its entry; returns whether there was room for it.
    pub(super) fn insert(&mut self, id: u64, pardon: BanRecord, revision: Revision) -> bool {
        if self.unproven.len() >= PARDONS_MAX && !self.unproven.contains_key(&id) {
            return false;
        }
        self.unproven.insert(id, (pardon, revision));
        true
    }

    /// The store has another record of a ban now.
    pub(super) fn forget(&mut self, id: u64) {
        self.unproven.remove(&id);
        self.without_entry.remove(&id);
    }

    /// The record of a ban is to be put right in a moment.
    pub(super) fn put_right_later(&mut self, id: u64) {
        self.wrong.insert(id);
    }

    /// Bans whose records are to be put right now.
    pub(super) fn take_due(&mut self, now: Instant, is_log_known: bool) -> Vec<u64> {
        self.wrong.take_due(now, is_log_known)
    }

    /// The pardon of a ban is not put before the audit log has its entry.
    pub(super) fn wait_for_entry(&mut self, id: u64) {
        if self.without_entry.insert(id) {
            self.entry_wanted.insert(id);
        }
    }

    /// Bans that were taken back here, and of which the audit log has had no entry for a while.
    pub(super) fn take_without_entry(&mut self, now: Instant, is_log_known: bool) -> Vec<u64> {
        let due = self.entry_wanted.take_due(now, is_log_known);
        due.into_iter().filter(|id| self.without_entry.contains(id)).collect()
    }

    /// When something is due next.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        [self.wrong.poll_timeout(), self.entry_wanted.poll_timeout()].into_iter().flatten().min()
    }
}

/// Numbers of bans that wait for the same time each.
#[derive(Debug, Default)]
struct Waiting {
    /// Their time does not run yet.
    new: Vec<u64>,
    due: VecDeque<(Instant, u64)>,
}

impl Waiting {
    fn insert(&mut self, id: u64) {
        self.new.push(id);
    }

    /// Those whose time is over; it runs from a call with `is_running` on.
    fn take_due(&mut self, now: Instant, is_running: bool) -> Vec<u64> {
        if is_running {
            self.due.extend(self.new.drain(..).map(|id| (now + WRONG_FOR, id)));
        }
        let mut due = Vec::new();
        while let Some((_, id)) = self.due.pop_front_if(|(at, _)| *at <= now) {
            due.push(id);
        }
        due
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.due.front().map(|(at, _)| *at)
    }
}
