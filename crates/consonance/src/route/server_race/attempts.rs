//! The progress of the attempts of one `connect`, at several servers.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use consonance_transport::{ClientNetwork as _, DisconnectReason, EndCode, EndKind, EndReason};

use crate::route::candidate::Candidate;
use crate::route::known_servers::ServerAddress;
use crate::route::{Route, attempts::is_silence};

pub(super) struct Attempts {
    /// Attempts under way, besides the one at the current server.
    pub(super) others: Vec<(ServerAddress, Candidate<Route>)>,
    waiting: VecDeque<Turn>,
    /// When the next attempt starts.
    next_at: Instant,
    /// The interval from the next attempt to the one after it.
    pause: Duration,
    /// Only the first attempt starts before this, so that not all clients come at once.
    not_before: Instant,
    failures: Vec<DisconnectReason>,
}

pub(super) enum Turn {
    Present,
    Other(ServerAddress),
}

impl Attempts {
    /// Tries the current server at once, and alone for the head start and the spread.
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

    /// Tries the others from `at` on, and the current server last.
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

    /// The attempt to start now, if one is due.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<Turn> {
        if self.next_at > now {
            return None;
        }
        let turn = self.waiting.pop_front()?;
        self.next_at = now + std::mem::replace(&mut self.pause, ATTEMPT_DELAY);
        Some(turn)
    }

    /// Notes a failed attempt: the next one starts at once.
    pub(super) fn note_failed(&mut self, now: Instant, reason: DisconnectReason) {
        self.failures.push(reason);
        self.next_at = self.next_at.min(now.max(self.not_before));
    }

    /// The error, once nothing is pending: a server's answer that may change takes precedence over silence, and over
    /// one that will not.
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

/// Whether another server of the session may accept a link although this one does not: it did not answer, is full or
/// going away, or is not the right server. Its answer about the player holds for all.
pub(super) fn asks_elsewhere(reason: &DisconnectReason) -> bool {
    let is_of_server = |reason: &EndReason| match reason.kind() {
        EndKind::Full | EndKind::Closing | EndKind::Elsewhere | EndKind::Version => true,
        EndKind::Other => !matches!(reason.code, EndCode::Denied | EndCode::SessionUnknown),
        EndKind::Token
        | EndKind::Password
        | EndKind::Name
        | EndKind::Banned
        | EndKind::Kicked
        | EndKind::Abuse => false,
    };
    match reason {
        DisconnectReason::ClosedByUs => false,
        DisconnectReason::ClosedByPeer { reason } | DisconnectReason::Refused { reason } => {
            is_of_server(reason)
        }
        DisconnectReason::ServerFull { .. }
        | DisconnectReason::TimedOut
        | DisconnectReason::CertificateNotTrusted { .. }
        | DisconnectReason::CouldNotResolve { .. }
        | DisconnectReason::Unreachable { .. }
        | DisconnectReason::Overloaded { .. }
        | DisconnectReason::ProtocolViolated { .. } => true,
    }
}

/// How long one server is tried alone before the next is, too (RFC 8305, section 5).
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);
