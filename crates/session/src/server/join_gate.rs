//! A session that admits no newcomers, for now or because it ends: they are refused with the reason.

use alloc::boxed::Box;
use core::time::Duration;

use consonance_wire::Closing;

use crate::link::CloseReason;
use crate::time::Instant;

/// Whether newcomers can join. Clients that are here, or resume their place, are not affected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum JoinState {
    /// All newcomers that the other rules admit.
    #[default]
    Open,
    /// None: the session is to end.
    Draining,
    /// None for now: the server is overloaded.
    Overloaded {
        /// When a newcomer may try again, in seconds; it is told.
        retry_in_s: u32,
    },
}

/// Whether newcomers can join, and whether the session is to end.
#[derive(Debug, Default)]
pub(super) struct JoinGate {
    join_state: JoinState,
    drain: Option<Drain>,
}

/// What is remembered for clients that come back to a session that ends.
#[derive(Debug)]
struct Drain {
    ends_at: Instant,
    address: Option<Box<str>>,
}

impl JoinGate {
    /// Whether newcomers can join from now on.
    pub(super) fn set_join_state(&mut self, join_state: JoinState) {
        self.join_state = join_state;
    }

    /// The session ends at a time, and its clients go on at an address if there is one: no newcomer comes in any more.
    pub(super) fn begin_drain(&mut self, ends_at: Instant, address: Option<Box<str>>) {
        self.join_state = JoinState::Draining;
        self.drain = Some(Drain { ends_at, address });
    }

    /// The session stays, and joining is open again. False if it was not to end.
    pub(super) fn end_drain(&mut self) -> bool {
        if self.drain.take().is_none() {
            return false;
        }
        self.join_state = JoinState::Open;
        true
    }

    /// Whether the session is to end.
    pub(super) fn is_draining(&self) -> bool {
        self.drain.is_some()
    }

    /// Why a newcomer does not come in, if it does not.
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

    /// What a client that comes back has missed, if the session is to end.
    pub(super) fn missed_news(&self, now: Instant) -> Option<Closing<'_>> {
        let Drain { ends_at, address } = self.drain.as_ref()?;
        Some(closing(millis(ends_at.since(now)), 0, address.as_deref()))
    }
}

/// What a client is told of the end of a session.
pub(super) fn closing(in_ms: u32, leave_in_ms: u32, address: Option<&str>) -> Closing<'_> {
    match address {
        Some(address) => Closing::Moves { in_ms, leave_in_ms, address },
        None => Closing::Ends { in_ms },
    }
}

/// Whole milliseconds, as many as the wire can tell.
pub(super) fn millis(span: Duration) -> u32 {
    u32::try_from(span.as_millis()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
