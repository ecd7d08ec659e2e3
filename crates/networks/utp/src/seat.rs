//! One client at the server.

use std::net::SocketAddr;
use std::time::Instant;

use crate::connection::Connection;

/// A connection and what the server knows about it.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) connection: Connection,
    /// Where the newest datagram came from.
    pub(crate) address: SocketAddr,
    pub(crate) state: State,
    /// What it is told when it asks again.
    pub(crate) greeting: Vec<u8>,
    /// Whether it is among those that may have something to send.
    pub(crate) is_dirty: bool,
}

/// How far a client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It asked, and nobody has decided.
    Knocking,
    /// It was told that it is taken in, and has to show by then that it is there.
    Welcomed { until: Instant },
    /// It is there.
    Open,
    /// It is told goodbye when everything before that has arrived, or then.
    Leaving { until: Instant },
}

impl State {
    /// Whether more than a request counts for it.
    pub(crate) fn is_proved(self) -> bool {
        matches!(self, Self::Open | Self::Leaving { .. })
    }
}

impl Seat {
    pub(crate) fn new(connection: Connection, address: SocketAddr) -> Self {
        let (state, greeting) = (State::Knocking, Vec::new());
        Self { connection, address, state, greeting, is_dirty: false }
    }

    /// When it is to be looked at although nothing came.
    pub(crate) fn timeout(&self) -> Instant {
        match self.state {
            State::Knocking => self.connection.lost_at(),
            State::Welcomed { until } | State::Leaving { until } => self.connection.timeout().min(until),
            State::Open => self.connection.timeout(),
        }
    }
}
