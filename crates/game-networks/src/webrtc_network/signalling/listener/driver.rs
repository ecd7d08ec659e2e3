//! The signalling server's thread: bytes of connections in, messages of the server out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use consonance_link::gateway::streams::{Found, MessageStream};
use consonance_link::gateway::tcp::{TcpConnections, TcpEvent, TcpId};
use consonance_link::gateway::websocket::close_code;
use consonance_link::{NoHandshakeSlot, address_prefix};

use super::super::counts::SignallingCounts;
use super::super::message::SignalMessage;
use super::super::pace::Pace;
use super::super::places::Places;
use super::super::server::{Guest, SignallingServer};
use super::{Shared, SignallingListenerSettings};
use crate::webrtc_network::web_socket::{ServerSocket, server_socket};

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
    /// The message that was read from a socket, and the output for it.
    message: Vec<u8>,
    out: Vec<u8>,
}

struct Socket {
    from: IpAddr,
    speech: ServerSocket,
    /// When it is given up: until hands are shaken, and after the goodbye.
    until: Option<Instant>,
    /// The goodbye was sent. The socket keeps its place until its connection is gone.
    is_over: bool,
    /// Nothing was received since the last ping.
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
            message: Vec::new(),
            out: Vec::new(),
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
        // The only error is an interruption by a signal, which costs one extra poll.
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
            // The connection may outlive our goodbye for a moment, and keeps its place until it is gone.
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
        let settings = &self.settings;
        let speech =
            server_socket(settings.origins.clone(), settings.tls.as_ref(), settings.message_bytes_max);
        let until = Some(now + self.settings.handshake_timeout);
        self.sockets.insert(id, Socket { from, speech, until, is_over: false, owes_pong: false });
    }

    fn receive(&mut self, now: Instant, id: TcpId) {
        // Messages from a disconnected client are ignored.
        while let Some(socket) = self.sockets.get_mut(&id).filter(|socket| !socket.is_over) {
            socket.owes_pong = false;
            self.message.clear();
            self.out.clear();
            let received = self.connections.received(id);
            let read = socket.speech.read(received, &mut self.message, &mut self.out);
            self.connections.send(now, id, &[&self.out]);
            let Ok((taken, found)) = read else { return self.finish(now, id) };
            self.connections.consume(id, taken);
            match found {
                Found::Nothing if taken == 0 => return,
                Found::Nothing => {}
                Found::Greeting => self.welcome(now, id),
                Found::Message => self.take(now, id),
                Found::Refusal | Found::End => {
                    self.not_welcome += u64::from(socket.until.is_some());
                    self.finish(now, id);
                }
            }
        }
        let rest = self.connections.received(id).len();
        self.connections.consume(id, rest);
    }

    /// A client has asked for the path in `message`.
    fn welcome(&mut self, now: Instant, id: TcpId) {
        let Some(socket) = self.sockets.get_mut(&id) else { return };
        socket.until = None;
        // Request paths are text.
        let path = String::from_utf8_lossy(&self.message);
        match self.server.handle_connected(Guest(id.0), socket.from, &path) {
            Ok(()) => {
                self.say(now, id, MessageStream::accept);
                if self.server.is_owner(Guest(id.0)) {
                    self.places.become_owner(id);
                }
            }
            Err(error) => {
                self.say(now, id, |speech, out| speech.refuse(&error.to_string(), out));
                self.finish(now, id);
            }
        }
    }

    /// A client has sent `message`.
    fn take(&mut self, now: Instant, id: TcpId) {
        let Some(socket) = self.sockets.get(&id) else { return };
        let guest = Guest(id.0);
        // The owner of reserved addresses is trusted, and its message rate grows with the number of players.
        if !self.server.is_owner(guest) && !self.pace.take(now, guest, address_prefix(socket.from)) {
            self.sent_away += 1;
            return self.close(now, id, close_code::POLICY, "too many messages came from your address");
        }
        let is_pending = self.places.is_pending(id);
        if is_pending && !self.places.has_room_for(id) {
            self.rejected += 1;
            return self.close(now, id, close_code::TRY_AGAIN, "the server is full; try again later");
        }
        self.server.handle_message(guest, &self.message);
        if is_pending && self.server.is_guest(guest) {
            self.places.become_guest(id);
        }
    }

    fn pass_messages_on(&mut self, now: Instant) {
        while let Some((guest, message)) = self.server.poll_transmit() {
            let id = TcpId(guest.0);
            if matches!(message, SignalMessage::Relayed { .. }) && self.is_behind(now, id) {
                self.not_taken += 1;
            } else {
                self.say(now, id, |speech, out| speech.write(&message.to_bytes(), out));
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
        // No event reports the end of a connection after our own goodbye.
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
                self.say(now, id, MessageStream::ping);
            }
        }
        self.pass_messages_on(now);
    }

    /// Lets a client's socket produce output, unless its goodbye was sent.
    fn say(&mut self, now: Instant, id: TcpId, say: impl FnOnce(&mut ServerSocket, &mut Vec<u8>)) {
        let Some(socket) = self.sockets.get_mut(&id).filter(|socket| !socket.is_over) else { return };
        self.out.clear();
        say(&mut socket.speech, &mut self.out);
        self.connections.send(now, id, &[&self.out]);
    }

    fn close(&mut self, now: Instant, id: TcpId, code: u16, reason: &str) {
        self.say(now, id, |speech, out| {
            speech.say_last(out, |stream, out| stream.close(code, reason, out));
        });
        self.finish(now, id);
    }

    /// The goodbye was sent. The connection stays until the other side has received it, or has had the time to.
    fn finish(&mut self, now: Instant, id: TcpId) {
        self.connections.finish(now, id);
        if let Some(socket) = self.sockets.get_mut(&id) {
            (socket.is_over, socket.until) = (true, Some(now + 2 * self.settings.tcp.goodbye_timeout));
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

    /// Nothing more is sent to it.
    fn leave(&mut self, id: TcpId) {
        self.pace.forget(Guest(id.0));
        self.server.handle_disconnected(Guest(id.0));
    }
}

/// How soon the thread notices that its server was dropped.
#[cfg(target_os = "linux")]
const NOTICE_INTERVAL: Duration = Duration::from_millis(50);
