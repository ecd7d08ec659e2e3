//! Names that stay reserved for the accounts that used them after their players have left: no other player gets them
//! meanwhile, on any network.
//!
//! Accounts cost nothing, so none can keep many names from others: each has the last one that it used, and all of one
//! place together have a few.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};

use consonance_wire::names::NameKey;

use super::origin::Origin;

/// The names that accounts of all sessions used last.
#[derive(Debug, Default)]
pub(super) struct AccountNames {
    names: HashMap<SessionName, Kept>,
    /// The same by their accounts.
    by_account: HashMap<(Box<str>, Box<str>), NameKey>,
    by_use: BTreeMap<u64, SessionName>,
    by_origin: BTreeMap<Origin, BTreeSet<u64>>,
    uses: u64,
}

/// A session and a name, however it is spelled.
type SessionName = (Box<str>, NameKey);

#[derive(Debug)]
struct Kept {
    account: Box<str>,
    origin: Origin,
    /// Counts uses.
    last_use: u64,
    /// When the link of its last use ended, if it has.
    left_at: Option<Instant>,
}

/// The rules for keeping names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keeping {
    /// Names that are kept at once.
    pub(super) most: usize,
    /// How long one is kept after its player has left.
    pub(super) lasts: Duration,
}

/// Names that accounts of one origin keep.
const PER_ORIGIN_MAX: usize = 64;

impl AccountNames {
    /// The account that a name is kept for now.
    pub(super) fn account_of(
        &self,
        now: Instant,
        session: &str,
        name: &str,
        keeping: Keeping,
    ) -> Option<&str> {
        // Without kept names, do not compute the key.
        if self.names.is_empty() {
            return None;
        }
        let kept = self.names.get(&(session.into(), NameKey::of(name)))?;
        let is_over = |left_at: Instant| now.saturating_duration_since(left_at) >= keeping.lasts;
        (!kept.left_at.is_some_and(is_over)).then_some(&*kept.account)
    }

    /// A player with this account has joined with this name. Returns the number of this use.
    pub(super) fn note(
        &mut self,
        session: &str,
        name: &str,
        account: &str,
        origin: &Origin,
        keeping: Keeping,
    ) -> u64 {
        let session_name = (Box::<str>::from(session), NameKey::of(name));
        self.forget(&session_name);
        let of_account = (Box::<str>::from(session), Box::<str>::from(account));
        if let Some(former) = self.by_account.get(&of_account).cloned() {
            self.forget(&(session.into(), former));
        }
        let origin = origin.site().unwrap_or_else(|| origin.clone());
        self.uses += 1;
        let last_use = self.uses;
        self.by_account.insert(of_account, session_name.1.clone());
        self.by_use.insert(last_use, session_name.clone());
        let of_origin = self.by_origin.entry(origin.clone()).or_default();
        of_origin.insert(last_use);
        let oldest = of_origin.first().copied().filter(|_| of_origin.len() > PER_ORIGIN_MAX);
        self.names.insert(session_name, Kept { account: account.into(), origin, last_use, left_at: None });
        self.forget_use(oldest);
        while self.names.len() > keeping.most {
            self.forget_use(self.by_use.keys().next().copied());
        }
        last_use
    }

    /// The link of this use has ended. It does not matter if the account has used the name again since.
    pub(super) fn note_left(&mut self, now: Instant, last_use: u64) {
        if let Some(name) = self.by_use.get(&last_use)
            && let Some(kept) = self.names.get_mut(name)
        {
            kept.left_at = Some(now);
        }
    }

    /// Keeps a name no longer; returns the account that it was kept for.
    pub(super) fn release(&mut self, session: &str, name: &str) -> Option<Box<str>> {
        let session_name = (session.into(), NameKey::of(name));
        let account = self.names.get(&session_name)?.account.clone();
        self.forget(&session_name);
        Some(account)
    }

    fn forget_use(&mut self, last_use: Option<u64>) {
        if let Some(name) = last_use.and_then(|last_use| self.by_use.get(&last_use)).cloned() {
            self.forget(&name);
        }
    }

    fn forget(&mut self, name: &SessionName) {
        let Some(Kept { account, origin, last_use, .. }) = self.names.remove(name) else { return };
        self.by_account.remove(&(name.0.clone(), account));
        self.by_use.remove(&last_use);
        if let Some(of_origin) = self.by_origin.get_mut(&origin) {
            of_origin.remove(&last_use);
            if of_origin.is_empty() {
                self.by_origin.remove(&origin);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keeping(most: usize) -> Keeping {
        Keeping { most, lasts: Duration::from_mins(10) }
    }

    fn account_of<'n>(names: &'n AccountNames, session: &str, name: &str) -> Option<&'n str> {
        names.account_of(Instant::now(), session, name, keeping(0))
    }

    fn from(remote: &str) -> Origin {
        Origin::of(&remote.into())
    }

    fn lengths(names: &AccountNames) -> [usize; 4] {
        let of_origins = names.by_origin.values().map(BTreeSet::len).sum();
        [names.names.len(), names.by_account.len(), names.by_use.len(), of_origins]
    }

    #[test]
    fn an_account_keeps_the_last_name_that_it_used_in_each_session_in_any_spelling() {
        let mut names = AccountNames::default();
        let here = from("192.0.2.1:7");
        names.note("main", "Mia", "a", &here, keeping(9));
        names.note("other", "Mia", "b", &here, keeping(9));
        assert_eq!(account_of(&names, "main", "MIA"), Some("a"));
        assert_eq!(account_of(&names, "other", "Mia"), Some("b"));
        assert_eq!(account_of(&names, "third", "Mia"), None);
        names.note("main", "Mia2", "a", &here, keeping(9));
        assert_eq!(
            (account_of(&names, "main", "Mia"), account_of(&names, "main", "Mia2")),
            (None, Some("a"))
        );
        names.note("main", "Mia2", "c", &here, keeping(9));
        assert_eq!(account_of(&names, "main", "Mia2"), Some("c"), "which was admitted with a better claim");
        assert_eq!(lengths(&names), [2; 4]);
    }

    #[test]
    fn of_too_many_the_one_that_was_used_longest_ago_goes() {
        let mut names = AccountNames::default();
        let note = |names: &mut AccountNames, number: u32, most| {
            let place = from(&format!("192.0.2.{}:7", number % 200));
            names.note(
                "main",
                &format!("name {number}"),
                &format!("account {number}"),
                &place,
                keeping(most),
            );
        };
        (0..3).for_each(|number| note(&mut names, number, 3));
        note(&mut names, 0, 3);
        note(&mut names, 3, 3);
        let kept =
            |names: &AccountNames, number| account_of(names, "main", &format!("name {number}")).is_some();
        assert_eq!([0, 1, 2, 3].map(|number| kept(&names, number)), [true, false, true, true]);
        note(&mut names, 4, 1);
        assert_eq!((lengths(&names), kept(&names, 4)), ([1; 4], true));
        note(&mut names, 5, 0);
        assert_eq!(lengths(&names), [0; 4]);
    }

    #[test]
    fn accounts_of_one_place_push_out_only_each_other() {
        let mut names = AccountNames::default();
        names.note("main", "Mia", "a", &from("192.0.2.1:7"), keeping(10_000));
        for number in 0..1000 {
            let place = from(&format!("[2001:db8:1:{number:x}::1]:7"));
            names.note(
                "main",
                &format!("name {number}"),
                &format!("account {number}"),
                &place,
                keeping(10_000),
            );
        }
        assert_eq!(
            (account_of(&names, "main", "Mia"), lengths(&names)),
            (Some("a"), [PER_ORIGIN_MAX + 1; 4])
        );
        assert!(account_of(&names, "main", "name 999").is_some());
    }

    #[test]
    fn a_name_is_kept_while_its_player_is_here_and_for_a_while_after_it_has_left() {
        let mut names = AccountNames::default();
        let (began, here) = (Instant::now(), from("192.0.2.1:7"));
        let at = |minutes| began + Duration::from_mins(minutes);
        let kept = |names: &AccountNames, minutes| {
            names.account_of(at(minutes), "main", "Mia", keeping(9)).is_some()
        };
        let first = names.note("main", "Mia", "a", &here, keeping(9));
        assert!(kept(&names, 10_000), "she is here");
        let second = names.note("main", "Mia", "a", &here, keeping(9));
        names.note_left(at(1), first);
        assert!(kept(&names, 10_000), "it was her former link that ended");
        names.note_left(at(10), second);
        assert_eq!([kept(&names, 19), kept(&names, 20)], [true, false]);
        names.note("main", "Mia", "b", &here, keeping(9));
        assert_eq!((kept(&names, 10_000), lengths(&names)), (true, [1; 4]));
        assert_eq!(names.release("main", "MIA").as_deref(), Some("b"));
        assert_eq!((names.release("main", "Mia"), lengths(&names)), (None, [0; 4]));
    }
}
