//! Bans and the audit log, shared by the nodes of a cluster.
//!
//! Each node has all of it in memory and on its own disk, and decides from that. Changes made here go into the store of
//! the cluster, at once or when it can be reached again; changes of other nodes come from there.

mod audit_feed;
mod ban_record;
mod ban_replica;
mod numbers;
mod shared_records;
mod stored_version;
#[cfg(test)]
mod tests;

use std::task::Waker;
use std::time::Instant;

use consonance_cluster::ReplicaRequest;
use consonance_cluster::placement::{NodeId, StoreAnswer};

pub use shared_records::SharedRecords;
pub(super) use stored_version::StoredVersion;

use super::{Records, State};
use crate::audit::{AuditEntry, AuditLog};
use crate::bans::{Ban, Bans};
use crate::store::{Change, Table};
use crate::utc::milliseconds_since_1970;
use audit_feed::AuditFeed;
use ban_replica::BanReplica;
use numbers::Numbers;

/// The shared records, and the progress of sharing.
#[derive(Debug)]
pub(super) struct Sharing {
    bans: BanReplica,
    audit: AuditFeed,
    audit_numbers: Numbers,
    next_request: u64,
    waker: Option<Waker>,
    /// The progress that the disk has.
    stored: Progress,
}

/// The progress of sharing when a node ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Progress {
    /// The last time at which it knew everything, in milliseconds since 1970.
    pub(super) heard_ms: u64,
    /// The last of its entries of the audit log that the others have.
    pub(super) published: u64,
}

/// The interval at which the disk records that everything is known.
const HEARD_EVERY_MS: u64 = 3_600_000;

impl Records {
    /// Shares bans and the audit log with other nodes from now on; this one has that name in the audit log, or its
    /// number if the name is empty. A [`SharedRecords`] exchanges the changes with the store.
    ///
    /// Bans from before get other numbers, which are unique in the cluster.
    pub fn share(&self, own: NodeId, node_name: &str) {
        let now_ms = milliseconds_since_1970();
        let node_name = if node_name.is_empty() { &own.to_string() } else { node_name };
        let mut state = self.write();
        let State { bans, versions, progress, sharing, .. } = &mut *state;
        let mut shared = Sharing::new(own, node_name, *progress);
        shared.bans.restore(now_ms, bans, &std::mem::take(versions));
        let changes = shared.bans.take_changes(bans);
        *sharing = Some(shared);
        if !changes.is_empty() {
            drop(self.shared.store.write(changes));
        }
    }
}

impl Sharing {
    fn new(own: NodeId, node_name: &str, stored: Progress) -> Self {
        Self {
            bans: BanReplica::new(own, stored.heard_ms),
            audit: AuditFeed::new(node_name, stored.published),
            audit_numbers: Numbers::new(own),
            next_request: 0,
            waker: None,
            stored,
        }
    }

    /// Adds a ban that was decided here; returns it with the changes for the disk.
    pub(super) fn add_ban(&mut self, bans: &mut Bans, ban: Ban) -> (Ban, Vec<Change>) {
        let ban = self.bans.add(milliseconds_since_1970(), bans, ban);
        self.wake();
        (ban, self.bans.take_changes(bans))
    }

    /// Removes a ban here; returns it with the changes for the disk.
    pub(super) fn remove_ban(&mut self, bans: &mut Bans, id: u64) -> Option<(Ban, Vec<Change>)> {
        let ban = self.bans.pardon(milliseconds_since_1970(), bans, id)?;
        self.wake();
        Some((ban, self.bans.take_changes(bans)))
    }

    /// Names this node in an entry, and gives it a number that no other node gives.
    pub(super) fn number_entry(&mut self, log: &AuditLog, entry: &mut AuditEntry) {
        self.audit_numbers.go_on_after(log.newest());
        entry.id = self.audit_numbers.next(milliseconds_since_1970());
        entry.node = Some(self.audit.node().to_owned());
        self.wake();
    }

    /// Entries of the other nodes.
    pub(super) fn audit_of_others(&self) -> &AuditLog {
        &self.audit.others
    }

    /// Removes records that are too old or over the limit; returns the changes for the disk.
    pub(super) fn clear_away(
        &mut self,
        now_ms: u64,
        bans: &Bans,
        (entries_max, oldest): (usize, u64),
    ) -> Vec<Change> {
        self.bans.clear_away(now_ms);
        self.audit.others.prune(entries_max, oldest);
        let mut changes = self.bans.take_changes(bans);
        changes.extend(self.take_progress());
        changes
    }

    fn handle_answer(&mut self, now: Instant, number: u64, answer: StoreAnswer) {
        self.bans.handle_answer(now, number, answer);
        self.audit.handle_answer(now, number, answer);
    }

    /// Bans that were taken back here, and of which the audit log has no entry.
    fn take_without_entry(&mut self, now: Instant) -> Vec<u64> {
        self.bans.take_without_entry(now, self.audit.is_caught_up())
    }

    fn poll_request(&mut self, now: Instant, bans: &Bans, log: &AuditLog) -> Option<ReplicaRequest> {
        let number = self.next_request;
        let request = self.bans.poll_request(now, bans, number, self.audit.is_caught_up());
        let request = request.or_else(|| self.audit.poll_request(now, log, number))?;
        self.next_request += 1;
        Some(request)
    }

    /// How far this node has come, if the disk is to know.
    fn take_progress(&mut self) -> Vec<Change> {
        let Progress { heard_ms, published } = self.stored;
        let mut changes = Vec::new();
        if self.bans.heard_ms().abs_diff(heard_ms) >= HEARD_EVERY_MS {
            self.stored.heard_ms = self.bans.heard_ms();
            changes.push(Change::put(Table::Meta, HEARD.to_owned(), &self.stored.heard_ms));
        }
        if self.audit.published() != published {
            self.stored.published = self.audit.published();
            changes.push(Change::put(Table::Meta, PUBLISHED.to_owned(), &self.stored.published));
        }
        changes
    }

    fn wake(&self) {
        if let Some(waker) = &self.waker {
            waker.wake_by_ref();
        }
    }
}

/// Keys of `meta`: how far this node has come.
pub(super) const HEARD: &str = "cluster_heard_ms";
pub(super) const PUBLISHED: &str = "cluster_audit";
