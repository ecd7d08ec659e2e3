//! How far the attempts of one `connect` are, over both networks.

use std::time::{Duration, Instant};

use consonance_transport::DisconnectReason;

#[derive(Debug)]
pub(super) struct Attempts {
    /// When the fallback is tried, too; none once it is, or if there is none.
    pub(super) fallback_at: Option<Instant>,
    pub(super) primary_failure: Option<DisconnectReason>,
    pub(super) fallback_failure: Option<DisconnectReason>,
    head_start: Duration,
}

impl Attempts {
    /// The primary network is tried alone for so long.
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

    /// Why no link comes about, once both networks have failed; no attempt is under way over the fallback.
    pub(super) fn failure(&self) -> Option<DisconnectReason> {
        if self.fallback_at.is_some() {
            return None;
        }
        let primary = self.primary_failure.clone()?;
        Some(match (primary, &self.fallback_failure) {
            // The server is there, and has said why not.
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
