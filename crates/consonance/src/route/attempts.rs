//! The progress of the attempts of one `connect`, over both networks.

use std::time::{Duration, Instant};

use consonance_transport::DisconnectReason;

#[derive(Debug)]
pub(super) struct Attempts {
    /// When the fallback is tried too; `None` once it is, or if there is none.
    pub(super) fallback_at: Option<Instant>,
    pub(super) primary_failure: Option<DisconnectReason>,
    pub(super) fallback_failure: Option<DisconnectReason>,
    head_start: Duration,
}

impl Attempts {
    /// Starts with the primary network alone for `head_start`.
    pub(super) fn new(now: Instant, head_start: Duration) -> Self {
        let fallback_at = Some(now + head_start);
        Self { fallback_at, primary_failure: None, fallback_failure: None, head_start }
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

/// Whether there was no answer at all, so that another network may work: a server that answers does so over any.
pub(super) fn is_silence(reason: &DisconnectReason) -> bool {
    matches!(reason, DisconnectReason::Unreachable { .. } | DisconnectReason::TimedOut)
}
