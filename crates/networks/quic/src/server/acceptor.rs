//! From connection to peer: admission, handshake, hello, and the choice of a shard; then its link to its end.

use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use consonance_link::{ConnectionCounts, EndCode, Peer, Remote};
use quinn::{Connection, Endpoint, Incoming, SendStream};
use tokio::time::timeout;
use tracing::{debug, trace};

use super::handshakes::{Handshakes, HasToGo, Taken};
use super::shard::{Arrival, Placement, Shard};
use super::slots::Slots;
use crate::QuicServerSettings;
use crate::close_code::{CloseCode, line};
use crate::fast_path::Offer;
use crate::hello::{ClientHello, HELLO_BYTES_MAX, read_client_hello};
use crate::link::{FrameReader, Link, pump};

/// The shared state of all connections to a port.
#[derive(Debug)]
pub(super) struct Acceptor {
    settings: QuicServerSettings,
    /// At least one.
    pub(super) shards: Box<[Arc<Shard>]>,
    placement: Placement,
    /// Shards that accept clients; without any, no more clients are accepted.
    open_shards: AtomicUsize,
    last_peer: AtomicU64,
    /// Connections with a task, in the handshake or later.
    present: AtomicUsize,
    handshakes: Mutex<Handshakes>,
    /// The slots of connections that have said hello.
    pub(super) slots: Slots,
    rejected_full: AtomicU64,
    rejected_handshaking: AtomicU64,
    failed_handshakes: AtomicU64,
}

/// A connection that has said hello.
struct Introduced {
    session: String,
    offer: Option<Offer>,
    connection: Connection,
    frames: FrameReader,
    control: SendStream,
}

impl Acceptor {
    pub(super) fn new(settings: QuicServerSettings, shards: NonZeroUsize, placement: Placement) -> Self {
        Self {
            shards: (0..shards.get()).map(|_| Arc::new(Shard::new(settings.incoming))).collect(),
            placement,
            open_shards: AtomicUsize::new(shards.get()),
            handshakes: Mutex::new(Handshakes::new(settings.handshakes_max)),
            slots: Slots::new(&settings),
            settings,
            last_peer: AtomicU64::new(0),
            present: AtomicUsize::new(0),
            rejected_full: AtomicU64::new(0),
            rejected_handshaking: AtomicU64::new(0),
            failed_handshakes: AtomicU64::new(0),
        }
    }

    /// Accepts connections until the endpoint is closed.
    pub(super) async fn receive(self: Arc<Self>, endpoint: Endpoint) {
        while let Some(incoming) = endpoint.accept().await {
            self.admit(incoming);
        }
    }

    /// Notes that one shard no longer accepts clients.
    pub(super) fn close_shard(&self) {
        self.open_shards.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.open_shards.load(Ordering::Relaxed) == 0
    }

    pub(super) fn count(&self, counts: &mut ConnectionCounts) {
        counts.made_room = self.slots.made_room();
        counts.rejected_full = self.rejected_full.load(Ordering::Relaxed);
        counts.rejected_handshaking = self.rejected_handshaking.load(Ordering::Relaxed);
        counts.failed_handshakes = self.failed_handshakes.load(Ordering::Relaxed);
    }

    /// Starts a task for a connection, or rejects it at no cost to connected clients.
    fn admit(self: &Arc<Self>, incoming: Incoming) {
        let remote = incoming.remote_address();
        let is_proved = incoming.remote_address_validated();
        if self.is_closed() || self.has_too_many_tasks() || !self.slots.has_room_for(remote.ip()) {
            self.rejected_full.fetch_add(1, Ordering::Relaxed);
            trace!(%remote, "rejected: full or shutting down");
            incoming.refuse();
        } else if !is_proved && incoming.may_retry() {
            // Each client must prove that it receives at its address (RFC 9000, section 8.1.2) before it gets more
            // bytes than it has sent. This costs us no memory, and an honest client without a token one round trip.
            if incoming.retry().is_err() {
                self.rejected_handshaking.fetch_add(1, Ordering::Relaxed);
            }
        } else if let Some(taken) = self.begin_handshake(is_proved.then(|| remote.ip())) {
            self.rejected_handshaking.fetch_add(u64::from(taken.is_anothers), Ordering::Relaxed);
            tokio::spawn(Place::new(self, taken.number).welcome(incoming, taken.has_to_go));
        } else {
            self.rejected_handshaking.fetch_add(1, Ordering::Relaxed);
            trace!(%remote, "rejected: too many handshakes at once");
            incoming.refuse();
        }
    }

    /// A separate function, so that nothing else happens under the lock.
    fn begin_handshake(&self, address: Option<IpAddr>) -> Option<Taken> {
        self.handshakes().take(Instant::now(), address)
    }

    fn handshakes(&self) -> MutexGuard<'_, Handshakes> {
        self.handshakes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there are more connections than those with slots, those in the handshake, and as many that are ending.
    /// Ended ones count until that was polled: a server that is late must not pile them up.
    fn has_too_many_tasks(&self) -> bool {
        let known: usize = self.shards.iter().map(|shard| shard.mailbox.peers()).sum();
        let QuicServerSettings { connections_max, handshakes_max, .. } = self.settings;
        let most = connections_max.saturating_add(handshakes_max.saturating_mul(2));
        self.present.load(Ordering::Relaxed).max(known) >= most
    }

    fn next_peer(&self) -> Peer {
        Peer(self.last_peer.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

/// A connection's place among those that are present; released when its task ends, however it ends.
struct Place {
    acceptor: Arc<Acceptor>,
    /// The number of its handshake, until it is complete.
    handshake: Option<u64>,
    /// The peer that has its slot, once there is one.
    slot: Option<Peer>,
}

impl Place {
    /// Creates a place. Only the task that accepts connections does this, so that its count of present ones is exact.
    fn new(acceptor: &Arc<Acceptor>, handshake: u64) -> Self {
        acceptor.present.fetch_add(1, Ordering::Relaxed);
        Self { acceptor: Arc::clone(acceptor), handshake: Some(handshake), slot: None }
    }

    fn handshake_is_over(&mut self) {
        if let Some(handshake) = self.handshake.take() {
            self.acceptor.handshakes().release(handshake);
        }
    }

    /// Completes the handshake, and starts another task for the guest: a task that still holds the state of the
    /// handshake would be three times as large for as long as the guest stays.
    async fn welcome(mut self, incoming: Incoming, has_to_go: HasToGo) {
        let met = tokio::select! {
            met = timeout(self.acceptor.settings.handshake_timeout, meet(incoming)) => met.ok().flatten(),
            // The handshake that took its slot has counted it.
            _ = has_to_go => return,
        };
        let Some(introduced) = met else {
            self.acceptor.failed_handshakes.fetch_add(1, Ordering::Relaxed);
            return;
        };
        self.handshake_is_over();
        let Introduced { session, offer, connection, frames, control } = introduced;
        let address = connection.remote_address();
        let remote = Remote::from(address);
        let settings = &self.acceptor.settings;
        let link = Arc::new(Link::new(connection, settings.outgoing, settings.close_timeout));
        let peer = self.acceptor.next_peer();
        if self.acceptor.slots.take(address.ip(), peer, &link).is_err() {
            self.acceptor.rejected_full.fetch_add(1, Ordering::Relaxed);
            link.connection().close(CloseCode::Refused.into(), line(EndCode::ServerFull).as_bytes());
            return;
        }
        self.slot = Some(peer);
        let shard = Arc::clone(self.acceptor.placement.shard_of(&session, &self.acceptor.shards));
        let guest = Guest::count_in(Arc::clone(&shard));
        debug!(peer = peer.0, %remote, session, "connected");
        shard.mailbox.connected(peer, Arrival { session, remote, offer, link: Arc::clone(&link) });
        if shard.is_dropped() {
            shard.mailbox.forget(peer);
            link.leave(CloseCode::Refused, &line(EndCode::ShuttingDown));
        }
        tokio::spawn(self.host(guest, peer, link, frames, control));
    }

    async fn host(self, guest: Guest, peer: Peer, link: Arc<Link>, frames: FrameReader, control: SendStream) {
        let shard = &guest.0;
        let reason = pump(&link, &shard.mailbox, peer, frames, control).await;
        debug!(peer = peer.0, %reason, "disconnected");
        shard.mailbox.disconnected(peer, reason);
        if shard.is_dropped() {
            shard.mailbox.forget(peer);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.handshake_is_over();
        if let Some(peer) = self.slot {
            self.acceptor.slots.release(peer);
        }
        self.acceptor.present.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A place among the guests of a shard, for as long as the connection's task runs.
struct Guest(Arc<Shard>);

impl Guest {
    fn count_in(shard: Arc<Shard>) -> Self {
        shard.guests.fetch_add(1, Ordering::Relaxed);
        Self(shard)
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.0.guests.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Performs the handshake and reads the hello. `None` if the connection does not get that far.
async fn meet(incoming: Incoming) -> Option<Introduced> {
    let connection = incoming.accept().ok()?.await.ok()?;
    if connection.max_datagram_size().is_none() {
        connection.close(CloseCode::Refused.into(), b"voice needs QUIC datagrams");
        return None;
    }
    let (control, stream) = connection.accept_bi().await.ok()?;
    let mut frames = FrameReader::new(stream);
    let read = match frames.next(HELLO_BYTES_MAX).await {
        Ok(Some(hello)) => {
            read_client_hello(&hello).map(|ClientHello { session, offer }| (session.to_owned(), offer))
        }
        Ok(None) => return None,
        Err(_) => Err("the hello is too long or cut short"),
    };
    match read {
        Ok((session, offer)) => Some(Introduced { session, offer, connection, frames, control }),
        Err(problem) => {
            connection.close(CloseCode::Refused.into(), problem.as_bytes());
            None
        }
    }
}
