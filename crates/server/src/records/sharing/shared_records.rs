//! The shared records, as seen by the component that moves them between nodes.

use std::task::Waker;
use std::time::{Duration, Instant};

use consonance_cluster::placement::{Revision, StoreAnswer};
use consonance_cluster::{Replica, ReplicaRequest, Replicated};
use tracing::warn;

use super::Sharing;
use super::ban_replica::BanCounts;
use crate::audit::AuditEntry;
use crate::bans::Ban;
use crate::handle::ServerHandle;
use crate::records::{Records, State};
use crate::store::Change;
use crate::utc::{milliseconds_since_1970, seconds_since_1970};

/// The [`Replica`] of a node's bans and audit log. Players that a ban of another node matches are disconnected here,
/// too.
#[derive(Debug)]
pub struct SharedRecords {
    records: Records,
    server: ServerHandle,
    /// Bans of other nodes that no worker has heard of.
    new: Vec<Ban>,
    warned: Counts,
}

type Counts = (BanCounts, u64);

/// So many bans are one job of a worker.
const BANS_PER_JOB: usize = 64;
/// Nothing has to be done sooner, if nothing happens.
const IDLE: Duration = Duration::from_mins(1);

impl SharedRecords {
    /// Of records that are [shared](Records::share), and of the server that follows them.
    pub fn new(records: Records, server: ServerHandle) -> Self {
        Self { records, server, new: Vec::new(), warned: Counts::default() }
    }

    /// Changes the shared records, and passes the changes to the disk.
    fn change<R: Default>(&self, change: impl FnOnce(&mut Sharing, &mut State) -> R) -> R {
        let mut state = self.records.write();
        let Some(mut sharing) = state.sharing.take() else { return R::default() };
        let result = change(&mut sharing, &mut state);
        let is_due = sharing.bans.has_many_changes();
        let mut changes: Vec<Change> =
            if is_due { sharing.bans.take_changes(&state.bans) } else { Vec::new() };
        changes.extend(sharing.take_progress());
        state.sharing = Some(sharing);
        if !changes.is_empty() {
            drop(self.records.shared.store.write(changes));
        }
        result
    }

    /// Disconnects players that are banned by other nodes.
    fn expel(&mut self) {
        for bans in std::mem::take(&mut self.new).chunks(BANS_PER_JOB) {
            self.server.expel(bans.to_vec());
        }
    }

    fn warn(&mut self) {
        let counts_of = |sharing: &Sharing| (sharing.bans.counts, sharing.audit.malformed);
        let counts = self.records.read().sharing.as_ref().map(counts_of).unwrap_or_default();
        if counts != self.warned {
            let (BanCounts { malformed, too_many, too_large, unproven, displacing }, malformed_entries) =
                counts;
            warn!(
                malformed,
                too_many,
                too_large,
                unproven,
                displacing,
                malformed_entries,
                "bans or audit entries are not shared, or were not accepted"
            );
            self.warned = counts;
        }
    }
}

impl Replica for SharedRecords {
    fn handle_begun(&mut self, kind: Replicated) {
        self.change(|sharing, _| match kind {
            Replicated::Bans => sharing.bans.handle_begun(),
            Replicated::Audit => sharing.audit.handle_begun(),
        });
    }

    fn handle_caught_up(&mut self, kind: Replicated) {
        let now_ms = milliseconds_since_1970();
        self.change(|sharing, state| match kind {
            Replicated::Bans => sharing.bans.handle_caught_up(now_ms, &mut state.bans),
            Replicated::Audit => sharing.audit.handle_caught_up(),
        });
        self.warn();
    }

    fn handle_ban(&mut self, key: &str, revision: Option<Revision>, value: Option<&[u8]>) {
        let (now_ms, bans_max) = (milliseconds_since_1970(), self.records.shared.settings.bans_max);
        let new = self.change(|sharing, state| {
            sharing.bans.handle_record(now_ms, &mut state.bans, bans_max, (key, revision, value))
        });
        self.new.extend(new);
    }

    fn handle_audit_entry(&mut self, value: &[u8]) {
        let (entries_max, oldest) = self.records.audit_bounds(milliseconds_since_1970() / 1000);
        let (now_ms, bans_max) = (milliseconds_since_1970(), self.records.shared.settings.bans_max);
        self.change(|sharing, state| {
            if let Some(id) = sharing.audit.handle_entry(&state.audit, value) {
                sharing.bans.handle_lifted(now_ms, &mut state.bans, bans_max, id);
            }
            sharing.audit.others.prune(entries_max, oldest);
        });
    }

    fn handle_lost(&mut self) {
        self.change(|sharing, _| {
            sharing.bans.handle_lost();
            sharing.audit.handle_lost();
        });
    }

    fn handle_answer(&mut self, now: Instant, number: u64, answer: StoreAnswer) {
        self.change(|sharing, _| sharing.handle_answer(now, number, answer));
    }

    fn poll_request(&mut self, now: Instant) -> Option<ReplicaRequest> {
        self.expel();
        for id in self.change(|sharing, _| sharing.take_without_entry(now)) {
            drop(self.records.note(entry_of_unban(id)));
        }
        let request = self.change(|sharing, state| sharing.poll_request(now, &state.bans, &state.audit));
        if request.is_none() {
            self.warn();
        }
        request
    }

    fn poll_timeout(&self, now: Instant) -> Instant {
        let idle = now + IDLE;
        let state = self.records.read();
        let sharing = state.sharing.iter();
        let times = sharing.flat_map(|sharing| [sharing.bans.poll_timeout(), sharing.audit.poll_timeout()]);
        times.flatten().fold(idle, Instant::min)
    }

    fn set_waker(&mut self, waker: Waker) {
        self.change(|sharing, _| sharing.waker = Some(waker));
    }
}

/// About a ban that was taken back while this server was alone, or in a log that is lost.
fn entry_of_unban(id: u64) -> AuditEntry {
    AuditEntry {
        id: 0,
        at: seconds_since_1970(),
        by: "server".to_owned(),
        action: AuditEntry::UNBAN.to_owned(),
        session: None,
        target: id.to_string(),
        details: AuditEntry::details_of_unban(id),
        reason: "taken back earlier".to_owned(),
        result: "holds".to_owned(),
        node: None,
        by_player: false,
    }
}
