//! Bans and their versions on the disk.

use super::super::numbers::Numbers;
use super::super::stored_version::StoredVersion;
use super::BanReplica;
use super::known::Known;
use crate::bans::Bans;
use crate::store::{Change, Table, number_key};

/// While the store sends its whole contents, this many changes are written to the disk at once.
const MANY: usize = 256;

impl BanReplica {
    /// Takes the contents of the disk: the bans, and the versions of those that were shared. An older ban gets a number
    /// that no other server gives; one that was removed meanwhile counts as pardoned now.
    pub(in crate::records::sharing) fn restore(
        &mut self,
        now_ms: u64,
        bans: &mut Bans,
        stored: &[(u64, StoredVersion)],
    ) {
        for (id, stored) in stored.iter().filter(|(id, _)| Numbers::is_shared(*id)) {
            if let Some(version) = stored.version() {
                self.insert(*id, version, stored.until, stored.is_kept);
            }
        }
        // All of that came from the disk.
        self.unwritten.clear();
        let held = self.known.iter().filter(|(_, known)| !known.version.is_pardon);
        let taken_back: Vec<_> = held.map(|(id, _)| *id).filter(|id| bans.get(*id).is_none()).collect();
        for id in taken_back {
            self.note_pardon(now_ms, id);
        }
        let mut older = Numbers::new(self.own);
        for mut ban in bans.list(0, 0, usize::MAX) {
            if !Numbers::is_shared(ban.id) {
                bans.remove(ban.id);
                self.unwritten.insert(ban.id);
                let since_ms = ban.since.saturating_mul(1000).min(now_ms);
                let is_taken = |number| bans.get(number).is_some() || self.known.contains_key(&number);
                ban.id = older.next_unless(since_ms, is_taken);
                bans.restore(ban.clone());
            }
            if self.known.get(&ban.id).is_none_or(|known| known.version.is_pardon) {
                self.note_ban(ban.since.saturating_mul(1000), &ban);
            }
        }
    }

    /// Whether the changes so far should be written to the disk: all records of the store, one by one, would overflow
    /// the disk's queue.
    pub(in crate::records::sharing) fn has_many_changes(&self) -> bool {
        self.is_caught_up || self.unwritten.len() >= MANY
    }

    /// The changes for the disk since the last call.
    pub(in crate::records::sharing) fn take_changes(&mut self, bans: &Bans) -> Vec<Change> {
        let mut changes = Vec::new();
        for id in std::mem::take(&mut self.unwritten) {
            changes.push(match bans.get(id) {
                Some(ban) => Change::put(Table::Bans, number_key(id), ban),
                None => Change::delete(Table::Bans, number_key(id)),
            });
            let key = StoredVersion::key(id);
            changes.push(match self.known.get(&id) {
                Some(Known { version, until, was_there, .. }) => {
                    Change::put(Table::Meta, key, &StoredVersion::new(version, *until, *was_there))
                }
                None => Change::delete(Table::Meta, key),
            });
        }
        changes
    }
}
