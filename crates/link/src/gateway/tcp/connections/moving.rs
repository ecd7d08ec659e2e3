//! Connections that move from one thread to another.

use std::io;
use std::net::SocketAddr;
use std::time::Instant;

use super::super::connection::{Connection, State};
use super::super::{TcpEvent, TcpId};
use super::TcpConnections;

/// A connection on its way to another [`TcpConnections`], with what came over it and what waits to
/// leave. Dropping it closes it.
#[derive(Debug)]
pub struct MovedTcp(Connection);

impl MovedTcp {
    /// The address of the other end.
    pub fn remote(&self) -> SocketAddr {
        self.0.remote
    }
}

impl TcpConnections {
    /// Gives a connection away; it is no longer reported here. `None` if it is not open: then it stays here, and will
    /// be reported as closed.
    pub fn give_away(&mut self, id: TcpId) -> Option<MovedTcp> {
        if !self.is_open(id) {
            return None;
        }
        self.remove(id).map(MovedTcp)
    }

    /// Whether a connection exists and neither side has ended it, as far as that is known here.
    pub fn is_open(&self, id: TcpId) -> bool {
        self.connections.get(&id).is_some_and(|connection| connection.state == State::Open)
    }

    /// Accepts a connection that another one gave away, under a new name, even beyond the limit. Its unread bytes
    /// count as having arrived now.
    ///
    /// # Errors
    ///
    /// The system's, as when too many sockets are watched; the connection is closed.
    pub fn take_over(&mut self, now: Instant, moved: MovedTcp) -> io::Result<TcpId> {
        let MovedTcp(mut connection) = moved;
        let id = self.next_id();
        connection.interest = connection.wants(&self.settings);
        connection.is_dirty = !connection.outgoing.is_empty();
        self.readiness.add(&connection.stream, id.0, connection.interest)?;
        if connection.is_dirty {
            self.dirty.push(id);
        }
        if !connection.incoming.bytes().is_empty() {
            self.note(now, TcpEvent::Received { id });
        }
        self.connections.insert(id, connection);
        Ok(id)
    }
}
