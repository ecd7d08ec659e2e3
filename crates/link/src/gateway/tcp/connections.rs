//! All connections of a server or a client, driven by calls.

mod moving;
mod polling;

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr};
#[cfg(target_os = "linux")]
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;

use super::acceptor::Acceptor;
use super::connection::{Connection, State};
use super::{TcpEnd, TcpEvent, TcpId, TcpSettings, socket};
use crate::gateway::Timers;
#[cfg(target_os = "linux")]
use crate::gateway::readiness::Interest;
use crate::gateway::readiness::{Readiness, Ready};

pub use moving::MovedTcp;

/// TCP connections that are accepted or made, told apart by [`TcpId`].
///
/// Nothing here blocks. Everything happens inside [`poll`](Self::poll), but for what [`send`](Self::send) and
/// [`flush`](Self::flush) write at once.
#[derive(Debug)]
pub struct TcpConnections {
    settings: TcpSettings,
    /// The listening socket, as long as connections are accepted.
    acceptor: Option<Acceptor>,
    readiness: Readiness,
    connections: BTreeMap<TcpId, Connection>,
    next_id: u64,
    events: VecDeque<TcpEvent>,
    /// When connections that say goodbye are given up.
    deadlines: Timers<TcpId>,
    /// Connections with data to write since the last flush.
    dirty: Vec<TcpId>,
    /// Looks since the last poll that found nothing.
    looks: u32,
    ready: Vec<Ready>,
    buffer: Vec<u8>,
    rejected: u64,
    /// When calls outside of `poll` caused the first event that waits.
    events_since: Option<Instant>,
}

impl TcpConnections {
    /// Without a listener: for connections that we [make](Self::connect).
    ///
    /// # Errors
    ///
    /// The system has no descriptor left.
    pub fn new(settings: TcpSettings) -> io::Result<Self> {
        Ok(Self {
            settings,
            acceptor: None,
            readiness: Readiness::new()?,
            connections: BTreeMap::new(),
            next_id: 1,
            events: VecDeque::new(),
            deadlines: Timers::default(),
            dirty: Vec::new(),
            looks: 0,
            ready: Vec::new(),
            buffer: vec![0; polling::READ_BYTES],
            rejected: 0,
            events_since: None,
        })
    }

    /// Accepts connections to this address; an unspecified IPv6 address takes IPv4 too.
    ///
    /// # Errors
    ///
    /// The system's error: the port is in use, or we may not bind it.
    pub fn listen(address: SocketAddr, settings: TcpSettings) -> io::Result<Self> {
        let mut connections = Self::new(settings)?;
        connections.acceptor = Some(Acceptor::open(address, &mut connections.readiness)?);
        Ok(connections)
    }

    /// The address that we listen on.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.acceptor.as_ref().and_then(Acceptor::local_addr)
    }

    /// Stops accepting connections.
    pub fn stop_listening(&mut self) {
        if let Some(acceptor) = self.acceptor.take() {
            acceptor.close(&mut self.readiness);
        }
    }

    /// Begins to connect, from this local address if one is given. It ends in `Opened` or `Closed`.
    pub fn connect(&mut self, now: Instant, remote: SocketAddr, local: Option<IpAddr>) -> TcpId {
        let id = self.next_id();
        let made = socket::connect(remote, local).and_then(|stream| {
            socket::prepare(&stream, &self.settings)?;
            let connection = Connection::new(stream, remote, State::Opening);
            self.readiness.add(&connection.stream, id.0, connection.interest)?;
            Ok(connection)
        });
        match made {
            Ok(connection) => {
                self.connections.insert(id, connection);
            }
            Err(error) => self.note(now, TcpEvent::Closed { id, end: TcpEnd::Failed(error) }),
        }
        id
    }

    /// The next event, or `None`. Call it until it returns `None`.
    ///
    /// It returns `None` now and then although there is more, so that others get their turn; the
    /// [descriptor](Self::descriptor) stays readable then.
    pub fn poll(&mut self, now: Instant) -> Option<TcpEvent> {
        loop {
            if let Some(event) = self.next_event() {
                return Some(event);
            }
            self.events_since = None;
            if self.looks < polling::LOOKS_MAX && self.look(now) {
                self.looks += 1;
                continue;
            }
            self.looks = 0;
            self.flush(now);
            return self.next_event();
        }
    }

    /// Received bytes that are not consumed yet.
    pub fn received(&self, id: TcpId) -> &[u8] {
        self.connections.get(&id).map_or(&[], |connection| connection.incoming.bytes())
    }

    /// Removes this many bytes from the beginning of the received ones.
    pub fn consume(&mut self, id: TcpId, count: usize) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        connection.incoming.consume(count);
        self.update_interest(id);
    }

    /// Sends bytes that are given in parts. They leave at the next [`flush`](Self::flush) or at the end of a `poll`.
    ///
    /// With more than [`outgoing_bytes_max`](TcpSettings::outgoing_bytes_max) waiting, the connection ends. What is
    /// sent on a connection that is finished or gone is dropped.
    pub fn send(&mut self, now: Instant, id: TcpId, parts: &[&[u8]]) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        if !matches!(connection.state, State::Opening | State::Open) {
            return;
        }
        for part in parts {
            connection.outgoing.push(part);
        }
        if !std::mem::replace(&mut connection.is_dirty, true) {
            self.dirty.push(id);
        }
        if connection.outgoing.len() > self.settings.outgoing_bytes_max {
            self.write(now, id);
            let waiting = self.connections.get(&id).map_or(0, |connection| connection.outgoing.len());
            if waiting > self.settings.outgoing_bytes_max {
                self.end(now, id, TcpEnd::TooSlow);
            }
        }
    }

    /// How many bytes wait to be sent.
    pub fn waiting_bytes(&self, id: TcpId) -> usize {
        self.connections.get(&id).map_or(0, |connection| connection.outgoing.len())
    }

    /// Writes what [`send`](Self::send) has collected.
    pub fn flush(&mut self, now: Instant) {
        while let Some(id) = self.dirty.pop() {
            if let Some(connection) = self.connections.get_mut(&id) {
                connection.is_dirty = false;
                if connection.state != State::Opening {
                    self.write(now, id);
                }
            }
        }
    }

    /// Ends a connection in order: what was sent before is delivered, if the other side takes it
    /// [soon](TcpSettings::goodbye_timeout). Nothing from it is reported after this call but its `Closed`.
    pub fn finish(&mut self, now: Instant, id: TcpId) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        match connection.state {
            State::Opening => self.end(now, id, TcpEnd::Finished),
            State::Open => {
                connection.state = State::Finishing;
                connection.incoming.clear();
                self.events.retain(|event| !matches!(event, TcpEvent::Received { id: of } if *of == id));
                self.deadlines.set(id, now + self.settings.goodbye_timeout);
                self.write(now, id);
            }
            State::Finishing | State::Lingering | State::Ended => {}
        }
    }

    /// Ends a connection at once, without sending the rest and without an event.
    pub fn abort(&mut self, id: TcpId) {
        if let Some(connection) = self.remove(id) {
            socket::forget_unsent(&connection.stream);
        }
    }

    /// When `poll` will have something to do although nothing comes.
    pub fn poll_timeout(&self) -> Option<Instant> {
        [self.deadlines.next(), self.acceptor.as_ref().and_then(Acceptor::opens_again_at), self.events_since]
            .into_iter()
            .flatten()
            .min()
    }

    /// Whether the [descriptor](Self::descriptor) tells of everything that comes.
    pub const fn wakes() -> bool {
        cfg!(target_os = "linux")
    }

    /// A descriptor that is readable when `poll` has something to do.
    #[cfg(target_os = "linux")]
    pub fn descriptor(&self) -> BorrowedFd<'_> {
        self.readiness.descriptor()
    }

    /// Makes the [descriptor](Self::descriptor) readable also when this socket is, such as one for datagrams beside the
    /// connections. Its user reads it; it leaves when it is closed.
    ///
    /// # Errors
    ///
    /// The system's, as when too many sockets are watched.
    #[cfg(target_os = "linux")]
    pub fn watch(&mut self, socket: impl AsFd) -> io::Result<()> {
        self.readiness.add(socket, WATCHED, Interest::READ)
    }

    /// How many connections there are, those that say goodbye included.
    pub fn len(&self) -> usize {
        self.connections.len()
    }

    /// Whether there is no connection.
    pub fn is_empty(&self) -> bool {
        self.connections.is_empty()
    }

    /// How many were closed as soon as they came, because there were
    /// [too many](TcpSettings::connections_max).
    pub fn rejected(&self) -> u64 {
        self.rejected
    }

    /// Whether a connection still exists, even if it is only closing.
    pub fn contains(&self, id: TcpId) -> bool {
        self.connections.contains_key(&id)
    }

    /// Our address of a connection.
    pub fn local_addr_of(&self, id: TcpId) -> Option<SocketAddr> {
        self.connections.get(&id).and_then(|connection| connection.stream.local_addr().ok())
    }

    fn next_id(&mut self) -> TcpId {
        let id = TcpId(self.next_id);
        self.next_id += 1;
        id
    }

    /// Events of connections that were aborted meanwhile are left out.
    fn next_event(&mut self) -> Option<TcpEvent> {
        while let Some(event) = self.events.pop_front() {
            match &event {
                TcpEvent::Opened { id, .. } | TcpEvent::Received { id } => {
                    if self.connections.contains_key(id) {
                        return Some(event);
                    }
                }
                TcpEvent::Closed { id, .. } => {
                    let state = self.connections.get(id).map(|connection| connection.state);
                    if state == Some(State::Ended) {
                        self.remove(*id);
                    }
                    return Some(event);
                }
            }
        }
        None
    }

    fn note(&mut self, now: Instant, event: TcpEvent) {
        self.events.push_back(event);
        self.events_since.get_or_insert(now);
    }

    fn remove(&mut self, id: TcpId) -> Option<Connection> {
        let connection = self.connections.remove(&id)?;
        self.readiness.remove(&connection.stream, id.0);
        self.deadlines.clear(id);
        Some(connection)
    }

    fn update_interest(&mut self, id: TcpId) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let wanted = connection.wants(&self.settings);
        if connection.interest != wanted && self.readiness.change(&connection.stream, id.0, wanted).is_ok() {
            connection.interest = wanted;
        }
    }
}

/// The key of a descriptor watched for the caller; connections count up from 1 and never reach it.
const WATCHED: u64 = u64::MAX;
