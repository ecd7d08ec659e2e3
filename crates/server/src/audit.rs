//! The audit log: operator, time, action, target, reason and result.

use std::collections::VecDeque;

use consonance_wire::names::NameKey;
use tracing::info;

/// The author of an action, and the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct By {
    /// A name for the audit log.
    pub actor: String,
    /// Why; may be empty. Players are shown it when they are muted, deafened, kept from writing, sent away or banned,
    /// and not otherwise.
    pub reason: String,
    /// The node of the cluster by which it came, if it came from another one.
    pub node: Option<String>,
}

/// An operator's action.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct AuditEntry {
    /// The number of the entry. Entries that were cleared away are counted, too; later ones have higher numbers.
    pub id: u64,
    /// The time, in seconds since 1970.
    pub at: u64,
    /// The operator, as the caller names it.
    #[serde(alias = "actor")]
    pub by: String,
    /// The name of the action.
    pub action: String,
    /// The session; none if it applies to all.
    #[serde(default)]
    pub session: Option<String>,
    /// The target of the action.
    pub target: String,
    /// Further details, such as the end time or the room.
    #[serde(default)]
    pub details: String,
    /// The reason; may be empty.
    #[serde(default)]
    pub reason: String,
    /// The result: a word such as `notified`, `absent` or `holds`; `done` for an action that a player asked for; or
    /// the error.
    pub result: String,
    /// The server on which it was done; none if there is only one.
    #[serde(default)]
    pub node: Option<String>,
    /// Whether a player asked for it, from inside the game. Such entries make room for operators' once they are more
    /// than half of all.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_player: bool,
}

/// A filter for entries; the default asks for the newest ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[serde(deny_unknown_fields)]
pub struct AuditQuery {
    /// Only entries before the one with this number: `next` of the previous page.
    pub before: Option<u64>,
    /// The maximum number of results, up to 1000; 100 by default.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(default = 100))]
    pub limit: usize,
    /// Only entries of this operator or moderator.
    pub by: Option<String>,
    /// Only entries with this action.
    pub action: Option<String>,
    /// Only entries of this session.
    pub session: Option<String>,
    /// Only entries about this target; a name in any spelling.
    pub target: Option<String>,
}

/// A page of entries, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditPage {
    /// The entries.
    pub entries: Vec<AuditEntry>,
    /// The value of `before` for the next page; none on the last page.
    pub next: Option<u64>,
}

impl AuditEntry {
    /// The name of the action that takes a ban back.
    pub(crate) const UNBAN: &str = "unban";

    /// The details of an entry about taking back the ban of this number.
    pub(crate) fn details_of_unban(id: u64) -> String {
        format!("{NUMBER}{id}")
    }

    /// The ban that was taken back, if the entry is about that.
    pub(crate) fn lifted_ban(&self) -> Option<u64> {
        if self.action != Self::UNBAN || self.by_player || self.result != HOLDS {
            return None;
        }
        self.details.split(", ").next()?.strip_prefix(NUMBER)?.parse().ok()
    }
}

/// Before the number of a ban in the details of an entry.
const NUMBER: &str = "number ";
/// The result of an action without a target player that was carried out.
const HOLDS: &str = "holds";

impl By {
    /// This one, for this reason.
    pub fn new(actor: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { actor: actor.into(), reason: reason.into(), node: None }
    }

    /// The same by way of that node of the cluster.
    #[must_use]
    pub fn from_node(self, node: impl Into<String>) -> Self {
        Self { node: Some(node.into()), ..self }
    }
}

impl AuditEntry {
    /// Writes the entry into the log, too.
    pub(crate) fn log(&self) {
        let some = |text: &'_ str| (!text.is_empty()).then(|| text.to_owned());
        info!(
            by = self.by,
            action = self.action,
            session = self.session,
            about = self.target,
            details = some(&self.details),
            reason = some(&self.reason),
            result = self.result,
            "{}",
            if self.by_player { "action of a player" } else { "action of an operator" }
        );
    }
}

impl AuditQuery {
    /// Entries in a page.
    pub const LIMIT_MAX: usize = 1000;
    const LIMIT_DEFAULT: usize = 100;

    fn matches(&self, kept: &Kept, target: Option<&NameKey>) -> bool {
        let entry = &kept.entry;
        let is = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
        };
        self.before.is_none_or(|before| entry.id < before)
            && is(&self.by, Some(&entry.by))
            && is(&self.action, Some(&entry.action))
            && is(&self.session, entry.session.as_deref())
            && target.is_none_or(|target| kept.target == *target)
    }
}

/// The entries that are kept, each kind with the oldest first.
#[derive(Debug, Default)]
pub(crate) struct AuditLog {
    of_operators: VecDeque<Kept>,
    of_players: VecDeque<Kept>,
    /// The highest number that was given, also to those that were forgotten.
    newest: u64,
}

/// An entry, and its target as it is compared: targets are names for the most part, and every spelling of the wanted
/// one counts.
#[derive(Debug)]
struct Kept {
    entry: AuditEntry,
    target: NameKey,
}

impl AuditLog {
    pub(crate) fn next_id(&self) -> u64 {
        self.newest + 1
    }

    pub(crate) fn newest(&self) -> u64 {
        self.newest
    }

    /// The numbers up to this one were given before.
    pub(crate) fn go_on_after(&mut self, newest: u64) {
        self.newest = self.newest.max(newest);
    }

    /// Appends an entry, which must be newer than all before.
    pub(crate) fn push(&mut self, entry: AuditEntry) {
        self.go_on_after(entry.id);
        let kind = if entry.by_player { &mut self.of_players } else { &mut self.of_operators };
        let target = NameKey::of(&entry.target);
        kind.push_back(Kept { entry, target });
    }

    /// Inserts an entry that may be older than others, unless it exists already.
    pub(crate) fn insert(&mut self, entry: AuditEntry) {
        let kind = if entry.by_player { &mut self.of_players } else { &mut self.of_operators };
        let is_before = |kept: &Kept| (kept.entry.id, &kept.entry.node) < (entry.id, &entry.node);
        // A new entry is usually among the newest.
        let mut index = kind.len();
        while index.checked_sub(1).and_then(|before| kind.get(before)).is_some_and(|kept| !is_before(kept)) {
            index -= 1;
        }
        let is_there =
            kind.get(index).is_some_and(|kept| kept.entry.id == entry.id && kept.entry.node == entry.node);
        if !is_there {
            let target = NameKey::of(&entry.target);
            kind.insert(index, Kept { entry, target });
        }
    }

    /// The entry of a number.
    pub(crate) fn get(&self, id: u64) -> Option<&AuditEntry> {
        self.first_after(id.checked_sub(1)?).filter(|entry| entry.id == id)
    }

    /// The first entry with a higher number.
    pub(crate) fn first_after(&self, id: u64) -> Option<&AuditEntry> {
        let kinds = [&self.of_operators, &self.of_players];
        let first = |kind: &'_ VecDeque<Kept>| kind.partition_point(|kept| kept.entry.id <= id);
        let found = kinds.into_iter().filter_map(|kind| kind.get(first(kind)));
        found.map(|kept| &kept.entry).min_by_key(|entry| entry.id)
    }

    /// Removes entries that are too old or over the limit, and returns their numbers. Players' requests, however many,
    /// displace operators' entries only up to half of `entries_max`.
    pub(crate) fn prune(&mut self, entries_max: usize, oldest: u64) -> Vec<u64> {
        let mut gone = Vec::new();
        for kind in [&mut self.of_operators, &mut self.of_players] {
            while kind.front().is_some_and(|kept| kept.entry.at < oldest) {
                gone.extend(kind.pop_front());
            }
        }
        while self.of_operators.len() + self.of_players.len() > entries_max {
            let has_more = self.of_players.len() > entries_max / 2;
            let kind = if has_more { &mut self.of_players } else { self.with_the_oldest() };
            gone.extend(kind.pop_front());
        }
        gone.into_iter().map(|kept| kept.entry.id).collect()
    }

    fn with_the_oldest(&mut self) -> &mut VecDeque<Kept> {
        let id = |kind: &VecDeque<Kept>| kind.front().map_or(u64::MAX, |kept| kept.entry.id);
        if id(&self.of_players) < id(&self.of_operators) {
            &mut self.of_players
        } else {
            &mut self.of_operators
        }
    }

    /// A page of these entries, merged with those of other nodes.
    pub(crate) fn page(&self, query: &AuditQuery, others: Option<&Self>) -> AuditPage {
        let limit = match query.limit {
            0 => AuditQuery::LIMIT_DEFAULT,
            limit => limit.min(AuditQuery::LIMIT_MAX),
        };
        let target = query.target.as_deref().map(NameKey::of);
        let all = newest_first([Some(self), others].into_iter().flatten());
        let mut found = all.filter(|kept| query.matches(kept, target.as_ref()));
        let entries: Vec<_> = found.by_ref().take(limit).map(|kept| kept.entry.clone()).collect();
        let next = found.next().and(entries.last()).map(|entry| entry.id);
        AuditPage { entries, next }
    }
}

fn newest_first<'a>(logs: impl Iterator<Item = &'a AuditLog>) -> impl Iterator<Item = &'a Kept> {
    let kinds = logs.flat_map(|log| [&log.of_operators, &log.of_players]);
    let mut kinds: Vec<_> = kinds.map(|kind| kind.iter().rev()).collect();
    std::iter::from_fn(move || {
        let newest = kinds.iter_mut().max_by_key(|kind| (**kind).clone().next().map(|kept| kept.entry.id));
        newest.and_then(Iterator::next)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(entries: u64) -> AuditLog {
        let mut log = AuditLog::default();
        fill(&mut log, 0..entries, false);
        log
    }

    fn fill(log: &mut AuditLog, numbers: std::ops::Range<u64>, by_player: bool) {
        for number in numbers {
            log.push(AuditEntry {
                id: log.next_id(),
                at: 100 * number,
                by: if number % 2 == 0 { "Ann" } else { "Ben" }.into(),
                action: "kick".into(),
                session: None,
                target: format!("player {number}"),
                details: String::new(),
                reason: String::new(),
                result: "notified".into(),
                node: None,
                by_player,
            });
        }
    }

    fn ids(page: &AuditPage) -> Vec<u64> {
        page.entries.iter().map(|entry| entry.id).collect()
    }

    #[test]
    fn an_entry_that_version_0_2_has_stored_is_read() {
        let stored =
            r#"{"id":7,"at":2000000000,"actor":"Ann","action":"kick","target":"Bob","result":"notified"}"#;
        let entry: AuditEntry = serde_json::from_str(stored).unwrap();
        assert_eq!((entry.id, &*entry.by, &*entry.target, &*entry.result), (7, "Ann", "Bob", "notified"));
        assert_eq!((entry.session, entry.node, entry.by_player), (None, None, false));
    }

    #[test]
    fn entries_come_in_pages_the_newest_first() {
        let log = log(5);
        let first = log.page(&AuditQuery { limit: 2, ..AuditQuery::default() }, None);
        assert_eq!((ids(&first), first.next), (vec![5, 4], Some(4)));
        let second = log.page(&AuditQuery { limit: 3, before: first.next, ..AuditQuery::default() }, None);
        assert_eq!((ids(&second), second.next), (vec![3, 2, 1], None));
    }

    #[test]
    fn entries_are_found_by_operator_action_and_target() {
        let log = log(5);
        let by = |actor: &str| AuditQuery { by: Some(actor.into()), ..AuditQuery::default() };
        assert_eq!(ids(&log.page(&by("Ben"), None)), [4, 2]);
        assert!(ids(&log.page(&by("Carl"), None)).is_empty());
        let whom = AuditQuery { target: Some("PLAYER 2\u{200b}".into()), ..AuditQuery::default() };
        assert_eq!(ids(&log.page(&whom, None)), [3]);
        let elsewhere = AuditQuery { session: Some("main".into()), ..AuditQuery::default() };
        assert!(ids(&log.page(&elsewhere, None)).is_empty());
    }

    #[test]
    fn what_is_too_old_or_too_much_is_forgotten_and_no_number_comes_twice() {
        let mut log = log(5);
        assert_eq!(log.prune(4, 0), [1]);
        assert_eq!(log.prune(4, 250), [2, 3]);
        assert_eq!(log.prune(0, 0), [4, 5]);
        assert_eq!(log.next_id(), 6);
    }

    #[test]
    fn what_players_asked_for_makes_room_once_it_is_more_than_half_and_else_the_oldest_does() {
        let mut log = log(3);
        fill(&mut log, 3..20, true);
        assert_eq!(log.prune(8, 0), (4..=15).collect::<Vec<u64>>(), "operators' stay, and nothing is unused");
        let page = log.page(&AuditQuery::default(), None);
        assert_eq!(ids(&page), [20, 19, 18, 17, 16, 3, 2, 1]);
        fill(&mut log, 20..23, false);
        assert_eq!(log.prune(8, 0), [16, 1, 2], "and moderators keep their half");
        fill(&mut log, 23..40, false);
        assert_eq!(log.prune(8, 0).len(), 17);
        assert_eq!(
            ids(&log.page(&AuditQuery::default(), None)),
            (33..=40).rev().collect::<Vec<u64>>(),
            "by age else"
        );
        assert_eq!(log.prune(1, 0).len() + log.prune(0, 0).len(), 8);
    }
}
