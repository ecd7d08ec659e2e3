//! Which player holds the session.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use crate::belief::Belief;
use crate::{HostChoice, PlayerId};

/// One player's part in finding the host, without a clock: it is told who comes, goes and believes what.
///
/// A host stays host as long as it is there. When it goes, the player with the lowest number takes its place.
#[derive(Debug)]
pub(crate) struct Election {
    choice: HostChoice,
    me: PlayerId,
    belief: Option<Belief>,
    /// What others have told last.
    told: BTreeMap<PlayerId, Belief>,
    /// Who has left lately, so that nobody waits for it.
    gone: VecDeque<PlayerId>,
    /// Since when the host has not been seen.
    host_missing_since: Option<Instant>,
    /// Others do not know our belief yet.
    is_news: bool,
}

impl Election {
    pub(crate) fn new(choice: HostChoice, me: PlayerId) -> Self {
        let alone = Belief { term: 0, is_agreed: false, host: me };
        Self {
            choice,
            me,
            belief: (choice == HostChoice::Elected).then_some(alone),
            told: BTreeMap::new(),
            gone: VecDeque::new(),
            host_missing_since: None,
            is_news: false,
        }
    }

    pub(crate) fn belief(&self) -> Option<Belief> {
        self.belief
    }

    pub(crate) fn host(&self) -> Option<PlayerId> {
        self.belief.map(|belief| belief.host)
    }

    /// Whether the host itself knows that it is.
    pub(crate) fn is_host_ready(&self) -> bool {
        let Some(host) = self.host() else { return false };
        host == self.me || self.told.get(&host).is_some_and(|belief| belief.host == host)
    }

    /// The game says who is host; without effect where players elect it.
    pub(crate) fn choose(&mut self, host: Option<PlayerId>) {
        if self.choice == HostChoice::AsTold && host != self.host() {
            self.belief = host.map(|host| Belief { term: 0, is_agreed: true, host });
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

    pub(crate) fn handle_belief(&mut self, from: PlayerId, belief: Belief) {
        self.told.insert(from, belief);
        if self.choice == HostChoice::Elected && self.belief.is_some_and(|ours| belief.is_better_than(&ours))
        {
            self.adopt(belief);
        }
    }

    /// Time has passed, or somebody came or went: who is there now, without us, and how long to wait for a
    /// host that was never seen here.
    pub(crate) fn look(&mut self, now: Instant, present: &[PlayerId], patience: Duration) {
        let (HostChoice::Elected, Some(belief)) = (self.choice, self.belief) else { return };
        if belief.host == self.me {
            self.host_missing_since = None;
            let is_agreed = belief.is_agreed || self.told.values().any(|other| other.host == self.me);
            if is_agreed != belief.is_agreed {
                self.adopt(Belief { is_agreed, ..belief });
            }
        } else if present.contains(&belief.host) {
            self.host_missing_since = None;
        } else {
            let since = *self.host_missing_since.get_or_insert(now);
            let is_lost = self.gone.contains(&belief.host) || now.duration_since(since) >= patience;
            if is_lost && present.iter().all(|&other| self.me < other) {
                self.adopt(Belief { term: belief.term.saturating_add(1), is_agreed: true, host: self.me });
            }
        }
    }

    /// Whether everybody is to be told our belief, once for each change.
    pub(crate) fn take_news(&mut self) -> bool {
        std::mem::take(&mut self.is_news)
    }

    fn adopt(&mut self, belief: Belief) {
        self.belief = Some(belief);
        self.host_missing_since = None;
        self.is_news = true;
    }
}

/// Players who have left and are remembered.
const GONE_MAX: usize = 64;
