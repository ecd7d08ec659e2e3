//! What the signalling server's thread does: bytes of connections in, messages of the server out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use consonance_gateway::tcp::{TcpConnections, TcpEvent, TcpId};
use consonance_gateway::websocket::{ForeignPage, Request};
use consonance_transport::{NoHandshakeSlot, address_prefix};
use tungstenite::protocol::frame::coding::CloseCode;

use super::super::counts::SignallingCounts;
use super::super::message::SignalMessage;
use super::super::pace::Pace;
use super::super::places::Places;
use super::super::server::{Guest, SignallingServer};
use super::{Shared, SignallingListenerSettings};
use crate::web_socket::{SocketEvent, WebSocket};

pub(super) struct Driver {
    connections: TcpConnections,
    settings: SignallingListenerSettings,
    server: SignallingServer,
    sockets: HashMap<TcpId, Socket>,
    pace: Pace,
    places: Places,
    sent_away: u64,
    rejected: u64,
    not_taken: u64,
    not_welcome: u64,
    ping_at: Instant,
}

struct Socket {
    from: IpAddr,
    speech: WebSocket,
    /// When it is given up: until hands are shaken, and after the goodbye.
    until: Option<Instant>,
    /// We said goodbye. It has its place until its connection is gone.
    is_over: bool,
    owes_pong: bool,
}

impl Driver {
    pub(super) fn new(connections: TcpConnections, settings: SignallingListenerSettings) -> Self {
        let server = SignallingServer::new(settings.signalling.clone());
        let now = Instant::now();
        let ping_at = now + settings.ping_interval;
        let pace = Pace::new(settings.messages_max, settings.messages_per_address_max);
        let places = Places::new(settings.place_limits());
        Self {
            connections,
            settings,
            server,
            sockets: HashMap::new(),
            pace,
            places,
            sent_away: 0,
            rejected: 0,
            not_taken: 0,
            not_welcome: 0,
            ping_at,
        }
    }

    pub(super) fn run(mut self, shared: &Shared) {
        while !shared.is_over.load(Ordering::Acquire) {
            let now = Instant::now();
            let mut was_idle = true;
            while let Some(event) = self.connections.poll(now) {
                was_idle = false;
                self.handle(now, &event);
                self.pass_messages_on(now);
            }
            self.handle_timeouts(now);
            self.connections.flush(now);
            *shared.counts.lock().unwrap_or_else(PoisonError::into_inner) = self.counts();
            if was_idle {
                self.wait();
            }
        }
    }

    fn counts(&self) -> SignallingCounts {
        let counts = self.server.counts();
        SignallingCounts {
            sent_away: self.sent_away,
            rejected: self.rejected + self.connections.rejected(),
            not_taken: self.not_taken,
            not_welcome: self.not_welcome + counts.not_welcome,
            ..counts
        }
    }

    /// Until something comes, but not so long that the end of this server goes unnoticed.
    #[cfg(target_os = "linux")]
    fn wait(&self) {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let notice = Timespec { tv_sec: 0, tv_nsec: NOTICE_INTERVAL.as_nanos() as i64 };
        let descriptor = self.connections.descriptor();
        // An error is a signal: a look too many.
        let _ = poll(&mut [PollFd::new(&descriptor, PollFlags::IN)], Some(&notice));
    }

    #[cfg(not(target_os = "linux"))]
    fn wait(&self) {
        std::thread::sleep(Duration::from_millis(5));
    }

    fn handle(&mut self, now: Instant, event: &TcpEvent) {
        match *event {
            TcpEvent::Opened { id, remote } => self.open(now, id, remote.ip()),
            TcpEvent::Received { id } => self.receive(now, id),
            // It may be there for a moment after our goodbye, and has its place as long.
            TcpEvent::Closed { id, .. } if self.connections.contains(id) => {}
            TcpEvent::Closed { id, .. } => self.forget(id),
        }
    }

    fn open(&mut self, now: Instant, id: TcpId, from: IpAddr) {
        let local = self.connections.local_addr_of(id).map(|address| address.ip().to_canonical());
        let is_here = from.to_canonical().is_loopback() || local == Some(from.to_canonical());
        match self.places.take(now, id, from, is_here) {
            Ok(None) => {}
            Ok(Some(gone)) => {
                self.rejected += 1;
                self.give_up(gone);
            }
            Err(NoHandshakeSlot) => {
                self.rejected += 1;
                return self.connections.abort(id);
            }
        }
        let tls = match &self.settings.tls {
            Some(config) => match rustls::ServerConnection::new(Arc::clone(config)) {
                Ok(tls) => Some(tls),
                Err(_) => return self.give_up(id),
            },
            None => None,
        };
        let speech = WebSocket::accept(tls, self.settings.message_bytes_max);
        let until = Some(now + self.settings.handshake_max);
        self.sockets.insert(id, Socket { from, speech, until, is_over: false, owes_pong: false });
    }

    fn receive(&mut self, now: Instant, id: TcpId) {
        let Some(socket) = self.sockets.get_mut(&id) else { return };
        let bytes = self.connections.received(id);
        let length = bytes.len();
        let mut events = Vec::new();
        socket.speech.handle_bytes(bytes, |event| events.push(event));
        self.connections.consume(id, length);
        for event in events {
            match event {
                SocketEvent::Open(request) => self.welcome(id, request.as_ref()),
                SocketEvent::Message(message) => self.take(now, id, &message),
                SocketEvent::Pong => {
                    if let Some(socket) = self.sockets.get_mut(&id) {
                        socket.owes_pong = false;
                    }
                }
                SocketEvent::Closed(_) => self.finish(now, id),
            }
        }
        self.write(now, id);
    }

    fn welcome(&mut self, id: TcpId, request: Option<&Request>) {
        let Some(socket) = self.sockets.get_mut(&id) else { return };
        socket.until = None;
        let Some(request) = request else {
            self.not_welcome += 1;
            return socket.speech.close(CloseCode::Policy, TWO_HOSTS);
        };
        if self.settings.origins.check(request, "webrtc-network").is_err() {
            self.not_welcome += 1;
            return socket.speech.close(CloseCode::Policy, ForeignPage::WORDS);
        }
        if let Err(error) = self.server.handle_connected(Guest(id.0), socket.from, &request.path) {
            // 1008, as the stock server says it.
            socket.speech.close(CloseCode::Policy, &error.to_string());
        } else if self.server.is_owner(Guest(id.0)) {
            self.places.become_owner(id);
        }
    }

    fn take(&mut self, now: Instant, id: TcpId, message: &[u8]) {
        // A client that was disconnected in the middle of a read is not heard any more.
        let Some(socket) = self.sockets.get_mut(&id).filter(|socket| !socket.is_over) else { return };
        let guest = Guest(id.0);
        // The owner of reserved addresses says more the more players come, and is ours.
        if !self.server.is_owner(guest) && !self.pace.take(now, guest, address_prefix(socket.from)) {
            socket.speech.close(CloseCode::Policy, "too many messages came from your address");
            self.sent_away += 1;
            return self.finish(now, id);
        }
        let is_pending = self.places.is_pending(id);
        if is_pending && !self.places.has_room_for(id) {
            socket.speech.close(CloseCode::Again, "the server is full; try again later");
            self.rejected += 1;
            return self.finish(now, id);
        }
        self.server.handle_message(guest, message);
        if is_pending && self.server.is_guest(guest) {
            self.places.become_guest(id);
        }
    }

    fn pass_messages_on(&mut self, now: Instant) {
        while let Some((guest, message)) = self.server.poll_transmit() {
            let id = TcpId(guest.0);
            if matches!(message, SignalMessage::Relayed { .. }) && self.is_behind(now, id) {
                self.not_taken += 1;
            } else if let Some(socket) = self.sockets.get_mut(&id) {
                socket.speech.send(message.to_bytes());
                self.write(now, id);
            }
        }
    }

    /// Whether a client has left so much unread that what others say to it has to go, lest they have it sent away as
    /// too slow. What is left is for what the server itself says.
    fn is_behind(&mut self, now: Instant, id: TcpId) -> bool {
        let enough = self.settings.tcp.outgoing_bytes_max / 2;
        if self.connections.waiting_bytes(id) < enough {
            return false;
        }
        self.connections.flush(now);
        self.connections.waiting_bytes(id) >= enough
    }

    fn handle_timeouts(&mut self, now: Instant) {
        let is_late = |socket: &Socket| socket.until.is_some_and(|until| until <= now);
        // Nothing tells that a connection has ended on which we said goodbye.
        let is_gone = |id| !self.connections.contains(id);
        let sockets = self.sockets.iter();
        let late = sockets.filter(|(id, socket)| is_late(socket) || (socket.is_over && is_gone(**id)));
        let late: Vec<TcpId> = late.map(|(&id, _)| id).collect();
        for id in late {
            self.give_up(id);
        }
        if now < self.ping_at {
            return;
        }
        self.ping_at = now + self.settings.ping_interval;
        let mut ids: Vec<TcpId> = self.sockets.keys().copied().collect();
        ids.sort_unstable();
        for id in ids {
            let Some(socket) = self.sockets.get_mut(&id) else { continue };
            if std::mem::replace(&mut socket.owes_pong, true) {
                self.give_up(id);
            } else {
                socket.speech.ping();
                self.write(now, id);
            }
        }
        self.pass_messages_on(now);
    }

    fn write(&mut self, now: Instant, id: TcpId) {
        if let Some(socket) = self.sockets.get_mut(&id) {
            self.connections.send(now, id, &[&socket.speech.take_outgoing()]);
        }
    }

    /// Says goodbye. The connection is there until the other side has heard it, or has had the time to.
    fn finish(&mut self, now: Instant, id: TcpId) {
        self.write(now, id);
        self.connections.finish(now, id);
        if let Some(socket) = self.sockets.get_mut(&id) {
            (socket.is_over, socket.until) = (true, Some(now + 2 * self.settings.tcp.goodbye_max));
        }
        self.leave(id);
    }

    fn give_up(&mut self, id: TcpId) {
        self.connections.abort(id);
        self.forget(id);
    }

    fn forget(&mut self, id: TcpId) {
        self.sockets.remove(&id);
        self.places.give_back(id);
        self.leave(id);
    }

    /// Nothing is said to it any more.
    fn leave(&mut self, id: TcpId) {
        self.pace.forget(Guest(id.0));
        self.server.handle_disconnected(Guest(id.0));
    }
}

/// What a client is told whose request may be read in two ways.
const TWO_HOSTS: &str = "a request names one host and at most one origin";

/// How soon the thread notices that its server was dropped.
const NOTICE_INTERVAL: Duration = Duration::from_millis(50);
