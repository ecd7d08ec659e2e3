//! One client at the server.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use consonance_link::Delivery;
use consonance_link::gateway::udp::Credit;

use crate::utp::connection::Connection;

/// A connection and the server's state of it.
#[derive(Debug)]
pub(super) struct RemoteClient {
    pub(super) connection: Connection,
    /// The source of the newest datagram: always the same host, but not always the same port.
    pub(super) address: SocketAddr,
    /// The number of bytes that may be sent there.
    pub(super) credit: Credit,
    pub(super) state: State,
    /// The server's greeting, repeated when the client repeats its request.
    pub(super) greeting: Vec<u8>,
}

/// The stage of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It has requested a connection, and waits for a decision.
    Requested,
    /// It is accepted, and has to prove its address. It can do so only after the first reliable packet, which was
    /// sent at this time: a game may take as long as it likes to decide about a newcomer.
    Welcomed { said_at: Option<Instant> },
    /// It has proved its address.
    Open,
    /// A goodbye follows when everything before it has arrived, or at this time.
    Leaving { until: Instant },
}

impl RemoteClient {
    pub(super) fn new(connection: Connection, address: SocketAddr) -> Self {
        let (state, greeting) = (State::Requested, Vec::new());
        Self { connection, address, credit: Credit::new(), state, greeting }
    }

    /// Whether it can send and receive messages.
    pub(super) fn is_heard(&self) -> bool {
        matches!(self.state, State::Welcomed { .. } | State::Open)
    }

    /// The next datagram that may leave; answers to the handshake that go beyond the credit are lost.
    pub(super) fn poll_transmit(&mut self, now: Instant, datagram: &mut Vec<u8>) -> bool {
        while match self.credit.left() {
            None => self.connection.poll_transmit(now, datagram),
            Some(left) => self.connection.poll_transmit_unproved(now, left, datagram),
        } {
            if self.credit.spend(datagram.len()) {
                return true;
            }
            datagram.clear();
        }
        false
    }

    /// Notes that a message is sent to it.
    pub(super) fn note_said(&mut self, now: Instant, delivery: Delivery) {
        if let State::Welcomed { said_at } = &mut self.state
            && delivery == Delivery::Reliable
        {
            said_at.get_or_insert(now);
        }
    }

    /// Marks the address as proved if it is; true if that has changed.
    pub(super) fn note_proof(&mut self) -> bool {
        if !self.connection.is_proved() || self.credit.is_proved() {
            return false;
        }
        self.credit.prove();
        if let State::Welcomed { .. } = self.state {
            self.state = State::Open;
        }
        true
    }

    /// The deadline of the proof, or of the next datagram from a client that cannot prove anything yet.
    pub(super) fn proof_due(&self, handshake_timeout: Duration) -> Option<Instant> {
        let State::Welcomed { said_at } = self.state else { return None };
        Some(said_at.unwrap_or(self.connection.heard_at()) + handshake_timeout)
    }

    /// The time of the next action without input.
    pub(super) fn timeout(&self, handshake_timeout: Duration) -> Instant {
        let timeout = match self.credit.left() {
            None => self.connection.timeout(),
            Some(left) => self.connection.unproved_timeout(left),
        };
        match self.state {
            State::Requested => self.connection.lost_at(),
            State::Welcomed { .. } => {
                self.proof_due(handshake_timeout).map_or(timeout, |due| timeout.min(due))
            }
            State::Leaving { until } => timeout.min(until),
            State::Open => timeout,
        }
    }
}
