//! Bans of all nodes: which records the store is to have, and which of its records hold here.

pub(super) mod asked;
mod disk;
pub(super) mod doubts;
mod incoming;
mod known;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Instant;

use consonance_cluster::placement::{NodeId, Revision, StoreAnswer};
use consonance_cluster::{ReplicaChange, ReplicaRequest};

use super::ban_record::{BanRecord, PARDON_KEPT_MS, RECORD_BYTES_MAX, Version, key_of};
use super::numbers::Numbers;
use crate::bans::{Ban, Bans};
use asked::{AskedChange, AskedChanges};
use doubts::Doubts;
use known::{AtStore, Known};

/// This node's knowledge of each ban, beside the ban itself.
///
/// Of two versions of a ban, every node takes the [greater](Version) one. A version that the store does not have is put
/// there once everything that it has is known, over the version that was seen; so nothing newer is overwritten. A ban
/// that was taken back is remembered for [`PARDON_KEPT_MS`], so that a node that was away does not bring it back.
///
/// Whoever has a node's credentials can write records. So a record alone lifts no ban: a pardon counts once the audit
/// log, from which nobody can remove an entry, has one about it; a ban of somebody else does not displace the one of
/// its number; and records that do not count, or are gone, are put right.
#[derive(Debug)]
pub(super) struct BanReplica {
    own: NodeId,
    numbers: Numbers,
    known: BTreeMap<u64, Known>,
    /// Those that were taken back, by time.
    pardons: BTreeSet<(u64, u64)>,
    /// Bans that have changed and are not yet handed to the disk.
    unwritten: BTreeSet<u64>,
    to_put: BTreeSet<u64>,
    to_remove: VecDeque<(u64, Revision)>,
    asked: AskedChanges,
    doubts: Doubts,
    is_caught_up: bool,
    /// Whether the store had any record when it began to tell them.
    has_records: bool,
    /// The last time at which everything was known, in milliseconds since 1970; 0 if it never was.
    heard_ms: u64,
    pub(super) counts: BanCounts,
}

/// The counters of records that were not shared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct BanCounts {
    /// Records of the store that cannot be read.
    pub(super) malformed: u64,
    /// Records for which there is no room here.
    pub(super) too_many: u64,
    /// Bans that are too large for the store.
    pub(super) too_large: u64,
    /// Records that take a ban back of which the audit log knows nothing, at least at first.
    pub(super) unproven: u64,
    /// Records that put another ban in the place of one.
    pub(super) displacing: u64,
}

/// So many bans that were taken back are remembered; the oldest go.
pub(super) const PARDONS_MAX: usize = 10_000;
/// So many records wait to be removed; more are found again when all are told next.
const TO_REMOVE_MAX: usize = 16_384;

impl BanReplica {
    pub(super) fn new(own: NodeId, heard_ms: u64) -> Self {
        Self {
            own,
            numbers: Numbers::new(own),
            known: BTreeMap::new(),
            pardons: BTreeSet::new(),
            unwritten: BTreeSet::new(),
            to_put: BTreeSet::new(),
            to_remove: VecDeque::new(),
            asked: AskedChanges::default(),
            doubts: Doubts::default(),
            is_caught_up: false,
            has_records: false,
            heard_ms,
            counts: BanCounts::default(),
        }
    }

    /// Adds a ban that was decided here, under a number of its own.
    pub(super) fn add(&mut self, now_ms: u64, bans: &mut Bans, mut ban: Ban) -> Ban {
        let is_taken = |number| bans.get(number).is_some() || self.known.contains_key(&number);
        ban.id = self.numbers.next_unless(now_ms, is_taken);
        bans.restore(ban.clone());
        self.note_ban(now_ms, &ban);
        ban
    }

    /// Takes a ban back here.
    pub(super) fn pardon(&mut self, now_ms: u64, bans: &mut Bans, id: u64) -> Option<Ban> {
        let ban = bans.remove(id)?;
        self.note_pardon(now_ms, id);
        Some(ban)
    }

    /// All records of the store follow.
    pub(super) fn handle_begun(&mut self) {
        for known in self.known.values_mut() {
            (known.there, known.at_store) = (None, AtStore::Other);
        }
        self.asked.clear();
        self.doubts.clear();
        self.to_put.clear();
        self.to_remove.clear();
        (self.is_caught_up, self.has_records) = (false, false);
    }

    /// The store cannot be reached any more.
    pub(super) fn handle_lost(&mut self) {
        self.is_caught_up = false;
        self.doubts.clear();
    }

    /// All records of the store were received. Bans that it lacks are put there: they are new, or the store has lost
    /// them. But a node that was away for longer than pardons are kept may have bans that were pardoned meanwhile.
    pub(super) fn handle_caught_up(&mut self, now_ms: u64, bans: &mut Bans) {
        let was_away = now_ms.saturating_sub(self.heard_ms);
        let was_away_too_long = self.heard_ms != 0 && self.has_records && was_away > PARDON_KEPT_MS;
        let missing = self.known.iter().filter(|(_, known)| known.at_store != AtStore::Same);
        let missing: Vec<_> = missing.map(|(id, known)| (*id, *known)).collect();
        for (id, known) in missing {
            let is_gone = known.there.is_none() || known.at_store == AtStore::Deleted;
            if was_away_too_long && known.was_there && is_gone {
                self.forget(id);
                bans.remove(id);
            } else if known.at_store == AtStore::Other {
                self.to_put.insert(id);
            }
        }
        (self.is_caught_up, self.heard_ms) = (true, now_ms);
    }

    /// The store's answer to a request.
    pub(super) fn handle_answer(&mut self, now: Instant, number: u64, answer: StoreAnswer) {
        let Some(change) = self.asked.take(number) else { return };
        if !matches!(answer, StoreAnswer::Done(_)) {
            self.asked.retry_later(now);
        }
        match change {
            AskedChange::Put(id, version) => self.handle_put(id, version, answer),
            AskedChange::Remove(id, revision) if answer == StoreAnswer::Unavailable => {
                self.remove_later(id, Some(revision));
            }
            AskedChange::Remove(..) => {}
        }
    }

    fn handle_put(&mut self, id: u64, version: Version, answer: StoreAnswer) {
        if let StoreAnswer::Done(revision) = answer
            && self.known.get(&id).is_some_and(|known| known.there < Some(revision))
        {
            self.note_there(id, version, revision);
        }
        if self.known.get(&id).is_some_and(|known| known.at_store == AtStore::Other) {
            self.to_put.insert(id);
        }
    }

    /// The next request, which gets this number. All of the audit log is known or not.
    pub(super) fn poll_request(
        &mut self,
        now: Instant,
        bans: &Bans,
        number: u64,
        is_log_known: bool,
    ) -> Option<ReplicaRequest> {
        if !self.is_caught_up {
            return None;
        }
        for id in self.doubts.take_due(now, is_log_known) {
            self.put_right(id);
        }
        if !self.asked.has_room(now) {
            return None;
        }
        while let Some(id) = self.to_put.pop_first() {
            let Some(known) = self.known.get_mut(&id) else { continue };
            let Known { version, until, there: over, .. } = *known;
            let ban = bans.get(id).filter(|_| !version.is_pardon).cloned();
            // The ban has ended meanwhile.
            let is_gone = ban.is_none() && !version.is_pardon;
            if known.at_store != AtStore::Other || self.asked.is_put(id) || is_gone {
                continue;
            }
            if version.is_pardon && !self.doubts.is_lifted(id) {
                self.doubts.wait_for_entry(id);
                continue;
            }
            let value = BanRecord { version, id, until, ban }.write();
            if value.len() > RECORD_BYTES_MAX {
                known.at_store = AtStore::Unusable;
                self.counts.too_large += 1;
                continue;
            }
            self.asked.insert(number, AskedChange::Put(id, version));
            let change = ReplicaChange::PutBan { key: key_of(id), over, value };
            return Some(ReplicaRequest { number, change });
        }
        // Bans go first: a store may refuse removals permanently.
        let (id, revision) = self.to_remove.pop_front()?;
        self.asked.insert(number, AskedChange::Remove(id, revision));
        Some(ReplicaRequest { number, change: ReplicaChange::RemoveBan { key: key_of(id), revision } })
    }

    /// Bans that were taken back here, and of which the audit log has had no entry for a while: other nodes do not take
    /// them back before it has one.
    pub(super) fn take_without_entry(&mut self, now: Instant, is_log_known: bool) -> Vec<u64> {
        self.doubts.take_without_entry(now, is_log_known && self.is_caught_up)
    }

    /// The time of the next retry, if the store could not answer.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let has_more = !(self.to_put.is_empty() && self.to_remove.is_empty());
        let asks_at = self.asked.poll_timeout().filter(|_| has_more);
        let times = [asks_at, self.doubts.poll_timeout()];
        times.into_iter().flatten().min().filter(|_| self.is_caught_up)
    }

    /// Forgets bans that have ended, and those that were taken back long ago.
    pub(super) fn clear_away(&mut self, now_ms: u64) {
        let over = self.known.iter().filter(|(_, known)| known.version.is_over(now_ms, known.until));
        let over: Vec<_> = over.map(|(id, known)| (*id, known.there)).collect();
        for (id, there) in over {
            self.forget(id);
            self.remove_later(id, there);
        }
        if self.is_caught_up {
            self.heard_ms = now_ms;
        }
    }

    /// The last time at which everything was known, in milliseconds since 1970.
    pub(super) fn heard_ms(&self) -> u64 {
        self.heard_ms
    }

    fn note_ban(&mut self, now_ms: u64, ban: &Ban) {
        let before = self.known.get(&ban.id).map(|known| known.version);
        let version = Version::after(before, now_ms, false, self.own);
        self.insert(ban.id, version, ban.until, false);
        self.to_put.insert(ban.id);
    }

    fn note_pardon(&mut self, now_ms: u64, id: u64) {
        let before = self.known.get(&id).copied();
        let version = Version::after(before.map(|known| known.version), now_ms, true, self.own);
        self.insert(id, version, before.and_then(|known| known.until), false);
        self.to_put.insert(id);
    }

    fn insert(&mut self, id: u64, version: Version, until: Option<u64>, was_there: bool) {
        let before = self.known.get(&id).copied();
        if let Some(before) = before.filter(|before| before.version.is_pardon) {
            self.pardons.remove(&(before.version.at_ms, id));
        }
        let there = before.and_then(|before| before.there);
        let is_unusable = before.is_some_and(|before| before.at_store == AtStore::Unusable);
        let at_store = if is_unusable { AtStore::Unusable } else { AtStore::Other };
        let known = Known { version, until, was_there, there, at_store };
        self.known.insert(id, known);
        self.unwritten.insert(id);
        if version.is_pardon {
            self.pardons.insert((version.at_ms, id));
            if self.pardons.len() > PARDONS_MAX
                && let Some((_, oldest)) = self.pardons.pop_first()
            {
                let there = self.known.get(&oldest).and_then(|known| known.there);
                self.forget(oldest);
                self.remove_later(oldest, there);
            }
        }
    }

    fn forget(&mut self, id: u64) {
        self.doubts.forget(id);
        if let Some(known) = self.known.remove(&id) {
            self.pardons.remove(&(known.version.at_ms, id));
            self.unwritten.insert(id);
        }
    }

    fn remove_later(&mut self, id: u64, revision: Option<Revision>) {
        if self.to_remove.len() < TO_REMOVE_MAX {
            self.to_remove.extend(revision.map(|revision| (id, revision)));
        }
    }
}
