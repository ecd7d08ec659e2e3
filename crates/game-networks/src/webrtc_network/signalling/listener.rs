//! The signalling server with sockets, on a thread of its own: peers negotiate seldom, and no voice waits for it.

mod driver;

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use consonance_link::gateway::tcp::{TcpConnections, TcpSettings};
use consonance_link::gateway::websocket::PageOrigins;
use rustls::ServerConfig;

use super::counts::SignallingCounts;
use super::places::PlaceLimits;
use super::server::SignallingSettings;
use driver::Driver;

/// Bounds of a signalling server's connections.
#[derive(Clone, Debug)]
pub struct SignallingListenerSettings {
    /// The access rules and limits of the server.
    pub signalling: SignallingSettings,
    /// The bounds of its TCP connections. Pending connections and the owner of reserved addresses come on top of
    /// `connections_max`, which is for guests: clients that have listened or been linked.
    pub tcp: TcpSettings,
    /// The most guests at one address, or in one IPv6 network of 64 bits. Each player that others reach directly is one
    /// as long as it plays, and behind a proxy all are at one address.
    pub guests_per_address_max: usize,
    /// The most pending connections at once, which have not listened or been linked yet. With one more, one is closed
    /// at once: of the address that [has the most](consonance_link::HandshakeSlots), or the oldest.
    pub handshakes_max: usize,
    /// The origins whose pages may connect. Pages of others are closed with the code 1008 and a reason.
    pub origins: PageOrigins,
    /// The certificate and key for `wss`; without them it speaks `ws`, which anything on the path can read.
    pub tls: Option<Arc<ServerConfig>>,
    /// How long a connection may take for its handshake.
    pub handshake_timeout: Duration,
    /// How often clients are pinged. One that has sent nothing since the last time is gone.
    pub ping_interval: Duration,
    /// The largest message, in bytes; offers and answers are a few thousand. Each client may have one kept for it.
    pub message_bytes_max: usize,
    /// How many messages a client may send at once, and again within each 40 s. One that sends more is sent away. A
    /// player that meets 99 others at once, with a dozen candidates for each, sends 1500.
    pub messages_max: u32,
    /// The same for all clients at one address, or in one IPv6 network of 64 bits, together. Behind a proxy all players
    /// are at one address.
    pub messages_per_address_max: u32,
}

impl Default for SignallingListenerSettings {
    /// `ws`, pages of its own host only, 1024 guests, 512 of them at one address, and 256 pending connections, 10 s for
    /// a handshake, a ping every 30 s, messages up to 128 KiB, where the stock server has 1 MiB, 4000 of them from one
    /// client and 16000 from one address.
    fn default() -> Self {
        Self {
            signalling: SignallingSettings::default(),
            tcp: TcpSettings::default(),
            guests_per_address_max: 512,
            handshakes_max: 256,
            origins: PageOrigins::default(),
            tls: None,
            handshake_timeout: Duration::from_secs(10),
            ping_interval: Duration::from_secs(30),
            message_bytes_max: DEFAULT_MESSAGE_BYTES_MAX,
            messages_max: 4000,
            messages_per_address_max: 16_000,
        }
    }
}

impl SignallingListenerSettings {
    fn place_limits(&self) -> PlaceLimits {
        PlaceLimits {
            handshakes_max: self.handshakes_max,
            guests_max: self.tcp.connections_max,
            guests_per_address_max: self.guests_per_address_max,
            has_owner: self.signalling.reserved.is_some(),
        }
    }
}

/// Why a signalling server cannot listen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignallingListenError {
    /// The address cannot be used.
    #[error("cannot listen for signalling on {address} ({cause}); choose another port, or end what uses it")]
    Address {
        /// The address.
        address: SocketAddr,
        /// The system's error.
        cause: io::Error,
    },
    /// The system has no thread left.
    #[error("cannot start the thread of the signalling server ({0})")]
    Thread(io::Error),
}

impl SignallingListenError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Address { .. } => "address",
            Self::Thread(_) => "thread",
        }
    }
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
    pub fn bind(
        address: SocketAddr,
        settings: SignallingListenerSettings,
    ) -> Result<Self, SignallingListenError> {
        let refused = |cause| SignallingListenError::Address { address, cause };
        let connections_max = settings.place_limits().connections_max();
        let tcp = TcpSettings { connections_max, ..settings.tcp.clone() };
        let connections = TcpConnections::listen(address, tcp).map_err(refused)?;
        let address = connections.local_addr().unwrap_or(address);
        let shared = Arc::new(Shared::default());
        let its = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("signalling".to_owned())
            .spawn(move || Driver::new(connections, settings).run(&its))
            .map_err(SignallingListenError::Thread)?;
        Ok(Self { address, shared, thread: Some(thread) })
    }

    /// The address that it listens on.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// The server's counters so far.
    pub fn counts(&self) -> SignallingCounts {
        *self.shared.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for SignallingListener {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            // Whether or not the thread panicked, it has ended.
            let _ = thread.join();
        }
    }
}

/// Twice the longest text that our own ends read, in UTF-16.
const DEFAULT_MESSAGE_BYTES_MAX: usize = 128 * 1024;
