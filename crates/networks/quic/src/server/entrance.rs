//! Where strangers become peers: admission, handshake, hello; then their link to its end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use bytes::Bytes;
use consonance_transport::inbox::Mailbox;
use consonance_transport::{ConnectionCounts, Peer};
use quinn::{Connection, Endpoint, Incoming, SendStream};
use tokio::time::timeout;
use tracing::{debug, trace};

use crate::QuicServerSettings;
use crate::close_code::CloseCode;
use crate::hello::{HELLO_BYTES_MAX, read_client_hello};
use crate::link::{FrameReader, Link, pump};

/// What the server learns of a new peer.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) session: String,
    pub(super) remote: String,
    pub(super) link: Arc<Link>,
}

/// What all connections of a server share.
#[derive(Debug)]
pub(super) struct Entrance {
    settings: QuicServerSettings,
    pub(super) mailbox: Mailbox<Arrival, Bytes>,
    /// Nobody is let in any more.
    is_locked: AtomicBool,
    last_peer: AtomicU64,
    /// Connections that have a task, in handshake or later.
    present: AtomicUsize,
    handshaking: AtomicUsize,
    turned_away_full: AtomicU64,
    turned_away_handshaking: AtomicU64,
    failed_handshakes: AtomicU64,
}

/// A stranger who said hello.
struct Guest {
    session: String,
    connection: Connection,
    frames: FrameReader,
    control: SendStream,
}

impl Entrance {
    pub(super) fn new(settings: QuicServerSettings) -> Self {
        Self {
            mailbox: Mailbox::new(settings.incoming),
            settings,
            is_locked: AtomicBool::new(false),
            last_peer: AtomicU64::new(0),
            present: AtomicUsize::new(0),
            handshaking: AtomicUsize::new(0),
            turned_away_full: AtomicU64::new(0),
            turned_away_handshaking: AtomicU64::new(0),
            failed_handshakes: AtomicU64::new(0),
        }
    }

    /// Receives strangers until the endpoint is closed.
    pub(super) async fn receive(self: Arc<Self>, endpoint: Endpoint) {
        while let Some(stranger) = endpoint.accept().await {
            self.admit(stranger);
        }
    }

    /// Lets nobody in from now on.
    pub(super) fn lock(&self) {
        self.is_locked.store(true, Ordering::Relaxed);
    }

    /// Whether anybody who said hello is still there.
    pub(super) fn has_guests(&self) -> bool {
        self.present.load(Ordering::Relaxed) > self.handshaking.load(Ordering::Relaxed)
    }

    pub(super) fn count(&self, counts: &mut ConnectionCounts) {
        counts.turned_away_full = self.turned_away_full.load(Ordering::Relaxed);
        counts.turned_away_handshaking = self.turned_away_handshaking.load(Ordering::Relaxed);
        counts.failed_handshakes = self.failed_handshakes.load(Ordering::Relaxed);
    }

    /// Gives a stranger a task, or turns it away at no cost to those inside.
    fn admit(self: &Arc<Self>, stranger: Incoming) {
        let handshaking = self.handshaking.load(Ordering::Relaxed);
        let is_busy = handshaking >= self.settings.handshakes_max / 4;
        if self.is_full() || self.is_locked.load(Ordering::Relaxed) {
            self.turned_away_full.fetch_add(1, Ordering::Relaxed);
            trace!(remote = %stranger.remote_address(), "turned away: full or shutting down");
            stranger.refuse();
        } else if is_busy && !stranger.remote_address_validated() && stranger.may_retry() {
            // Many at once may be one who forges addresses: each must show that it receives at its own
            // (RFC 9000, section 8.1.2). That costs us no memory, and an honest client one round trip.
            if stranger.retry().is_err() {
                self.turned_away_handshaking.fetch_add(1, Ordering::Relaxed);
            }
        } else if handshaking >= self.settings.handshakes_max {
            self.turned_away_handshaking.fetch_add(1, Ordering::Relaxed);
            trace!(remote = %stranger.remote_address(), "turned away: too many handshakes at once");
            stranger.refuse();
        } else {
            let place = Place::take(self);
            tokio::spawn(place.host(stranger));
        }
    }

    /// Those who are gone count until that was polled: a server that is late must not pile them up.
    fn is_full(&self) -> bool {
        let present = self.present.load(Ordering::Relaxed).max(self.mailbox.peers());
        present >= self.settings.connections_max
    }

    fn next_peer(&self) -> Peer {
        Peer(self.last_peer.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

/// A connection's place among those that are present; given back when its task ends, however it ends.
struct Place {
    entrance: Arc<Entrance>,
    is_handshaking: bool,
}

impl Place {
    /// Only the task that receives strangers takes places, so the checks before it cannot be overtaken.
    fn take(entrance: &Arc<Entrance>) -> Self {
        entrance.present.fetch_add(1, Ordering::Relaxed);
        entrance.handshaking.fetch_add(1, Ordering::Relaxed);
        Self { entrance: Arc::clone(entrance), is_handshaking: true }
    }

    fn handshake_is_over(&mut self) {
        if std::mem::take(&mut self.is_handshaking) {
            self.entrance.handshaking.fetch_sub(1, Ordering::Relaxed);
        }
    }

    async fn host(mut self, stranger: Incoming) {
        let settings = self.entrance.settings.clone();
        let Ok(Some(guest)) = timeout(settings.handshake_timeout, meet(stranger)).await else {
            self.entrance.failed_handshakes.fetch_add(1, Ordering::Relaxed);
            return;
        };
        self.handshake_is_over();
        let Guest { session, connection, frames, control } = guest;
        let remote = display_remote(connection.remote_address());
        let link = Arc::new(Link::new(connection, settings.outgoing, settings.close_timeout));
        let peer = self.entrance.next_peer();
        let mailbox = &self.entrance.mailbox;
        debug!(peer = peer.0, remote, session, "connected");
        mailbox.connected(peer, Arrival { session, remote, link: Arc::clone(&link) });
        let reason = pump(&link, mailbox, peer, frames, control).await;
        debug!(peer = peer.0, %reason, "disconnected");
        mailbox.disconnected(peer, reason);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.handshake_is_over();
        self.entrance.present.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Handshake and hello. `None` if the stranger does not get that far.
async fn meet(stranger: Incoming) -> Option<Guest> {
    let connection = stranger.accept().ok()?.await.ok()?;
    if connection.max_datagram_size().is_none() {
        connection.close(CloseCode::Refused.into(), b"voice needs QUIC datagrams");
        return None;
    }
    let (control, stream) = connection.accept_bi().await.ok()?;
    let mut frames = FrameReader::new(stream);
    let read = match frames.next(HELLO_BYTES_MAX).await {
        Ok(Some(hello)) => read_client_hello(&hello).map(str::to_owned),
        Ok(None) => return None,
        Err(_) => Err("the hello is too long or cut short"),
    };
    match read {
        Ok(session) => Some(Guest { session, connection, frames, control }),
        Err(problem) => {
            connection.close(CloseCode::Refused.into(), problem.as_bytes());
            None
        }
    }
}

/// On a socket for both families, IPv4 clients come as mapped addresses; people read them the usual way.
fn display_remote(address: SocketAddr) -> String {
    SocketAddr::new(address.ip().to_canonical(), address.port()).to_string()
}
