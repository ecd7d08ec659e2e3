//! How clients have carried out their requests, which decides who is asked next.

use alloc::collections::{BTreeMap, BTreeSet};
use core::time::Duration;

use consonance_wire::ClientId;

use crate::group_check::PackageKeys;
use crate::time::Instant;

/// How long a client that did not answer is asked only if no other is left; twice as long each further time.
const SILENT: Duration = Duration::from_secs(5);
/// After so many times, it is no longer doubled.
const SILENCES_MAX: u32 = 5;
/// A client that joined within this time, and made no commit yet, is asked after the others: otherwise one that comes
/// back under another name each time would be asked each time.
const NEW: Duration = Duration::from_mins(1);
/// The complaints of a client that count, unless most others agree: its only means against members that did nothing.
const CREDIT: u8 = 2;

/// The clients that are, or want to be, in the group.
#[derive(Debug, Default)]
pub(super) struct Conducts {
    by_id: BTreeMap<ClientId, Conduct>,
}

#[derive(Debug)]
struct Conduct {
    since: Instant,
    /// Those of its key package; empty without a check.
    keys: PackageKeys,
    has_committed: bool,
    silent_until: Instant,
    silences: u32,
    /// The clients whose complaints about its commits counted since it was last convicted.
    accusers: BTreeSet<ClientId>,
    is_convicted: bool,
    /// It sent what no honest client sends.
    is_faulty: bool,
    credit: u8,
}

/// The lower, the earlier a client is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent, and the first that differs decides")]
pub(super) struct Rank {
    pub(super) is_convicted: bool,
    pub(super) is_silent: bool,
    /// A group that it creates cannot be followed.
    pub(super) is_blind: bool,
    pub(super) is_accused: bool,
    pub(super) is_new: bool,
}

impl Conducts {
    pub(super) fn meet(&mut self, now: Instant, id: ClientId, keys: PackageKeys) {
        let conduct = self.by_id.entry(id).or_insert_with(|| Conduct {
            since: now,
            keys: PackageKeys::default(),
            has_committed: false,
            silent_until: Instant::START,
            silences: 0,
            accusers: BTreeSet::new(),
            is_convicted: false,
            is_faulty: false,
            credit: CREDIT,
        });
        conduct.keys = keys;
    }

    /// The client has left; its id may become another's.
    pub(super) fn forget(&mut self, id: ClientId) {
        self.by_id.remove(&id);
        for conduct in self.by_id.values_mut() {
            conduct.accusers.remove(&id);
        }
    }

    pub(super) fn signer(&self, id: ClientId) -> &[u8] {
        self.by_id.get(&id).map_or(&[], |conduct| &conduct.keys.signer)
    }

    /// Whether another client has one of these keys: no commit could add both.
    pub(super) fn has_other_with(&self, id: ClientId, keys: &PackageKeys) -> bool {
        let others = self.by_id.iter().filter(|(other, _)| **other != id);
        others.map(|(_, conduct)| &conduct.keys).any(|it| it.signer == keys.signer || it.leaf == keys.leaf)
    }

    /// `None` for a client that is not asked any more.
    pub(super) fn rank(&self, now: Instant, id: ClientId) -> Option<Rank> {
        let conduct = self.by_id.get(&id)?;
        (!conduct.is_faulty).then(|| Rank {
            is_convicted: conduct.is_convicted,
            is_silent: conduct.silent_until > now,
            is_blind: false,
            is_accused: !conduct.accusers.is_empty(),
            is_new: !conduct.has_committed && now < conduct.since + NEW,
        })
    }

    /// Whether a client has no marks but that it is new.
    pub(super) fn is_spotless(&self, now: Instant, id: ClientId) -> bool {
        self.rank(now, id).is_some_and(|rank| !rank.is_convicted && !rank.is_silent && !rank.is_accused)
    }

    pub(super) fn note_commit(&mut self, id: ClientId) {
        if let Some(conduct) = self.by_id.get_mut(&id) {
            conduct.has_committed = true;
            conduct.silences = 0;
            conduct.silent_until = Instant::START;
        }
    }

    /// It did not answer a request, declined it, or left newcomers out.
    pub(super) fn note_silence(&mut self, now: Instant, id: ClientId) {
        if let Some(conduct) = self.by_id.get_mut(&id) {
            conduct.silent_until = now + SILENT * (1 << conduct.silences.min(SILENCES_MAX));
            conduct.silences = conduct.silences.saturating_add(1);
        }
    }

    /// It sent what does not hold.
    pub(super) fn note_fault(&mut self, id: ClientId) {
        if let Some(conduct) = self.by_id.get_mut(&id) {
            conduct.is_faulty = true;
        }
    }

    /// Handles a complaint of one client about another. Returns the number of clients that have complained about the
    /// target, or `None` if the complaint does not count.
    pub(super) fn accuse(&mut self, accuser: ClientId, target: ClientId) -> Option<usize> {
        let conduct = self.by_id.get_mut(&accuser).filter(|conduct| conduct.credit > 0)?;
        conduct.credit -= 1;
        let accusers = self.by_id.get_mut(&target).map(|conduct| &mut conduct.accusers);
        Some(accusers.map_or(0, |accusers| {
            accusers.insert(accuser);
            accusers.len()
        }))
    }

    /// Most others agree with these complaints.
    pub(super) fn confirm(&mut self, accusers: &BTreeSet<ClientId>) {
        for id in accusers {
            if let Some(conduct) = self.by_id.get_mut(id) {
                conduct.credit = CREDIT;
            }
        }
    }

    pub(super) fn convict(&mut self, id: ClientId) {
        if let Some(conduct) = self.by_id.get_mut(&id) {
            conduct.is_convicted = true;
            // A second removal takes as many complaints as the first.
            conduct.accusers.clear();
        }
    }
}
