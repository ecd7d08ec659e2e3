//! A server: any number of links on one UDP port, which several servers may share.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Waker;
use std::thread;
use std::time::{Duration, Instant};

use crate::client::LIMITS;
use crate::close_code::CloseCode;
use crate::hello::SERVER_HELLO;
use crate::link::{Link, Sent};
use crate::packet_bytes::PacketBytes;
use crate::{Fingerprint, Identity, QuicRuntime, QuicServerSettings, ShownIdentity};
use bytes::Bytes;
use consonance_transport::inbox::Popped;
use consonance_transport::{
    Delivery, DisconnectReason, LinkQuality, PacketLimits, Peer, ServerEvent, ServerStatistics,
    ServerTransport,
};

mod bind;
mod connection_ids;
mod entrance;
mod port;
mod shard;

pub use bind::BindError;
use entrance::Entrance;
use port::Port;
use shard::{Placement, Shard};

const SHUTTING_DOWN: &str = "the server is shutting down";

/// How often [`QuicServer::close`] looks whether everything is over.
const CLOSE_CHECK_INTERVAL: Duration = Duration::from_millis(1);

/// Links to any number of clients. Dropping it closes them at once; [`close`](Self::close) does it in order.
///
/// Several of them may share a port ([`bind_shards`](Self::bind_shards)): each has its own links, waker and counters, and
/// may be polled on a thread of its own.
#[derive(Debug)]
pub struct QuicServer {
    port: Arc<Port>,
    entrance: Arc<Entrance>,
    shard: Arc<Shard>,
    /// Counts who was turned away from the port, for all.
    is_first: bool,
    links: HashMap<Peer, Arc<Link>>,
    /// Reported as connected by the last poll: taken in unless the next call refuses it.
    newcomer: Option<Peer>,
    is_shut_down: bool,
    packets: PacketBytes,
    /// The packet that the last event showed.
    shown: Option<Bytes>,
    statistics: ServerStatistics,
}

impl QuicServer {
    /// Listens on a UDP address; port 0 takes any free one. `[::]` takes IPv4 clients as well.
    ///
    /// # Errors
    /// When the address cannot be had; the error says which and what to do.
    pub fn bind(
        runtime: &QuicRuntime,
        address: SocketAddr,
        identity: &Identity,
        settings: QuicServerSettings,
    ) -> Result<Self, BindError> {
        let mut shards = Self::bind_shards(runtime, address, identity, settings, NonZeroUsize::MIN, |_| 0)?;
        Ok(shards.remove(0))
    }

    /// Listens like [`bind`](Self::bind), and shares the port between several servers.
    ///
    /// `place` is asked once for each client, on a thread of the runtime, with the session that the client names; the
    /// client becomes a peer of the shard with the number that it answers (modulo `shards`), and so of nobody else.
    /// It must not block.
    ///
    /// The limits of `settings` on connections and handshakes are those of the port, that is of all shards together.
    /// The first shard also counts who was turned away or failed before it was placed.
    /// A shard that was shut down or dropped refuses who is placed on it; the port is free when the last one is gone.
    ///
    /// # Errors
    /// As those of [`bind`](Self::bind).
    pub fn bind_shards(
        runtime: &QuicRuntime,
        address: SocketAddr,
        identity: &Identity,
        settings: QuicServerSettings,
        shards: NonZeroUsize,
        place: impl Fn(&str) -> usize + Send + Sync + 'static,
    ) -> Result<Vec<Self>, BindError> {
        let port = Arc::new(bind::bind(runtime, address, identity, &settings)?);
        let entrance = Arc::new(Entrance::new(settings, shards, Placement::new(place)));
        runtime.spawn(Arc::clone(&entrance).receive(port.endpoint.clone()));
        let server = |(number, shard): (usize, &Arc<Shard>)| Self {
            port: Arc::clone(&port),
            entrance: Arc::clone(&entrance),
            shard: Arc::clone(shard),
            is_first: number == 0,
            links: HashMap::new(),
            newcomer: None,
            is_shut_down: false,
            packets: PacketBytes::default(),
            shown: None,
            statistics: ServerStatistics::default(),
        };
        Ok(entrance.shards.iter().enumerate().map(server).collect())
    }

    /// Where it listens, with the real port.
    pub fn local_addr(&self) -> SocketAddr {
        self.port.local_addr
    }

    /// The fingerprint of the certificate it shows.
    pub fn fingerprint(&self) -> Fingerprint {
        self.port.shown_identity.fingerprint()
    }

    /// A handle with which it can be given another certificate while it runs.
    ///
    /// The tokens that end connections of a former life (RFC 9000, section 10.3) go on following from the first
    /// identity's private key.
    pub fn shown_identity(&self) -> ShownIdentity {
        self.port.shown_identity.clone()
    }

    /// Shuts down in order, waits until the port is free, for `at_most` this long, and says whether it is.
    ///
    /// Of a port with several shards, it is the last one's to free: the others return when their own links have ended.
    /// Blocks the calling thread, which must not be one of an async runtime.
    pub fn close(mut self, at_most: Duration) -> bool {
        let deadline = Instant::now() + at_most;
        self.shutdown(Instant::now());
        while self.shard.guests.load(Ordering::Relaxed) > 0 && Instant::now() < deadline {
            while self.poll(Instant::now()).is_some() {}
            thread::sleep(CLOSE_CHECK_INTERVAL);
        }
        let (entrance, socket) = (Arc::clone(&self.entrance), self.port.socket.clone());
        let _runtime = self.port.runtime.clone();
        drop(self);
        while entrance.is_closed() && socket.strong_count() > 0 && Instant::now() < deadline {
            thread::sleep(CLOSE_CHECK_INTERVAL);
        }
        socket.strong_count() == 0
    }

    fn close_entrance(&mut self) {
        if !std::mem::replace(&mut self.is_shut_down, true) {
            self.entrance.close_shard();
        }
    }

    fn accept_newcomer(&mut self) {
        if let Some(link) = self.newcomer.take().and_then(|peer| self.links.get(&peer)) {
            link.send_control(self.packets.frame(SERVER_HELLO));
        }
    }

    fn send_one(&mut self, peer: Peer, delivery: Delivery, packet: Bytes, bytes: usize) {
        let sent = match (self.links.get(&peer), delivery) {
            (None, _) => Sent::NotConnected,
            (Some(link), Delivery::Reliable) => link.send_control(packet),
            (Some(link), Delivery::Unreliable) => link.send_datagram(packet),
        };
        if sent == Sent::TooSlow {
            self.statistics.connections.too_slow += 1;
            self.mute(peer);
        }
        sent.count(&mut self.statistics.links, delivery, bytes);
    }

    /// Hears nothing more of a peer but its end.
    fn mute(&mut self, peer: Peer) {
        if self.shard.mailbox.mute(peer)
            && let Some(link) = self.links.get(&peer)
        {
            link.make_room();
        }
    }

    fn leave(&mut self, peer: Peer, words: &str) {
        let is_refused = self.newcomer == Some(peer);
        if is_refused {
            self.newcomer = None;
        }
        if let Some(link) = self.links.get(&peer) {
            link.leave(if is_refused { CloseCode::Refused } else { CloseCode::Goodbye }, words);
            self.mute(peer);
        }
    }
}

impl ServerTransport for QuicServer {
    fn poll(&mut self, _now: Instant) -> Option<ServerEvent<'_>> {
        self.accept_newcomer();
        loop {
            match self.shard.mailbox.pop()? {
                Popped::Connected { about, .. } if self.is_shut_down => {
                    about.link.leave(CloseCode::Refused, SHUTTING_DOWN);
                }
                Popped::Connected { peer, about } => {
                    self.links.insert(peer, about.link);
                    self.newcomer = Some(peer);
                    self.statistics.connections.accepted += 1;
                    let (session, remote) = (about.session, about.remote);
                    return Some(ServerEvent::Connected { peer, session, remote });
                }
                Popped::Packet { peer, delivery, packet, made_room } => {
                    let Some(link) = self.links.get(&peer) else {
                        continue;
                    };
                    if made_room {
                        link.make_room();
                    }
                    self.statistics.links.received.count(delivery, 1, packet.len());
                    let packet = self.shown.insert(packet);
                    return Some(ServerEvent::Packet { peer, delivery, packet });
                }
                Popped::Disconnected { peer, reason } => {
                    // Those who came too late were never reported as connected.
                    if self.links.remove(&peer).is_some() {
                        if matches!(reason, DisconnectReason::ProtocolViolated { .. }) {
                            self.statistics.connections.protocol_violations += 1;
                        }
                        return Some(ServerEvent::Disconnected { peer, reason });
                    }
                }
            }
        }
    }

    fn send(&mut self, _now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        self.accept_newcomer();
        if !LIMITS.allow(delivery, packet.len()) {
            self.statistics.links.dropped.too_large += 1;
            return;
        }
        let shared = match delivery {
            Delivery::Reliable => self.packets.frame(packet),
            Delivery::Unreliable => self.packets.datagram(packet),
        };
        for &peer in peers {
            self.send_one(peer, delivery, shared.clone(), packet.len());
        }
    }

    fn disconnect(&mut self, _now: Instant, peer: Peer, reason: &str) {
        self.leave(peer, reason);
    }

    fn shutdown(&mut self, _now: Instant) {
        self.close_entrance();
        let mut peers: Vec<Peer> = self.links.keys().copied().collect();
        peers.sort_unstable();
        for peer in peers {
            self.leave(peer, SHUTTING_DOWN);
        }
    }

    fn set_waker(&mut self, waker: Waker) {
        self.shard.mailbox.set_waker(waker);
    }

    fn limits(&self) -> PacketLimits {
        LIMITS
    }

    fn statistics(&self) -> ServerStatistics {
        let mut statistics = self.statistics;
        statistics.links.dropped.incoming_full = self.shard.mailbox.dropped();
        statistics.connections.connected = self.links.len() as u64;
        if self.is_first {
            self.entrance.count(&mut statistics.connections);
        }
        statistics
    }

    fn link_quality(&self, peer: Peer) -> Option<LinkQuality> {
        self.links.get(&peer).map(|link| link.quality())
    }
}

impl Drop for QuicServer {
    fn drop(&mut self) {
        self.close_entrance();
        self.shard.drop_server();
        self.links.values().for_each(|link| link.end(SHUTTING_DOWN));
        while let Some(popped) = self.shard.mailbox.pop() {
            if let Popped::Connected { about, .. } = popped {
                about.link.end(SHUTTING_DOWN);
            }
        }
    }
}
