//! What the store and the audit log tell of bans.

use consonance_cluster::placement::Revision;

use super::super::ban_record::{BanRecord, Version};
use super::BanReplica;
use super::known::AtStore;
use crate::bans::{Ban, Bans};

impl BanReplica {
    /// The store has this under a key; a ban that holds from now on.
    pub(in crate::records::sharing) fn handle_record(
        &mut self,
        now_ms: u64,
        bans: &mut Bans,
        bans_max: usize,
        (key, revision, value): (&str, Option<Revision>, Option<&[u8]>),
    ) -> Option<Ban> {
        let id = key.parse().ok()?;
        self.has_records |= value.is_some();
        let known = self.known.get(&id).copied();
        if known.is_some_and(|known| known.there > revision && revision.is_some()) {
            return None;
        }
        self.doubts.forget(id);
        let (Some(revision), Some(value)) = (revision, value) else {
            self.note_missing(id, revision);
            return None;
        };
        let Some(record) = BanRecord::read(key, value) else {
            self.counts.malformed += 1;
            self.doubt(id, revision, AtStore::Wrong);
            return None;
        };
        let is_over = record.version.is_over(now_ms, record.until);
        let is_newer = known.is_none_or(|known| known.version < record.version);
        let holds_ban = known
            .is_some_and(|known| !known.version.is_pardon && !known.version.is_over(now_ms, known.until));
        let may_lift = holds_ban || known.is_none() && !is_over;
        if record.version.is_pardon && is_newer && may_lift && !self.doubts.is_lifted(id) {
            self.doubt_pardon(id, record, revision);
            return None;
        }
        if is_over && !record.version.is_pardon && holds_ban {
            self.counts.displacing += 1;
            self.doubt(id, revision, AtStore::Wrong);
            return None;
        }
        if is_over && !(is_newer && holds_ban) {
            self.remove_later(id, Some(revision));
            return None;
        }
        let is_other = known.is_some_and(|known| known.version == record.version)
            && record.ban.as_ref().is_some_and(|ban| bans.get(id).is_some_and(|held| held != ban));
        if is_newer || is_other {
            return self.take(now_ms, bans, bans_max, record, revision);
        }
        self.note_there(id, record.version, revision);
        None
    }

    /// The audit log says that a ban was taken back.
    pub(in crate::records::sharing) fn handle_lifted(
        &mut self,
        now_ms: u64,
        bans: &mut Bans,
        bans_max: usize,
        id: u64,
    ) {
        if let Some((record, revision)) = self.doubts.note_lifted(id) {
            self.take(now_ms, bans, bans_max, record, revision);
        }
        if self
            .known
            .get(&id)
            .is_some_and(|known| known.version.is_pardon && known.at_store == AtStore::Other)
        {
            self.to_put.insert(id);
        }
    }

    /// A pardon that counts only if the audit log has an entry about it, which may still come.
    fn doubt_pardon(&mut self, id: u64, record: BanRecord, revision: Revision) {
        self.counts.unproven += 1;
        self.doubt(id, revision, AtStore::Wrong);
        if !self.doubts.insert(id, record, revision) {
            self.counts.too_many += 1;
        }
    }

    /// The record of a ban does not count; where this node has the ban, its own is put there in a moment.
    fn doubt(&mut self, id: u64, revision: Revision, at_store: AtStore) {
        let Some(known) = self.known.get_mut(&id) else { return };
        known.there = Some(revision);
        self.put_right_later(id, at_store);
    }

    fn put_right_later(&mut self, id: u64, why: AtStore) {
        let Some(known) = self.known.get_mut(&id) else { return };
        let is_waiting = matches!(known.at_store, AtStore::Wrong | AtStore::Deleted);
        if known.at_store != AtStore::Unusable {
            known.at_store = why;
            if !is_waiting {
                self.doubts.put_right_later(id);
            }
        }
    }

    pub(super) fn put_right(&mut self, id: u64) {
        if let Some(known) = self.known.get_mut(&id)
            && matches!(known.at_store, AtStore::Wrong | AtStore::Deleted)
        {
            known.at_store = AtStore::Other;
            self.to_put.insert(id);
        }
    }

    /// Applies a record of the store that is newer than the one known here.
    fn take(
        &mut self,
        now_ms: u64,
        bans: &mut Bans,
        bans_max: usize,
        record: BanRecord,
        revision: Revision,
    ) -> Option<Ban> {
        let BanRecord { version, id, until, ban } = record;
        let had = bans.remove(id);
        let displaced = had.as_ref().filter(|had| ban.as_ref().is_some_and(|ban| !covers(ban, had))).cloned();
        let more = usize::from(had.is_none()).max(2 * usize::from(displaced.is_some()));
        if ban.is_some() && more > 0 && bans.len() + more > bans_max {
            self.counts.too_many += 1;
            if let Some(had) = had {
                bans.restore(had);
                self.doubt(id, revision, AtStore::Wrong);
            }
            return None;
        }
        self.insert(id, version, until, true);
        self.note_there(id, version, revision);
        let taken = ban.filter(|ban| ban.holds(now_ms / 1000));
        if let Some(ban) = &taken {
            bans.restore(ban.clone());
        }
        if let Some(displaced) = displaced {
            self.keep_under_another_number(now_ms, bans, displaced);
        }
        taken
    }

    /// Keeps a ban whose number has another one now: no change of ours puts another ban in the place of one. All nodes
    /// choose the same number.
    fn keep_under_another_number(&mut self, now_ms: u64, bans: &mut Bans, mut ban: Ban) {
        self.counts.displacing += 1;
        while bans.get(ban.id).is_some() || self.known.contains_key(&ban.id) {
            ban.id += 1;
        }
        self.note_ban(now_ms, &ban);
        bans.restore(ban);
    }

    /// The store has this version of a ban.
    pub(super) fn note_there(&mut self, id: u64, version: Version, revision: Revision) {
        let Some(known) = self.known.get_mut(&id) else { return };
        known.there = Some(revision);
        if known.version != version {
            known.at_store = AtStore::Other;
            self.to_put.insert(id);
            return;
        }
        known.at_store = AtStore::Same;
        if !known.was_there {
            known.was_there = true;
            self.unwritten.insert(id);
        }
    }

    /// The store has nothing of a ban.
    fn note_missing(&mut self, id: u64, revision: Option<Revision>) {
        let Some(known) = self.known.get_mut(&id) else { return };
        known.there = revision;
        self.put_right_later(id, AtStore::Deleted);
    }
}

/// Whether a ban keeps out everybody whom another one keeps out.
fn covers(ban: &Ban, other: &Ban) -> bool {
    let lasts = |ban: &Ban| ban.until.unwrap_or(u64::MAX);
    ban.target == other.target
        && (ban.session.is_none() || ban.session == other.session)
        && lasts(ban) >= lasts(other)
}
