//! Requests about bans that wait for an answer, and when the store is asked again.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use consonance_cluster::placement::Revision;

use super::super::ban_record::Version;

#[derive(Debug, Default)]
pub(super) struct AskedChanges {
    /// By the number of the request.
    changes: BTreeMap<u64, AskedChange>,
    retry_at: Option<Instant>,
}

/// A request to the store about a ban.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AskedChange {
    /// To store this version of it.
    Put(u64, Version),
    /// To remove its record of this revision.
    Remove(u64, Revision),
}

/// So many requests wait for an answer.
pub(in crate::records::sharing) const ASKED_MAX: usize = 64;
/// Before the store is asked again where it could not answer, or had something else.
const RETRY: Duration = Duration::from_secs(1);

impl AskedChanges {
    /// No earlier request gets an answer any more.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Whether the store may be asked now.
    pub(super) fn has_room(&mut self, now: Instant) -> bool {
        self.retry_at = self.retry_at.filter(|at| *at > now);
        self.retry_at.is_none() && self.changes.len() < ASKED_MAX
    }

    pub(super) fn insert(&mut self, number: u64, change: AskedChange) {
        self.changes.insert(number, change);
    }

    /// An answer has arrived; returns the change that was requested.
    pub(super) fn take(&mut self, number: u64) -> Option<AskedChange> {
        self.changes.remove(&number)
    }

    /// Whether the store is asked to have a ban just now.
    pub(super) fn is_put(&self, id: u64) -> bool {
        self.changes.values().any(|change| matches!(change, AskedChange::Put(asked, _) if *asked == id))
    }

    pub(super) fn retry_later(&mut self, now: Instant) {
        self.retry_at = Some(now + RETRY);
    }

    /// The time of the next request, if no answer has to come before that.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.retry_at.filter(|_| self.changes.len() < ASKED_MAX)
    }
}
