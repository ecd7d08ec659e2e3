//! Polling all connections: which have something to do, and doing it.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Instant;

use super::super::connection::{Connection, State};
use super::super::{TcpEnd, TcpEvent, TcpId, acceptor, socket};
use super::{TcpConnections, WATCHED};
use crate::gateway::readiness::Ready;

/// How much is read from one connection before others get their turn, in bytes.
pub(super) const READ_BYTES: usize = 64 * 1024;
/// How often one poll checks for more before it returns `None`.
pub(super) const LOOKS_MAX: u32 = 16;
/// How many newcomers are accepted at each check.
const NEWCOMERS_MAX: usize = 64;

impl TcpConnections {
    /// True if anything was done.
    pub(super) fn look(&mut self, now: Instant) -> bool {
        let mut is_busy = self.give_up_late_ones(now);
        let mut ready = std::mem::take(&mut self.ready);
        self.readiness.look(&mut ready);
        for ready in ready.drain(..) {
            is_busy |= match ready.key {
                acceptor::KEY => self.take_in_newcomers(now),
                WATCHED => false,
                id => self.handle_ready(now, TcpId(id), ready),
            };
        }
        self.ready = ready;
        is_busy
    }

    fn give_up_late_ones(&mut self, now: Instant) -> bool {
        let mut is_busy = false;
        while let Some(id) = self.deadlines.pop(now) {
            is_busy = true;
            match self.connections.get(&id).map(|connection| connection.state) {
                Some(State::Finishing) => self.end(now, id, TcpEnd::Finished),
                Some(State::Lingering) => self.abort(id),
                _ => {}
            }
        }
        if let Some(acceptor) = &mut self.acceptor {
            acceptor.handle_timeout(now, &mut self.readiness);
        }
        is_busy
    }

    fn take_in_newcomers(&mut self, now: Instant) -> bool {
        let mut is_busy = false;
        for _ in 0..NEWCOMERS_MAX {
            let Some(acceptor) = &mut self.acceptor else { break };
            let Some((stream, remote)) = acceptor.next(now, &mut self.readiness) else { break };
            is_busy = true;
            // A socket that cannot be registered for lack of memory is rejected like one over the limit.
            let is_full = self.connections.len() >= self.settings.connections_max;
            if is_full || self.accept(stream, remote).is_err() {
                self.rejected += 1;
            }
        }
        is_busy
    }

    fn accept(&mut self, stream: TcpStream, remote: SocketAddr) -> io::Result<()> {
        socket::prepare(&stream, &self.settings)?;
        let id = self.next_id();
        let connection = Connection::new(stream, remote, State::Open);
        self.readiness.add(&connection.stream, id.0, connection.interest)?;
        self.connections.insert(id, connection);
        self.events.push_back(TcpEvent::Opened { id, remote });
        Ok(())
    }

    fn handle_ready(&mut self, now: Instant, id: TcpId, ready: Ready) -> bool {
        let Some(connection) = self.connections.get_mut(&id) else { return false };
        match connection.state {
            State::Opening => return self.handle_opening(now, id),
            State::Open if ready.is_over && !connection.wants(&self.settings).read => {
                // The user does not read the received bytes and no more can arrive: waiting for the user could take
                // forever.
                self.end(now, id, TcpEnd::ByPeer);
                return true;
            }
            State::Ended => return false,
            State::Open | State::Finishing | State::Lingering => {}
        }
        let mut is_busy = ready.write && self.write(now, id);
        if ready.read {
            is_busy |= self.read(now, id);
        }
        is_busy
    }

    fn handle_opening(&mut self, now: Instant, id: TcpId) -> bool {
        let Some(connection) = self.connections.get_mut(&id) else { return false };
        match connection.is_made() {
            Ok(false) => return false,
            Ok(true) => {
                connection.state = State::Open;
                let remote = connection.remote;
                self.events.push_back(TcpEvent::Opened { id, remote });
                self.write(now, id);
            }
            Err(error) => self.end(now, id, TcpEnd::Failed(error)),
        }
        true
    }

    fn read(&mut self, now: Instant, id: TcpId) -> bool {
        let Some(connection) = self.connections.get_mut(&id) else { return false };
        let read = match connection.state {
            State::Open => connection.read(&mut self.buffer, &self.settings),
            State::Finishing | State::Lingering => connection.read_away(&mut self.buffer),
            State::Opening | State::Ended => return false,
        };
        let state = connection.state;
        match (state, read) {
            (_, Ok(0)) => return false,
            (State::Open, Ok(_)) => self.events.push_back(TcpEvent::Received { id }),
            (State::Open, Err(end)) => self.end(now, id, end),
            // The user has already been notified of the end.
            (State::Lingering, Err(_)) => drop(self.remove(id)),
            // Finishing: a peer that has stopped sending may still be reading.
            _ => {}
        }
        self.update_interest(id);
        true
    }

    pub(super) fn write(&mut self, now: Instant, id: TcpId) -> bool {
        let Some(connection) = self.connections.get_mut(&id) else { return false };
        let written = match (connection.state, connection.write()) {
            (State::Finishing, Err(_)) => {
                self.end(now, id, TcpEnd::Finished);
                return true;
            }
            (_, Err(end)) => {
                self.end(now, id, end);
                return true;
            }
            (_, Ok(written)) => written,
        };
        if matches!(connection.state, State::Finishing) && connection.outgoing.is_empty() {
            self.say_goodbye(now, id);
            return true;
        }
        self.update_interest(id);
        written > 0
    }

    /// Says goodbye once everything is written.
    fn say_goodbye(&mut self, now: Instant, id: TcpId) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        // If the peer is gone, no goodbye can be sent.
        let _ = connection.stream.shutdown(Shutdown::Write);
        if connection.is_read_to_the_end() {
            self.end(now, id, TcpEnd::Finished);
            return;
        }
        connection.state = State::Lingering;
        self.deadlines.set(id, now + self.settings.goodbye_timeout);
        self.note(now, TcpEvent::Closed { id, end: TcpEnd::Finished });
        self.update_interest(id);
    }

    pub(super) fn end(&mut self, now: Instant, id: TcpId, end: TcpEnd) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        if matches!(end, TcpEnd::TooSlow) {
            socket::forget_unsent(&connection.stream);
        }
        self.deadlines.clear(id);
        connection.state = State::Ended;
        connection.outgoing.clear();
        self.note(now, TcpEvent::Closed { id, end });
        self.update_interest(id);
    }
}
