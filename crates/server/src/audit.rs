//! The log of what operators did: who, when, to whom, why, and with what result.

use std::collections::VecDeque;

/// Who does something, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct By {
    /// Who: a name for the audit log.
    pub actor: String,
    /// Why; players are shown it where they are told. May be empty.
    pub reason: String,
}

/// One thing that an operator did.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct AuditEntry {
    /// Counts all entries, also those that were cleared away.
    pub id: u64,
    /// When, in seconds since 1970.
    pub at: u64,
    /// Who did it, as the one who asked says.
    pub actor: String,
    /// What was done: the name of the action.
    pub action: String,
    /// The session that it was done in; none if it holds for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Whom or what it was done to.
    pub target: String,
    /// The words that go with it: until when, to which room.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub details: String,
    /// Why; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// What became of it: `done`, or what went wrong.
    pub result: String,
}

/// Which entries are asked for; the default is the newest ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Only those before the entry of this number: the `next` of the page before.
    pub before: Option<u64>,
    /// How many at most (0 stands for 100), and never more than [`AuditQuery::LIMIT_MAX`].
    pub limit: usize,
    /// Only those by this actor.
    pub actor: Option<String>,
    /// Only those of this action.
    pub action: Option<String>,
    /// Only those in this session.
    pub session: Option<String>,
    /// Only those about this target.
    pub target: Option<String>,
}

/// Some entries, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct AuditPage {
    /// The entries.
    pub entries: Vec<AuditEntry>,
    /// What to ask for next as `before`; none if there are no further ones.
    pub next: Option<u64>,
}

impl By {
    /// This one, for this reason.
    pub fn new(actor: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { actor: actor.into(), reason: reason.into() }
    }
}

impl AuditQuery {
    /// Entries in a page.
    pub const LIMIT_MAX: usize = 1000;
    const LIMIT_DEFAULT: usize = 100;

    fn matches(&self, entry: &AuditEntry) -> bool {
        let is = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
        };
        self.before.is_none_or(|before| entry.id < before)
            && is(&self.actor, Some(&entry.actor))
            && is(&self.action, Some(&entry.action))
            && is(&self.session, entry.session.as_deref())
            && is(&self.target, Some(&entry.target))
    }
}

/// The entries that are kept, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct AuditLog {
    entries: VecDeque<AuditEntry>,
    newest: u64,
}

impl AuditLog {
    pub(crate) fn next_id(&self) -> u64 {
        self.newest + 1
    }

    /// Takes an entry, which has to be newer than all before.
    pub(crate) fn push(&mut self, entry: AuditEntry) {
        self.newest = self.newest.max(entry.id);
        self.entries.push_back(entry);
    }

    /// Forgets what is too old or too much; the numbers of what went.
    pub(crate) fn prune(&mut self, entries_max: usize, oldest: u64) -> Vec<u64> {
        let mut gone = Vec::new();
        while self.entries.len() > entries_max || self.entries.front().is_some_and(|entry| entry.at < oldest)
        {
            gone.extend(self.entries.pop_front().map(|entry| entry.id));
        }
        gone
    }

    pub(crate) fn page(&self, query: &AuditQuery) -> AuditPage {
        let limit = match query.limit {
            0 => AuditQuery::LIMIT_DEFAULT,
            limit => limit.min(AuditQuery::LIMIT_MAX),
        };
        let mut found = self.entries.iter().rev().filter(|entry| query.matches(entry));
        let entries: Vec<_> = found.by_ref().take(limit).cloned().collect();
        let next = found.next().and(entries.last()).map(|entry| entry.id);
        AuditPage { entries, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(entries: u64) -> AuditLog {
        let mut log = AuditLog::default();
        for number in 0..entries {
            log.push(AuditEntry {
                id: log.next_id(),
                at: 100 * number,
                actor: if number % 2 == 0 { "Ann" } else { "Ben" }.into(),
                action: "kick".into(),
                session: None,
                target: format!("player {number}"),
                details: String::new(),
                reason: String::new(),
                result: "done".into(),
            });
        }
        log
    }

    fn ids(page: &AuditPage) -> Vec<u64> {
        page.entries.iter().map(|entry| entry.id).collect()
    }

    #[test]
    fn entries_come_in_pages_the_newest_first() {
        let log = log(5);
        let first = log.page(&AuditQuery { limit: 2, ..AuditQuery::default() });
        assert_eq!((ids(&first), first.next), (vec![5, 4], Some(4)));
        let second = log.page(&AuditQuery { limit: 3, before: first.next, ..AuditQuery::default() });
        assert_eq!((ids(&second), second.next), (vec![3, 2, 1], None));
    }

    #[test]
    fn entries_are_found_by_who_and_what_and_whom() {
        let log = log(5);
        let by = |actor: &str| AuditQuery { actor: Some(actor.into()), ..AuditQuery::default() };
        assert_eq!(ids(&log.page(&by("Ben"))), [4, 2]);
        assert!(ids(&log.page(&by("Carl"))).is_empty());
        let whom = AuditQuery { target: Some("player 2".into()), ..AuditQuery::default() };
        assert_eq!(ids(&log.page(&whom)), [3]);
        let elsewhere = AuditQuery { session: Some("main".into()), ..AuditQuery::default() };
        assert!(ids(&log.page(&elsewhere)).is_empty());
    }

    #[test]
    fn what_is_too_old_or_too_much_is_forgotten_and_no_number_comes_twice() {
        let mut log = log(5);
        assert_eq!(log.prune(4, 0), [1]);
        assert_eq!(log.prune(4, 250), [2, 3]);
        assert_eq!(log.prune(0, 0), [4, 5]);
        assert_eq!(log.next_id(), 6);
    }
}
