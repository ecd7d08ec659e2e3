//! The server's state of one client.

use std::net::SocketAddr;
use std::time::Instant;

use consonance_transport::DisconnectReason;

use crate::link::Link;

#[derive(Debug)]
pub(super) struct RemoteClient {
    pub(super) address: SocketAddr,
    pub(super) link: Link,
    pub(super) stage: Stage,
    pub(super) proof: Proof,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Reported, and not accepted yet.
    Requested,
    Up,
    /// The goodbye is being sent, until this time.
    Leaving {
        until: Instant,
        reason: DisconnectReason,
    },
}

/// Whether an address is proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// The proof must arrive by then.
    Missing {
        until: Instant,
    },
    Given,
}

impl RemoteClient {
    /// Why the connection is over, if it is.
    pub(super) fn end(&self, now: Instant) -> Option<DisconnectReason> {
        match &self.stage {
            Stage::Leaving { until, reason } if self.link.is_confirmed() || *until <= now => {
                Some(reason.clone())
            }
            _ => (self.lost_at() <= now).then_some(DisconnectReason::TimedOut),
        }
    }

    /// The time of the next action.
    pub(super) fn due(&self) -> Instant {
        let due = self.link.poll_timeout().min(self.lost_at());
        match self.stage {
            Stage::Leaving { until, .. } => due.min(until),
            Stage::Requested | Stage::Up => due,
        }
    }

    fn lost_at(&self) -> Instant {
        match self.proof {
            Proof::Missing { until } => self.link.lost_at().min(until),
            Proof::Given => self.link.lost_at(),
        }
    }
}
