//! The signalling server with sockets, on a thread of its own: peers negotiate seldom, and no voice waits for it.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use consonance_gateway::tcp::{TcpConnections, TcpEvent, TcpId, TcpSettings};
use rustls::ServerConfig;
use tungstenite::protocol::frame::coding::CloseCode;

use super::message::Message;
use super::pace::Pace;
use super::server::{Guest, SignallingCounts, SignallingServer, SignallingSettings, home_of};
use crate::web_socket::{SocketEvent, WebSocket};

/// Bounds of a signalling server's connections.
#[derive(Clone, Debug)]
pub struct ListenerSettings {
    /// What the server allows.
    pub signalling: SignallingSettings,
    /// The bounds of its TCP connections.
    pub tcp: TcpSettings,
    /// The certificate and key for `wss`; without them it speaks `ws`, which anybody between can read.
    pub tls: Option<Arc<ServerConfig>>,
    /// How long a stranger may take to shake hands.
    pub handshake_max: Duration,
    /// How often clients are asked for a pong. One that owes two is gone.
    pub ping_interval: Duration,
    /// The largest message, in bytes; offers and answers are a few thousand. Each client may have one kept for it.
    pub message_bytes_max: usize,
    /// How many messages a client may send at once, and again within each 40 s. One that sends more is sent away. A
    /// player who meets 99 others at once, with a dozen candidates for each, sends 1500.
    pub messages_max: u32,
    /// The same for all clients at one address, or in one IPv6 network of 64 bits, together. Behind a proxy all players
    /// are at one address.
    pub messages_per_address_max: u32,
}

impl Default for ListenerSettings {
    /// `ws`, 10 s for a handshake, a ping every 30 s, messages up to 128 KiB, where the stock server has 1 MiB, 4000 of
    /// them from one client and 16000 from one address.
    fn default() -> Self {
        Self {
            signalling: SignallingSettings::default(),
            tcp: TcpSettings::default(),
            tls: None,
            handshake_max: Duration::from_secs(10),
            ping_interval: Duration::from_secs(30),
            message_bytes_max: DEFAULT_MESSAGE_BYTES_MAX,
            messages_max: 4000,
            messages_per_address_max: 16_000,
        }
    }
}

/// Why a signalling server cannot listen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListenError {
    /// The address cannot be used.
    #[error("cannot listen for signalling on {address} ({cause}); choose another port, or end what uses it")]
    Address {
        /// Which.
        address: SocketAddr,
        /// What the system says.
        cause: io::Error,
    },
    /// The system has no thread left.
    #[error("cannot start the thread of the signalling server ({0})")]
    Thread(io::Error),
}

/// A signalling server that runs until this is dropped.
#[derive(Debug)]
pub struct SignallingListener {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    is_over: AtomicBool,
    counts: Mutex<SignallingCounts>,
}

impl SignallingListener {
    /// Listens on this address.
    ///
    /// # Errors
    ///
    /// The address cannot be used.
    pub fn bind(address: SocketAddr, settings: ListenerSettings) -> Result<Self, ListenError> {
        let refused = |cause| ListenError::Address { address, cause };
        let connections = TcpConnections::listen(address, settings.tcp.clone()).map_err(refused)?;
        let address = connections.local_addr().unwrap_or(address);
        let shared = Arc::new(Shared::default());
        let its = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("signalling".to_owned())
            .spawn(move || Driver::new(connections, settings).run(&its))
            .map_err(ListenError::Thread)?;
        Ok(Self { address, shared, thread: Some(thread) })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// What it refused and dropped so far.
    pub fn counts(&self) -> SignallingCounts {
        *self.shared.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for SignallingListener {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            // It has panicked, or not: either way it is over.
            let _ = thread.join();
        }
    }
}

struct Driver {
    connections: TcpConnections,
    settings: ListenerSettings,
    server: SignallingServer,
    sockets: HashMap<TcpId, Socket>,
    pace: Pace,
    sent_away: u64,
    not_taken: u64,
    ping_at: Instant,
}

struct Socket {
    from: IpAddr,
    speech: WebSocket,
    /// Hands have to be shaken before, until they are.
    handshake_until: Option<Instant>,
    owes_pong: bool,
}

impl Driver {
    fn new(connections: TcpConnections, settings: ListenerSettings) -> Self {
        let server = SignallingServer::new(settings.signalling.clone());
        let now = Instant::now();
        let ping_at = now + settings.ping_interval;
        let pace = Pace::new(now, settings.messages_max, settings.messages_per_address_max);
        let sockets = HashMap::new();
        Self { connections, settings, server, sockets, pace, sent_away: 0, not_taken: 0, ping_at }
    }

    fn run(mut self, shared: &Shared) {
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
        SignallingCounts { sent_away: self.sent_away, not_taken: self.not_taken, ..self.server.counts() }
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
            TcpEvent::Closed { id, .. } => self.forget(id),
        }
    }

    fn open(&mut self, now: Instant, id: TcpId, from: IpAddr) {
        let tls = match &self.settings.tls {
            Some(config) => match rustls::ServerConnection::new(Arc::clone(config)) {
                Ok(tls) => Some(tls),
                Err(_) => return self.connections.abort(id),
            },
            None => None,
        };
        let speech = WebSocket::accept(tls, self.settings.message_bytes_max);
        let handshake_until = Some(now + self.settings.handshake_max);
        self.sockets.insert(id, Socket { from, speech, handshake_until, owes_pong: false });
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
                SocketEvent::Open(path) => self.welcome(id, &path),
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

    fn welcome(&mut self, id: TcpId, path: &str) {
        let Some(socket) = self.sockets.get_mut(&id) else { return };
        socket.handshake_until = None;
        if let Err(error) = self.server.handle_connected(Guest(id.0), socket.from, path) {
            // 1008, as the stock server says it.
            socket.speech.close(CloseCode::Policy, &error.to_string());
        }
    }

    fn take(&mut self, now: Instant, id: TcpId, message: &[u8]) {
        // Whoever was sent away in the middle of a read is not heard any more.
        let Some(socket) = self.sockets.get_mut(&id) else { return };
        let guest = Guest(id.0);
        // The owner of reserved addresses says more the more players come, and is ours.
        if self.server.is_owner(guest) || self.pace.take(now, guest, home_of(socket.from)) {
            return self.server.handle_message(guest, message);
        }
        socket.speech.close(CloseCode::Policy, "more messages than anybody needs came from your address");
        self.sent_away += 1;
        self.finish(now, id);
    }

    fn pass_messages_on(&mut self, now: Instant) {
        while let Some((guest, message)) = self.server.poll_transmit() {
            let id = TcpId(guest.0);
            if matches!(message, Message::Relayed { .. }) && self.is_behind(now, id) {
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
        let is_late = |socket: &Socket| socket.handshake_until.is_some_and(|until| until <= now);
        let late: Vec<TcpId> =
            self.sockets.iter().filter(|(_, socket)| is_late(socket)).map(|(&id, _)| id).collect();
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

    fn finish(&mut self, now: Instant, id: TcpId) {
        self.write(now, id);
        self.connections.finish(now, id);
        self.forget(id);
    }

    fn give_up(&mut self, id: TcpId) {
        self.connections.abort(id);
        self.forget(id);
    }

    fn forget(&mut self, id: TcpId) {
        self.sockets.remove(&id);
        self.pace.forget(Guest(id.0));
        self.server.handle_disconnected(Guest(id.0));
    }
}

/// Twice the longest text that our own ends read, in UTF-16.
const DEFAULT_MESSAGE_BYTES_MAX: usize = 128 * 1024;

/// How soon the thread notices that its server was dropped.
const NOTICE_INTERVAL: Duration = Duration::from_millis(50);
