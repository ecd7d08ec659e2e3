//! The election of the player that holds the session.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use crate::matchbox::host_claim::HostClaim;
use crate::matchbox::{HostChoice, PlayerId};

/// One player's part in the election of the host, without a clock: its input is the players that come and go, and
/// their claims.
///
/// A host stays host as long as it is present. When it leaves, the player with the lowest number follows.
#[derive(Debug)]
pub(crate) struct Election {
    choice: HostChoice,
    me: PlayerId,
    claim: Option<HostClaim>,
    /// The latest claim of each other player.
    told: BTreeMap<PlayerId, HostClaim>,
    /// Players that left recently, and are not waited for.
    gone: VecDeque<PlayerId>,
    /// The time since which the host has been missing.
    host_missing_since: Option<Instant>,
    /// Other players do not have our claim yet.
    is_news: bool,
}

impl Election {
    pub(crate) fn new(choice: HostChoice, me: PlayerId) -> Self {
        let alone = HostClaim { term: 0, is_agreed: false, host: me };
        Self {
            choice,
            me,
            claim: (choice == HostChoice::Elected).then_some(alone),
            told: BTreeMap::new(),
            gone: VecDeque::new(),
            host_missing_since: None,
            is_news: false,
        }
    }

    pub(crate) fn claim(&self) -> Option<HostClaim> {
        self.claim
    }

    pub(crate) fn host(&self) -> Option<PlayerId> {
        self.claim.map(|claim| claim.host)
    }

    /// Whether the host itself knows that it is.
    pub(crate) fn is_host_ready(&self) -> bool {
        let Some(host) = self.host() else { return false };
        host == self.me || self.told.get(&host).is_some_and(|claim| claim.host == host)
    }

    /// Names the host; no effect if players elect it.
    pub(crate) fn choose(&mut self, host: Option<PlayerId>) {
        if self.choice == HostChoice::AsTold && host != self.host() {
            self.claim = host.map(|host| HostClaim { term: 0, is_agreed: true, host });
            self.is_news = true;
        }
    }

    pub(crate) fn handle_gone(&mut self, player: PlayerId) {
        self.told.remove(&player);
        self.gone.push_back(player);
        if self.gone.len() > GONE_MAX {
            self.gone.pop_front();
        }
    }

    pub(crate) fn handle_claim(&mut self, from: PlayerId, claim: HostClaim) {
        self.told.insert(from, claim);
        if self.choice == HostChoice::Elected && self.claim.is_some_and(|ours| claim.is_better_than(&ours)) {
            self.adopt(claim);
        }
    }

    /// Time has passed, or players came or went: the present players without us, and how long to wait for a host that
    /// was never seen here.
    pub(crate) fn look(&mut self, now: Instant, present: &[PlayerId], patience: Duration) {
        let (HostChoice::Elected, Some(claim)) = (self.choice, self.claim) else { return };
        if claim.host == self.me {
            self.host_missing_since = None;
            let is_agreed = claim.is_agreed || self.told.values().any(|other| other.host == self.me);
            if is_agreed != claim.is_agreed {
                self.adopt(HostClaim { is_agreed, ..claim });
            }
        } else if present.contains(&claim.host) {
            self.host_missing_since = None;
        } else {
            let since = *self.host_missing_since.get_or_insert(now);
            let is_lost = self.gone.contains(&claim.host) || now.duration_since(since) >= patience;
            if is_lost && present.iter().all(|&other| self.me < other) {
                self.adopt(HostClaim { term: claim.term.saturating_add(1), is_agreed: true, host: self.me });
            }
        }
    }

    /// Whether all players are to be told our claim, once for each change.
    pub(crate) fn take_news(&mut self) -> bool {
        std::mem::take(&mut self.is_news)
    }

    fn adopt(&mut self, claim: HostClaim) {
        self.claim = Some(claim);
        self.host_missing_since = None;
        self.is_news = true;
    }
}

/// Players that have left and are remembered.
const GONE_MAX: usize = 64;
