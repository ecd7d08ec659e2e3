//! One client at the server.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use consonance_gateway::udp::Credit;
use consonance_transport::Delivery;

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
    /// It asked, and waits for a decision.
    Requested,
    /// It was told that it is admitted, and has to show that it gets what it is sent. It cannot before something
    /// reliable was said to it, first at this time: a game may take as long as it likes to decide about a newcomer.
    Welcomed { said_at: Option<Instant> },
    /// It has shown that.
    Open,
    /// It is told goodbye when everything before that has arrived, or then.
    Leaving { until: Instant },
}

impl RemoteClient {
    pub(super) fn new(connection: Connection, address: SocketAddr) -> Self {
        let (state, greeting) = (State::Requested, Vec::new());
        Self { connection, address, credit: Credit::new(), state, greeting, is_dirty: false }
    }

    /// Whether it takes and sends messages.
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

    /// Something is said to it.
    pub(super) fn note_said(&mut self, now: Instant, delivery: Delivery) {
        if let State::Welcomed { said_at } = &mut self.state
            && delivery == Delivery::Reliable
        {
            said_at.get_or_insert(now);
        }
    }

    /// Looks whether it has shown by now that it gets what it is sent; true if it does at this moment.
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

    /// When it has to go if it shows nothing, or if nothing is heard of it while it cannot show anything.
    pub(super) fn proof_due(&self, proof_within: Duration) -> Option<Instant> {
        let State::Welcomed { said_at } = self.state else { return None };
        Some(said_at.unwrap_or(self.connection.heard_at()) + proof_within)
    }

    /// When it is to be looked at although nothing came.
    pub(super) fn timeout(&self, proof_within: Duration) -> Instant {
        let timeout = match self.credit.left() {
            None => self.connection.timeout(),
            Some(left) => self.connection.unproved_timeout(left),
        };
        match self.state {
            State::Requested => self.connection.lost_at(),
            State::Welcomed { .. } => self.proof_due(proof_within).map_or(timeout, |due| timeout.min(due)),
            State::Leaving { until } => timeout.min(until),
            State::Open => timeout,
        }
    }
}
