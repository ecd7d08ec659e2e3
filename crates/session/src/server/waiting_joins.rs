//! Newcomers that have completed the handshake and wait for the driver's admission.

use alloc::collections::{BTreeMap, BTreeSet};

use consonance_wire::names::PlayerName;
use consonance_wire::{CodecParameters, ResumeTicket};

use crate::join_token::JoinToken;
use crate::link::LinkId;
use crate::time::Instant;

/// A link that has completed the handshake and is not in the session yet.
#[derive(Clone, Debug)]
pub(super) struct Newcomer {
    pub(super) link: LinkId,
    pub(super) name: PlayerName,
    pub(super) codec: CodecParameters,
    /// The token that it presents for its name.
    pub(super) join_token: JoinToken,
    /// The ticket of its former place.
    pub(super) ticket: Option<ResumeTicket>,
}

/// Newcomers about which the driver was asked, by link.
#[derive(Debug, Default)]
pub(super) struct WaitingJoins {
    waiting: BTreeMap<LinkId, Waiting>,
    /// The times by which the driver must have answered.
    deadlines: BTreeSet<(Instant, LinkId)>,
}

#[derive(Debug)]
struct Waiting {
    newcomer: Newcomer,
    deadline: Instant,
}

/// The result of asking for a newcomer's admission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asking {
    /// The newcomer waits: the driver must be asked.
    Asked,
    /// The driver has already been asked about its link; the request brought nothing new.
    Repeated,
    /// The maximum number of newcomers is waiting.
    Full,
}

impl WaitingJoins {
    /// Adds a newcomer that waits until `deadline`, unless `most` are waiting already.
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

    /// Removes a newcomer: the driver has answered, or its link is gone.
    pub(super) fn take(&mut self, link: LinkId) -> Option<Newcomer> {
        let Waiting { newcomer, deadline } = self.waiting.remove(&link)?;
        self.deadlines.remove(&(deadline, link));
        Some(newcomer)
    }

    pub(super) fn is_waiting(&self, link: LinkId) -> bool {
        self.waiting.contains_key(&link)
    }

    /// The next time by which the driver must have answered.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.first().map(|&(deadline, _)| deadline)
    }

    /// A newcomer about which the driver has not answered in time.
    pub(super) fn overdue(&self, now: Instant) -> Option<LinkId> {
        self.deadlines.first().filter(|(deadline, _)| *deadline <= now).map(|&(_, link)| link)
    }
}

#[cfg(test)]
mod tests;
