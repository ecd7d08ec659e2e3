//! The state of a session that admits no newcomers, temporarily or because it ends: they are refused with the reason.

use alloc::boxed::Box;
use core::time::Duration;

use consonance_wire::Closing;

use crate::link::CloseReason;
use crate::time::Instant;

/// Whether newcomers can join. Clients that are here, or resume their place, are not affected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum JoinState {
    /// All newcomers that the other rules admit can join.
    #[default]
    Open,
    /// No newcomers can join: the session is about to end.
    Draining,
    /// No newcomers can join for now: the server is overloaded.
    Overloaded {
        /// The time until a newcomer may try again, in seconds; it receives this number.
        retry_in_s: u32,
    },
}

/// Whether newcomers can join, and whether the session is about to end.
#[derive(Debug, Default)]
pub(super) struct JoinGate {
    join_state: JoinState,
    drain: Option<Drain>,
}

/// The end of the session, for clients that come back in the meantime.
#[derive(Debug)]
struct Drain {
    ends_at: Instant,
    address: Option<Box<str>>,
}

impl JoinGate {
    /// Sets whether newcomers can join.
    pub(super) fn set_join_state(&mut self, join_state: JoinState) {
        self.join_state = join_state;
    }

    /// Announces the end of the session, with the address where its clients continue if there is one: newcomers are
    /// refused.
    pub(super) fn begin_drain(&mut self, ends_at: Instant, address: Option<Box<str>>) {
        self.join_state = JoinState::Draining;
        self.drain = Some(Drain { ends_at, address });
    }

    /// Cancels the end of the session and reopens joining. False if no end was announced.
    pub(super) fn end_drain(&mut self) -> bool {
        if self.drain.take().is_none() {
            return false;
        }
        self.join_state = JoinState::Open;
        true
    }

    /// Whether the session is about to end.
    pub(super) fn is_draining(&self) -> bool {
        self.drain.is_some()
    }

    /// The reason for refusing a newcomer, if it is refused.
    pub(super) fn refusal(&self) -> Option<CloseReason> {
        match self.join_state {
            JoinState::Open => None,
            JoinState::Draining => {
                let redirect = self.drain.as_ref().and_then(|drain| drain.address.clone());
                Some(CloseReason::Draining { redirect })
            }
            JoinState::Overloaded { retry_in_s } => Some(CloseReason::AtItsLimit { retry_in_s }),
        }
    }

    /// The announcement that a returning client has missed, if the session is about to end.
    pub(super) fn missed_news(&self, now: Instant) -> Option<Closing<'_>> {
        let Drain { ends_at, address } = self.drain.as_ref()?;
        Some(closing(millis(ends_at.since(now)), 0, address.as_deref()))
    }
}

/// The announcement of a session's end to a client.
pub(super) fn closing(in_ms: u32, leave_in_ms: u32, address: Option<&str>) -> Closing<'_> {
    match address {
        Some(address) => Closing::Moves { in_ms, leave_in_ms, address },
        None => Closing::Ends { in_ms },
    }
}

/// Whole milliseconds, up to the maximum on the wire.
pub(super) fn millis(span: Duration) -> u32 {
    u32::try_from(span.as_millis()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
