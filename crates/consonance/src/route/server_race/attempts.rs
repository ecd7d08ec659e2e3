//! How far the attempts of one `connect` are, at several servers.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use consonance_transport::{ClientTransport as _, DisconnectReason, EndCode, EndKind, EndReason};

use crate::route::candidate::Candidate;
use crate::route::known_servers::ServerAddress;
use crate::route::{Route, attempts::is_silence};

pub(super) struct Attempts {
    /// Those that are under way besides the one at the present server.
    pub(super) others: Vec<(ServerAddress, Candidate<Route>)>,
    waiting: VecDeque<Turn>,
    /// When the next one begins.
    next_at: Instant,
    /// How much later the one after that begins.
    pause: Duration,
    /// Before this none but the first begins, so that not all clients come at once.
    not_before: Instant,
    failures: Vec<DisconnectReason>,
}

pub(super) enum Turn {
    Present,
    Other(ServerAddress),
}

impl Attempts {
    /// The present server is tried at once, and alone for the head start and the spread.
    pub(super) fn of_present_first(
        now: Instant,
        head_start: Duration,
        spread: Duration,
        others: Vec<ServerAddress>,
    ) -> Self {
        let mut attempts = Self::of_others_first(now + spread, others);
        attempts.waiting.rotate_right(1);
        (attempts.next_at, attempts.pause) = (now, head_start + spread);
        attempts
    }

    /// The others are tried from `at` on, and the present server at last.
    pub(super) fn of_others_first(at: Instant, others: Vec<ServerAddress>) -> Self {
        let waiting = others.into_iter().map(Turn::Other).chain([Turn::Present]).collect();
        Self {
            others: Vec::new(),
            waiting,
            next_at: at,
            pause: ATTEMPT_DELAY,
            not_before: at,
            failures: Vec::new(),
        }
    }

    /// Which one begins now.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<Turn> {
        if self.next_at > now {
            return None;
        }
        let turn = self.waiting.pop_front()?;
        self.next_at = now + std::mem::replace(&mut self.pause, ATTEMPT_DELAY);
        Some(turn)
    }

    /// One of them gives no link: the next one waits no longer.
    pub(super) fn note_failed(&mut self, now: Instant, reason: DisconnectReason) {
        self.failures.push(reason);
        self.next_at = self.next_at.min(now.max(self.not_before));
    }

    /// Why no link comes about, once nothing waits and nothing is under way here: the answer of a server that may
    /// change is worth more than silence, and than one that will not.
    pub(super) fn failure(&mut self) -> Option<DisconnectReason> {
        if !self.others.is_empty() || !self.waiting.is_empty() {
            return None;
        }
        let rank = |reason: &&DisconnectReason| (reason.is_worth_retrying(), !is_silence(reason));
        let best = self.failures.iter().rev().max_by_key(rank);
        Some(best.cloned().unwrap_or(DisconnectReason::TimedOut))
    }

    pub(super) fn wants_poll_at(&self) -> Option<Instant> {
        let others = self.others.iter().filter_map(|(_, candidate)| candidate.transport.wants_poll_at());
        let next = (!self.waiting.is_empty()).then_some(self.next_at);
        others.chain(next).min()
    }
}

/// Whether another server of the session may give a link although this one does not: it did not answer, it has no room
/// or goes away, or it is not the one that it should be. What it says about the player holds for all.
pub(super) fn asks_elsewhere(reason: &DisconnectReason) -> bool {
    let is_of_server = |reason: &EndReason| match reason.kind() {
        EndKind::Full | EndKind::Closing | EndKind::Elsewhere | EndKind::Version => true,
        EndKind::Other => !matches!(reason.code, EndCode::Denied | EndCode::SessionUnknown),
        _ => false,
    };
    match reason {
        DisconnectReason::ClosedByUs => false,
        DisconnectReason::ClosedByPeer { reason } | DisconnectReason::Refused { reason } => {
            is_of_server(reason)
        }
        _ => true,
    }
}

/// How long one server is tried alone before the next is, too (RFC 8305, section 5).
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);
