//! The server's state of one client.

use std::net::SocketAddr;
use std::time::Instant;

use consonance_link::DisconnectReason;

use crate::forge::link::Link;

#[derive(Debug)]
pub(super) struct RemoteClient {
    pub(super) address: SocketAddr,
    pub(super) link: Link,
    pub(super) phase: Phase,
    /// The deadline for the proof of its address.
    pub(super) prove_until: Instant,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Reported, and not accepted yet.
    Requested,
    Up,
    /// The goodbye is being sent, until this time.
    Leaving {
        until: Instant,
        reason: DisconnectReason,
    },
}

impl RemoteClient {
    /// Why the connection is over, if it is.
    pub(super) fn end(&self, now: Instant) -> Option<DisconnectReason> {
        match &self.phase {
            Phase::Leaving { until, reason } if self.link.is_confirmed() || *until <= now => {
                Some(reason.clone())
            }
            _ => (self.lost_at() <= now).then_some(DisconnectReason::TimedOut),
        }
    }

    /// The time of the next action.
    pub(super) fn due(&self) -> Instant {
        let due = self.link.poll_timeout().min(self.lost_at());
        match self.phase {
            Phase::Leaving { until, .. } => due.min(until),
            Phase::Requested | Phase::Up => due,
        }
    }

    fn lost_at(&self) -> Instant {
        let lost_at = self.link.lost_at();
        if self.link.is_proved() { lost_at } else { lost_at.min(self.prove_until) }
    }
}
