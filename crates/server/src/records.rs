//! The records of operators' decisions and actions: bans, restrictions of players, limits of rooms, the audit log.
//!
//! All of it is in memory, behind one lock that is held for a look-up and never for the disk; workers use it when a
//! client arrives and when a session begins, never for a packet. Each change goes to the [`Store`] at once.

mod bans;
mod error;
mod restriction_record;
mod restrictions;
mod rooms;
mod sharing;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard};

use consonance_session::PlayerIdentity;
use consonance_settings::settings;

use crate::audit::{AuditEntry, AuditLog, AuditPage, AuditQuery};
use crate::bans::Bans;
use crate::store::{Change, Contents, Store, StoreError, StoreStatus, Table, Ticket, number_key};
use crate::utc::seconds_since_1970;
use crate::webhooks::Webhooks;
pub use error::RecordsError;
pub use restriction_record::PlayerKey;
use restrictions::merged;
pub use restrictions::{Origin, StoredRestrictions, StoredTerms, Until};
pub(crate) use restrictions::{held_at, in_session_time};
pub use rooms::{RoomDecision, SessionRooms};
pub use sharing::SharedRecords;
use sharing::{HEARD, PUBLISHED, Progress, Sharing, StoredVersion};

/// The records of a process; a clone leads to the same ones.
#[derive(Clone, Debug)]
pub struct Records {
    shared: Arc<Shared>,
    webhooks: Webhooks,
}

settings! {
    /// How much is kept.
    #[derive(Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct RecordsSettings {
        /// Bans of names, accounts and addresses.
        ///
        /// A further one is an error.
        pub bans_max: usize = 100_000, 1..=10_000_000;
        /// Players with restrictions such as a mute.
        ///
        /// Or with rights of rooms; a further one is an error.
        pub restrictions_max: usize = 100_000, 1..=10_000_000;
        /// Entries of the audit log.
        ///
        /// The oldest go, those that players asked for first while they are more than half of all.
        pub audit_entries_max: usize = 10_000, 1..=10_000_000;
        /// Days that audit entries are kept.
        pub audit_days: u32 = 365, 1..=36_500;
    }
}

#[derive(Debug)]
struct Shared {
    settings: RecordsSettings,
    state: RwLock<State>,
    store: Store,
}

#[derive(Debug, Default)]
struct State {
    bans: Bans,
    audit: AuditLog,
    restrictions: BTreeMap<PlayerKey, StoredRestrictions>,
    rooms: BTreeMap<String, SessionRooms>,
    /// The stored versions of shared bans, until sharing begins.
    versions: Vec<(u64, StoredVersion)>,
    progress: Progress,
    /// With the other nodes, if this is one of several.
    sharing: Option<Sharing>,
}

impl Records {
    /// Records that are gone after a restart.
    pub fn in_memory(settings: RecordsSettings) -> Self {
        Self::new(settings, State::default(), Store::in_memory())
    }

    /// The records in the database of this folder, which is made if it is not there.
    ///
    /// # Errors
    /// [`StoreError`] describes the problem with the folder or the database, and its remedy.
    pub fn open(folder: &Path, settings: RecordsSettings) -> Result<Self, StoreError> {
        let (store, contents) = Store::open(folder)?;
        let (state, merged) = State::read(&contents)
            .map_err(|what| StoreError::damaged(&folder.join("consonance.redb"), &what))?;
        if !merged.is_empty() {
            drop(store.write(merged));
        }
        let records = Self::new(settings, state, store);
        records.clear_away(seconds_since_1970());
        Ok(records)
    }

    /// Whether [`open`](Self::open) would find a database in this folder, or could make one; changes nothing.
    ///
    /// # Errors
    /// As those of [`open`](Self::open).
    pub fn check(folder: &Path) -> Result<(), StoreError> {
        Store::check(folder)
    }

    fn new(settings: RecordsSettings, state: State, store: Store) -> Self {
        let shared = Arc::new(Shared { settings, state: RwLock::new(state), store });
        Self { shared, webhooks: Webhooks::default() }
    }

    /// The same records; notifies these webhooks of each ban that is added through this or its clones.
    #[must_use]
    pub fn with_webhooks(self, webhooks: Webhooks) -> Self {
        Self { webhooks, ..self }
    }

    /// How the database is doing.
    pub fn store_status(&self) -> StoreStatus {
        self.shared.store.status()
    }

    /// Waits until everything is on the disk, for at most `patience`; returns whether it is.
    pub fn flush(&self, patience: std::time::Duration) -> crate::store::Stored {
        self.shared.store.flush(patience)
    }

    /// Some of the audit log.
    pub fn audit(&self, query: &AuditQuery) -> AuditPage {
        let state = self.read();
        state.audit.page(query, state.sharing.as_ref().map(Sharing::audit_of_others))
    }

    /// Writes an entry into the audit log; its `id` is given here.
    pub(crate) fn note(&self, mut entry: AuditEntry) -> (AuditEntry, Ticket) {
        entry.log();
        let mut state = self.write();
        let State { audit, sharing, .. } = &mut *state;
        match sharing {
            Some(sharing) => sharing.number_entry(audit, &mut entry),
            None => entry.id = audit.next_id(),
        }
        let mut changes = vec![Change::put(Table::Audit, number_key(entry.id), &entry)];
        state.audit.push(entry.clone());
        changes.extend(self.forget_entries(&mut state, entry.at));
        (entry, self.shared.store.write(changes))
    }

    /// The restrictions of a player of a session.
    pub fn restrictions(&self, session: &str, player: &PlayerIdentity) -> StoredRestrictions {
        let key = PlayerKey::new(session, player);
        self.read().restrictions.get(&key).cloned().unwrap_or_default()
    }

    /// The restrictions of a session's players that are still in force.
    pub fn restricted_players(&self, now: u64, session: &str) -> Vec<(PlayerKey, StoredRestrictions)> {
        let state = self.read();
        let of_session = state.restrictions.iter().filter(|(key, _)| key.session == session);
        let held = of_session.map(|(key, stored)| (key.clone(), held_at(stored, now)));
        held.filter(|(_, restrictions)| !restrictions.is_clear()).collect()
    }

    /// Changes the restrictions of a player; returns the new ones.
    ///
    /// # Errors
    /// [`RecordsError::TooManyRestrictions`], and nothing has changed.
    pub(crate) fn change_restrictions(
        &self,
        now: u64,
        session: &str,
        player: &PlayerIdentity,
        change: impl FnOnce(&mut StoredRestrictions),
    ) -> Result<(StoredRestrictions, Ticket), RecordsError> {
        let key = PlayerKey::new(session, player);
        let mut state = self.write();
        let mut restrictions =
            state.restrictions.get(&key).map(|stored| held_at(stored, now)).unwrap_or_default();
        change(&mut restrictions);
        let limit = self.shared.settings.restrictions_max;
        let is_new = !state.restrictions.contains_key(&key);
        if is_new && !restrictions.is_clear() && state.restrictions.len() >= limit {
            return Err(RecordsError::TooManyRestrictions { limit });
        }
        // Keep the key's original spelling.
        let key = state.restrictions.get_key_value(&key).map_or(key, |(held, _)| held.clone());
        let written = if restrictions.is_clear() {
            state.restrictions.remove(&key);
            Change::delete(Table::Restrictions, key.to_text())
        } else {
            state.restrictions.insert(key.clone(), restrictions.clone());
            Change::put(Table::Restrictions, key.to_text(), &key.with(&restrictions))
        };
        Ok((restrictions, self.shared.store.write(vec![written])))
    }

    /// The decisions about the rooms of a session.
    pub fn rooms(&self, session: &str) -> SessionRooms {
        self.read().rooms.get(session).cloned().unwrap_or_default()
    }

    /// Changes the decisions about the rooms of a session, and returns them.
    ///
    /// # Errors
    /// [`RecordsError::TooManyRooms`], and nothing has changed.
    pub(crate) fn change_rooms(
        &self,
        session: &str,
        change: impl FnOnce(&mut SessionRooms),
    ) -> Result<(SessionRooms, Ticket), RecordsError> {
        let mut state = self.write();
        let mut rooms = state.rooms.get(session).cloned().unwrap_or_default();
        change(&mut rooms);
        if rooms.rooms.len() > SessionRooms::ROOMS_MAX {
            return Err(RecordsError::TooManyRooms { limit: SessionRooms::ROOMS_MAX });
        }
        let written = if rooms == SessionRooms::default() {
            state.rooms.remove(session);
            Change::delete(Table::Rooms, session.to_owned())
        } else {
            state.rooms.insert(session.to_owned(), rooms.clone());
            Change::put(Table::Rooms, session.to_owned(), &rooms)
        };
        Ok((rooms, self.shared.store.write(vec![written])))
    }

    /// Removes ended bans and restrictions, and old entries of the audit log.
    pub fn clear_away(&self, now: u64) {
        let mut state = self.write();
        let mut changes = Vec::new();
        for id in state.bans.ended(now) {
            state.bans.remove(id);
            changes.push(Change::delete(Table::Bans, number_key(id)));
        }
        if !changes.is_empty() {
            changes.push(state.last_ban());
        }
        state.restrictions.retain(|key, stored| {
            let is_held = !held_at(stored, now).is_clear();
            if !is_held {
                changes.push(Change::delete(Table::Restrictions, key.to_text()));
            }
            is_held
        });
        changes.extend(self.forget_entries(&mut state, now));
        let State { bans, sharing, .. } = &mut *state;
        if let Some(sharing) = sharing {
            changes.extend(sharing.clear_away(now.saturating_mul(1000), bans, self.audit_bounds(now)));
        }
        if !changes.is_empty() {
            drop(self.shared.store.write(changes));
        }
    }

    /// The same by the clock of the wall.
    pub(crate) fn clear_away_now(&self) {
        self.clear_away(seconds_since_1970());
    }

    /// Forgets entries of the audit log that are too old or too many.
    fn forget_entries(&self, state: &mut State, now: u64) -> Vec<Change> {
        let (entries_max, oldest) = self.audit_bounds(now);
        let gone = state.audit.prune(entries_max, oldest);
        let mut changes: Vec<_> =
            gone.into_iter().map(|id| Change::delete(Table::Audit, number_key(id))).collect();
        if !changes.is_empty() {
            changes.push(Change::put(Table::Meta, LAST_AUDIT.to_owned(), &state.audit.newest()));
        }
        changes
    }

    /// How many entries of the audit log are kept, and from when on, in seconds since 1970.
    fn audit_bounds(&self, now: u64) -> (usize, u64) {
        let RecordsSettings { audit_entries_max, audit_days, .. } = self.shared.settings;
        (audit_entries_max, now.saturating_sub(u64::from(audit_days) * 86_400))
    }

    /// Each change is whole before anything can panic, so poison means nothing.
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.shared.state.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.shared.state.write().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl State {
    /// Everything of a database, or in words which record is none; and changes that make one record of several about
    /// spellings of one name. Which names are one depends on the Unicode tables of this build, so this is looked at
    /// whenever records are read.
    fn read(contents: &Contents) -> Result<(Self, Vec<Change>), String> {
        let (mut state, mut merged) = (Self::default(), Vec::new());
        for (table, key, value) in contents
            .iter()
            .flat_map(|(table, records)| records.iter().map(move |(key, value)| (table, key, value)))
        {
            let broken = |error| format!("the record {key:?} of {}: {error}", table.name());
            match table {
                Table::Bans => state.bans.restore(serde_json::from_str(value).map_err(broken)?),
                Table::Audit => state.audit.push(serde_json::from_str(value).map_err(broken)?),
                Table::Restrictions => {
                    let (player, restrictions) = PlayerKey::read(value).map_err(broken)?;
                    merged.extend(state.add_restrictions(key, player, restrictions));
                }
                Table::Rooms => {
                    state.rooms.insert(key.clone(), serde_json::from_str(value).map_err(broken)?);
                }
                Table::Meta => match &**key {
                    LAST_BAN => state.bans.go_on_after(serde_json::from_str(value).map_err(broken)?),
                    LAST_AUDIT => state.audit.go_on_after(serde_json::from_str(value).map_err(broken)?),
                    HEARD => state.progress.heard_ms = serde_json::from_str(value).map_err(broken)?,
                    PUBLISHED => state.progress.published = serde_json::from_str(value).map_err(broken)?,
                    key => {
                        if let Some(id) = StoredVersion::id(key) {
                            state.versions.push((id, serde_json::from_str(value).map_err(broken)?));
                        }
                    }
                },
            }
        }
        Ok((state, merged))
    }

    /// Adds restrictions as they were stored under `record`. Where there are some of another spelling of the name, both
    /// hold, in one record.
    fn add_restrictions(
        &mut self,
        record: &str,
        player: PlayerKey,
        restrictions: StoredRestrictions,
    ) -> Vec<Change> {
        let Some((held_as, held)) = self.restrictions.get_key_value(&player) else {
            self.restrictions.insert(player, restrictions);
            return Vec::new();
        };
        let (held_as, both) = (held_as.clone(), merged(held, &restrictions));
        let put = Change::put(Table::Restrictions, held_as.to_text(), &held_as.with(&both));
        self.restrictions.insert(held_as, both);
        vec![Change::delete(Table::Restrictions, record.to_owned()), put]
    }

    /// Written with the removal of a ban: the records alone do not tell its number any more.
    fn last_ban(&self) -> Change {
        Change::put(Table::Meta, LAST_BAN.to_owned(), &self.bans.newest())
    }
}

/// Keys of `meta`: the numbers that were given last.
const LAST_BAN: &str = "last_ban";
const LAST_AUDIT: &str = "last_audit";
