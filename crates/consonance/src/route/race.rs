//! The attempts of one `connect`: at the current server, and at others a little after.

use std::collections::VecDeque;
use std::task::Waker;
use std::time::{Duration, Instant};

use consonance_link::{DisconnectReason, EndCode, EndKind, EndReason, Statistics};

use super::known_servers::ServerAddress;
use super::link::is_silence;
use super::path::Path;
use super::retiring::Retiring;

pub(super) struct Race {
    /// Attempts under way, besides the one at the current server.
    others: Vec<(ServerAddress, Path)>,
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
    Current,
    Other(ServerAddress),
}

impl Race {
    /// Tries the current server at once, and alone for the head start and the spread.
    pub(super) fn of_current_first(
        now: Instant,
        head_start: Duration,
        spread: Duration,
        others: Vec<ServerAddress>,
    ) -> Self {
        let mut race = Self::of_others_first(now + spread, others);
        race.waiting.rotate_right(1);
        (race.next_at, race.pause) = (now, head_start + spread);
        race
    }

    /// Tries the others from `at` on, and the current server last.
    pub(super) fn of_others_first(at: Instant, others: Vec<ServerAddress>) -> Self {
        let waiting = others.into_iter().map(Turn::Other).chain([Turn::Current]).collect();
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

    /// Adds an attempt that has started.
    pub(super) fn add(&mut self, server: ServerAddress, path: Path) {
        self.others.push((server, path));
    }

    /// Polls the attempts at the other servers: takes the first that is up, and the failures of those that are over.
    pub(super) fn poll_others(
        &mut self,
        now: Instant,
        retiring: &mut Retiring,
    ) -> (Option<(ServerAddress, Path)>, Vec<DisconnectReason>) {
        let (mut winner, mut failures) = (None, Vec::new());
        for (server, mut path) in std::mem::take(&mut self.others) {
            match path.poll_outcome(now, retiring) {
                Some(Ok(())) if winner.is_none() => winner = Some((server, path)),
                Some(Ok(())) | None => self.others.push((server, path)),
                Some(Err(reason)) => {
                    path.retire(now, retiring);
                    failures.push(reason);
                }
            }
        }
        (winner, failures)
    }

    /// Notes a failed attempt: the next one starts at once.
    pub(super) fn note_failed(&mut self, now: Instant, reason: DisconnectReason) {
        self.failures.push(reason);
        self.next_at = self.next_at.min(now.max(self.not_before));
    }

    /// The error, once nothing is pending: a server's answer that may change takes precedence over silence, and over
    /// one that will not.
    pub(super) fn failure(&self) -> Option<DisconnectReason> {
        if !self.others.is_empty() || !self.waiting.is_empty() {
            return None;
        }
        let rank = |reason: &&DisconnectReason| (reason.is_worth_retrying(), !is_silence(reason));
        let best = self.failures.iter().rev().max_by_key(rank);
        Some(best.cloned().unwrap_or(DisconnectReason::TimedOut))
    }

    /// Ends the attempts at the other servers.
    pub(super) fn retire(&mut self, now: Instant, retiring: &mut Retiring) {
        self.others.drain(..).for_each(|(_, path)| path.retire(now, retiring));
    }

    pub(super) fn set_waker(&mut self, waker: &Waker) {
        self.others.iter_mut().for_each(|(_, path)| path.set_waker(waker));
    }

    pub(super) fn wants_poll_at(&self) -> Option<Instant> {
        let others = self.others.iter().filter_map(|(_, path)| path.wants_poll_at());
        let next = (!self.waiting.is_empty()).then_some(self.next_at);
        others.chain(next).min()
    }

    pub(super) fn statistics(&self) -> Statistics {
        self.others.iter().fold(Statistics::default(), |all, (_, path)| all.with(&path.statistics()))
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
