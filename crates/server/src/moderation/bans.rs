//! Bans.

use std::slice;

use super::players::end_in_words;
use super::{AuditAction, By, Done, Moderation, ModerationError, Outcome};
use crate::audit::AuditEntry;
use crate::bans::{Ban, BanTarget};
use crate::session_loop::Expelled;
use crate::utc::seconds_since_1970;

/// A new ban, and the present players that it matches.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Banned {
    /// The ban.
    pub ban: Ban,
    /// The players that were disconnected.
    pub expelled: Vec<Expelled>,
    /// How it is kept.
    pub done: Done,
}

impl Moderation {
    /// Bans a name, a subject or addresses until then, in seconds since 1970, or permanently. Matching players are
    /// disconnected, from every session.
    ///
    /// # Errors
    /// If the end lies in the past, the target has no name, or there are too many bans.
    pub fn ban(&self, by: &By, target: BanTarget, until: Option<u64>) -> Result<Banned, ModerationError> {
        let now = seconds_since_1970();
        let action = AuditAction {
            action: "ban",
            session: None,
            target: in_words(&target),
            details: end_in_words(until),
        };
        let added = self.add_ban(by, target, until, now);
        let (ban, expelled) = match added {
            Ok(ban) => {
                let expelled = self.expel(&ban);
                (ban, expelled)
            }
            Err(error) => return Err(self.log(by, action, Err(error.clone())).err().unwrap_or(error)),
        };
        let names: Vec<_> =
            expelled.iter().map(|gone| format!("{} in {}", gone.player, gone.session)).collect();
        let details = if names.is_empty() {
            action.details.clone()
        } else {
            format!("{}; sent away: {}", action.details, names.join(", "))
        };
        let done = self.log(by, action.with(details), Ok(Outcome::Holds))?;
        Ok(Banned { ban, expelled, done })
    }

    /// Removes a ban.
    ///
    /// # Errors
    /// If there is no ban of this number.
    pub fn unban(&self, by: &By, id: u64) -> Result<Done, ModerationError> {
        let removed = self.records.remove_ban(id);
        let target = removed.as_ref().map_or_else(|| id.to_string(), |(ban, _)| in_words(&ban.target));
        let result = removed.map(|_| Outcome::Holds).ok_or(ModerationError::NoBan { id });
        let details = AuditEntry::details_of_unban(id);
        let action = AuditAction { action: AuditEntry::UNBAN, session: None, target, details };
        self.log(by, action, result)
    }

    /// Bans in force, ordered by number: those after `after`, at most `limit`.
    pub fn bans(&self, after: u64, limit: usize) -> Vec<Ban> {
        self.records.bans(seconds_since_1970(), after, limit)
    }

    /// How many bans there are.
    pub fn bans_count(&self) -> usize {
        self.records.bans_count()
    }

    fn add_ban(
        &self,
        by: &By,
        target: BanTarget,
        until: Option<u64>,
        now: u64,
    ) -> Result<Ban, ModerationError> {
        if until.is_some_and(|until| until <= now) {
            return Err(ModerationError::EndsInThePast);
        }
        if let BanTarget::Name(name) | BanTarget::Subject(name) = &target
            && name.is_empty()
        {
            return Err(ModerationError::Nameless { what: "the target of the ban" });
        }
        let (reason, by) = (by.reason.clone(), by.actor.clone());
        let (ban, _) =
            self.records.add_ban(Ban { id: 0, target, session: None, reason, by, since: now, until })?;
        Ok(ban)
    }

    /// Disconnects the players that a ban matches. A worker that does not answer does so later.
    fn expel(&self, ban: &Ban) -> Vec<Expelled> {
        let meant = ban.clone();
        let asked =
            self.server.ask_all(move |session_loop, now| session_loop.expel(now, slice::from_ref(&meant)));
        asked.into_iter().flatten().flatten().collect()
    }
}

fn in_words(target: &BanTarget) -> String {
    match target {
        BanTarget::Name(name) => format!("name {name}"),
        BanTarget::Subject(subject) => format!("subject {subject}"),
        BanTarget::Address(prefix) => format!("address {prefix}"),
    }
}
