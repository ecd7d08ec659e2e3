//! The progress of the attempts at one server, over its primary network and the fallback.

use std::time::{Duration, Instant};

use consonance_link::DisconnectReason;

#[derive(Debug)]
pub(super) struct Attempts {
    /// When the fallback is tried too; `None` once it is, or if there is none.
    fallback_at: Option<Instant>,
    primary_failure: Option<DisconnectReason>,
    fallback_failure: Option<DisconnectReason>,
    head_start: Duration,
}

impl Attempts {
    /// Starts with the primary network alone: for this head start, or until its end if there is no fallback.
    pub(super) fn new(now: Instant, head_start: Option<Duration>) -> Self {
        Self {
            fallback_at: head_start.map(|head_start| now + head_start),
            primary_failure: None,
            fallback_failure: None,
            head_start: head_start.unwrap_or_default(),
        }
    }

    /// When the fallback is to be tried.
    pub(super) fn fallback_at(&self) -> Option<Instant> {
        self.fallback_at
    }

    /// Whether the fallback is to be tried now; true once.
    pub(super) fn take_fallback_due(&mut self, now: Instant) -> bool {
        self.fallback_at.take_if(|at| *at <= now).is_some()
    }

    /// Notes that the primary network got no answer: waiting longer gains nothing.
    pub(super) fn note_primary_failed(&mut self, now: Instant, reason: DisconnectReason) {
        self.primary_failure = Some(reason);
        self.fallback_at = self.fallback_at.map(|at| at.min(now));
    }

    pub(super) fn note_fallback_failed(&mut self, reason: DisconnectReason) {
        self.fallback_failure = Some(reason);
    }

    /// Why the fallback is used, in words.
    pub(super) fn why_fallback(&self) -> String {
        match &self.primary_failure {
            Some(reason) => reason.to_string(),
            None => format!("no answer over UDP within {:?}", self.head_start),
        }
    }

    /// The error, once both networks have failed and no attempt over the fallback is pending.
    pub(super) fn failure(&self) -> Option<DisconnectReason> {
        if self.fallback_at.is_some() {
            return None;
        }
        let primary = self.primary_failure.clone()?;
        Some(match (primary, &self.fallback_failure) {
            // The server was reached, and has given a reason.
            (_, Some(answer @ (DisconnectReason::Refused { .. } | DisconnectReason::ServerFull { .. }))) => {
                answer.clone()
            }
            (DisconnectReason::Unreachable { address, cause }, Some(fallback)) => {
                DisconnectReason::Unreachable {
                    address,
                    cause: format!("{cause}; over WebSocket: {fallback}"),
                }
            }
            (primary, _) => primary,
        })
    }
}
