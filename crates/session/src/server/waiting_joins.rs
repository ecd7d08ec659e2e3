//! Newcomers that have shaken hands and wait for the driver to say whether they may join.

use alloc::collections::{BTreeMap, BTreeSet};

use consonance_name_key::PlayerName;
use consonance_wire::{CodecParameters, ResumeTicket};

use crate::join_token::JoinToken;
use crate::link::LinkId;
use crate::time::Instant;

/// A link that has shaken hands and is not in the session yet.
#[derive(Clone, Debug)]
pub(super) struct Newcomer {
    pub(super) link: LinkId,
    pub(super) name: PlayerName,
    pub(super) codec: CodecParameters,
    /// What it has to show for its name.
    pub(super) join_token: JoinToken,
    /// Of the place that it had.
    pub(super) ticket: Option<ResumeTicket>,
}

/// Newcomers about which the driver was asked, by link.
#[derive(Debug, Default)]
pub(super) struct WaitingJoins {
    waiting: BTreeMap<LinkId, Waiting>,
    /// When the driver has to have answered.
    deadlines: BTreeSet<(Instant, LinkId)>,
}

#[derive(Debug)]
struct Waiting {
    newcomer: Newcomer,
    deadline: Instant,
}

/// Whether a newcomer waits from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asking {
    /// It does: the driver is to be asked.
    Asked,
    /// The driver thinks about its link already; it said nothing new.
    Repeated,
    /// As many wait as may.
    Full,
}

impl WaitingJoins {
    /// A newcomer waits until `deadline`, unless `most` wait already.
    pub(super) fn ask(&mut self, newcomer: Newcomer, deadline: Instant, most: usize) -> Asking {
        let link = newcomer.link;
        if self.is_waiting(link) {
            return Asking::Repeated;
        }
        if self.waiting.len() >= most {
            return Asking::Full;
        }
        self.waiting.insert(link, Waiting { newcomer, deadline });
        self.deadlines.insert((deadline, link));
        Asking::Asked
    }

    /// A newcomer waits no longer: the driver has answered, or its link is gone.
    pub(super) fn take(&mut self, link: LinkId) -> Option<Newcomer> {
        let Waiting { newcomer, deadline } = self.waiting.remove(&link)?;
        self.deadlines.remove(&(deadline, link));
        Some(newcomer)
    }

    pub(super) fn is_waiting(&self, link: LinkId) -> bool {
        self.waiting.contains_key(&link)
    }

    /// When the driver has to have answered next.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.first().map(|&(deadline, _)| deadline)
    }

    /// A newcomer about which the driver has said nothing in time.
    pub(super) fn overdue(&self, now: Instant) -> Option<LinkId> {
        self.deadlines.first().filter(|(deadline, _)| *deadline <= now).map(|&(_, link)| link)
    }
}

#[cfg(test)]
mod tests;
