//! One client at the server.

use std::net::SocketAddr;
use std::time::Instant;

use consonance_gateway::udp::Credit;

use crate::connection::Connection;

/// A connection and what the server knows about it.
#[derive(Debug)]
pub(super) struct RemoteClient {
    pub(super) connection: Connection,
    /// Where the newest datagram came from: always from the same host, but not always from the same port.
    pub(super) address: SocketAddr,
    /// What may be sent there.
    pub(super) credit: Credit,
    pub(super) state: State,
    /// What it is told when it asks again.
    pub(super) greeting: Vec<u8>,
    /// Whether it is among those that may have something to send.
    pub(super) is_dirty: bool,
}

/// How far a client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It asked, and nobody has decided.
    Knocking,
    /// It was told that it is taken in, and has to show by then that it gets what it is sent.
    Welcomed { until: Instant },
    /// It has shown that.
    Open,
    /// It is told goodbye when everything before that has arrived, or then.
    Leaving { until: Instant },
}

impl RemoteClient {
    pub(super) fn new(connection: Connection, address: SocketAddr) -> Self {
        let (state, greeting) = (State::Knocking, Vec::new());
        Self { connection, address, credit: Credit::new(), state, greeting, is_dirty: false }
    }

    /// Whether it takes and sends messages.
    pub(super) fn is_heard(&self) -> bool {
        matches!(self.state, State::Welcomed { .. } | State::Open)
    }

    /// The next datagram that may leave; those that go beyond the credit are lost, and what is reliable is repeated.
    pub(super) fn poll_transmit(&mut self, now: Instant, datagram: &mut Vec<u8>) -> bool {
        while self.connection.poll_transmit(now, datagram) {
            if self.credit.spend(datagram.len()) {
                return true;
            }
            datagram.clear();
        }
        false
    }

    /// When it is to be looked at although nothing came.
    pub(super) fn timeout(&self) -> Instant {
        match self.state {
            State::Knocking => self.connection.lost_at(),
            State::Welcomed { until } | State::Leaving { until } => self.connection.timeout().min(until),
            State::Open => self.connection.timeout(),
        }
    }
}
