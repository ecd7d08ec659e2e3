//! Bans among the records.

use std::net::IpAddr;

use super::{Records, RecordsError, State};
use crate::bans::Ban;
use crate::store::{Change, Table, Ticket, number_key};
use crate::webhooks::Occurrence;

impl Records {
    /// The ban that keeps this address out.
    pub fn ban_of_address(&self, now: u64, address: IpAddr) -> Option<Ban> {
        self.read().bans.of_address(now, address).cloned()
    }

    /// The ban that keeps this player out of a session.
    pub fn ban_of_player(&self, now: u64, session: &str, name: &str, subject: Option<&str>) -> Option<Ban> {
        self.read().bans.of_player(now, session, name, subject).cloned()
    }

    /// Bans that hold, in the order of their numbers, those after this one.
    pub fn bans(&self, now: u64, after: u64, limit: usize) -> Vec<Ban> {
        self.read().bans.list(now, after, limit)
    }

    /// How many bans there are.
    pub fn bans_count(&self) -> usize {
        self.read().bans.len()
    }

    /// Takes over a ban from elsewhere, such as the list of another server; its `id` is given here. Webhooks are told
    /// of it, but no player is disconnected for it and nothing is logged: see
    /// [`Moderation::ban`](crate::moderation::Moderation::ban).
    ///
    /// # Errors
    /// [`RecordsError::TooManyBans`].
    pub fn import_ban(&self, ban: Ban) -> Result<Ban, RecordsError> {
        self.add_ban(ban).map(|(ban, _)| ban)
    }

    /// Adds a ban; its `id` is given here.
    ///
    /// # Errors
    /// [`RecordsError::TooManyBans`].
    pub(crate) fn add_ban(&self, mut ban: Ban) -> Result<(Ban, Ticket), RecordsError> {
        let mut state = self.write();
        let limit = self.shared.settings.bans_max;
        if state.bans.len() >= limit {
            return Err(RecordsError::TooManyBans { limit });
        }
        let State { bans, sharing, .. } = &mut *state;
        let (ban, changes) = if let Some(sharing) = sharing {
            sharing.add_ban(bans, ban)
        } else {
            ban.id = bans.next_id();
            bans.restore(ban.clone());
            let change = Change::put(Table::Bans, number_key(ban.id), &ban);
            (ban, vec![change])
        };
        let ticket = self.shared.store.write(changes);
        drop(state);
        self.webhooks.tell(&Occurrence::Banned(&ban));
        Ok((ban, ticket))
    }

    /// Removes a ban.
    pub(crate) fn remove_ban(&self, id: u64) -> Option<(Ban, Ticket)> {
        let mut state = self.write();
        let State { bans, sharing, .. } = &mut *state;
        let (ban, mut changes) = match sharing {
            Some(sharing) => sharing.remove_ban(bans, id)?,
            None => (bans.remove(id)?, vec![Change::delete(Table::Bans, number_key(id))]),
        };
        changes.push(state.last_ban());
        Some((ban, self.shared.store.write(changes)))
    }
}
