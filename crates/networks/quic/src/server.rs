//! A server: any number of links on one UDP port, which several servers may share.

mod acceptor;
mod bind;
mod busy_share;
mod connection_ids;
mod fast_path;
mod handshakes;
mod port;
mod shard;
mod signs_of_life;
mod slots;
mod transport;
mod used_tokens;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use consonance_link::inbox::Popped;
use consonance_link::{Delivery, EndCode, NetworkStatistics, Peer, ServerLinkEvent, ServerNetwork as _};
use rustc_hash::FxHashMap;

use crate::close_code::{CloseCode, line};
use crate::fast_path::Offer;
use crate::hello::server_hello;
use crate::link::{Link, Sent};
use crate::packet_bytes::PacketBytes;
use crate::{Fingerprint, Identity, QuicRuntime, QuicServerSettings, ShownIdentity};
use acceptor::Acceptor;
use fast_path::FastPathShard;
use port::Port;
use shard::{Placement, Shard};
use signs_of_life::SignsOfLife;

pub use bind::BindError;
pub use fast_path::FastPathCounts;

/// The interval at which [`QuicServer::close`] checks whether all connections have ended.
const CLOSE_CHECK_INTERVAL: Duration = Duration::from_millis(1);

/// Links to any number of clients. Dropping it closes them at once; [`close`](Self::close) does it in order.
///
/// Several of them may share a port ([`bind_shards`](Self::bind_shards)): each has its own links, waker and counters,
/// and may be polled on a thread of its own.
pub struct QuicServer {
    port: Arc<Port>,
    acceptor: Arc<Acceptor>,
    shard: Arc<Shard>,
    /// Counts the connections that the port rejected, for all shards.
    is_first: bool,
    /// By numbers that this side has chosen, so that peers cannot make them collide.
    members: FxHashMap<Peer, Member>,
    /// Paths beside the connections, if there are any.
    fast_path: Option<FastPathShard>,
    /// Whether the next poll checks the fast path first: they take turns.
    is_fast_path_first: bool,
    /// The peer that the last poll reported as connected: it is admitted, with this hello, unless the next call
    /// rejects it.
    newcomer: Option<(Peer, Vec<u8>)>,
    /// The peer whose packet was reported last: packets sent next are most likely its own. From it, the fast path
    /// derives which clients hear several speakers at once, so that their packets may share datagrams; a wrong guess
    /// costs a datagram or a short wait.
    last_heard: Peer,
    is_shut_down: bool,
    /// The `WebSocket` ports that clients are told of, by session.
    web_socket_ports: Arc<BTreeMap<String, u16>>,
    /// Unreliable packets, sent and received, that were carried by the connections' own threads.
    packets_on_threads: u64,
    packets: PacketBytes,
    statistics: NetworkStatistics,
}

impl fmt::Debug for QuicServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QuicServer")
            .field("address", &self.local_addr())
            .field("members", &self.members.len())
            .finish_non_exhaustive()
    }
}

/// A client that was reported as connected.
#[derive(Debug)]
struct Member {
    link: Arc<Link>,
    /// The number of its path beside the connection.
    path: Option<u32>,
    life: SignsOfLife,
}

impl QuicServer {
    /// Listens on a UDP address; port 0 takes any free one. `[::]` accepts IPv4 clients as well.
    ///
    /// # Errors
    /// If the address is not available; the error names it and says what to do.
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
    /// `place` is called once for each client, on a thread of the runtime, with the session that the client names;
    /// the client becomes a peer of the shard with the returned number (modulo `shards`), and of no other. It must
    /// not block.
    ///
    /// The limits of `settings` on connections and handshakes apply to the port, that is to all shards together. The
    /// first shard also counts connections that were rejected or failed before they were placed. A shard that was
    /// shut down or dropped rejects clients that are placed on it; the port is free when the last shard is gone.
    ///
    /// # Errors
    /// The same as of [`bind`](Self::bind).
    pub fn bind_shards(
        runtime: &QuicRuntime,
        address: SocketAddr,
        identity: &Identity,
        settings: QuicServerSettings,
        shards: NonZeroUsize,
        place: impl Fn(&str) -> usize + Send + Sync + 'static,
    ) -> Result<Vec<Self>, BindError> {
        let port = Arc::new(bind::bind(runtime, address, identity, &settings, shards.get())?);
        let fast_path_settings = settings.fast_path.clone();
        let web_socket_ports = Arc::new(settings.web_socket_ports.clone());
        let acceptor = Arc::new(Acceptor::new(settings, shards, Placement::new(place)));
        runtime.spawn(Arc::clone(&acceptor).receive(port.endpoint.clone()));
        let server = |(number, shard): (usize, &Arc<Shard>)| Self {
            port: Arc::clone(&port),
            acceptor: Arc::clone(&acceptor),
            shard: Arc::clone(shard),
            is_first: number == 0,
            members: FxHashMap::default(),
            fast_path: FastPathShard::new(&port, number, &fast_path_settings),
            is_fast_path_first: false,
            newcomer: None,
            last_heard: Peer(0),
            is_shut_down: false,
            web_socket_ports: Arc::clone(&web_socket_ports),
            packets_on_threads: 0,
            packets: PacketBytes::default(),
            statistics: NetworkStatistics::default(),
        };
        Ok(acceptor.shards.iter().enumerate().map(server).collect())
    }

    /// The address on which it listens, with the real port.
    pub fn local_addr(&self) -> SocketAddr {
        self.port.local_addr
    }

    /// The fingerprint of the certificate that it presents.
    pub fn fingerprint(&self) -> Fingerprint {
        self.port.shown_identity.fingerprint()
    }

    /// A handle to exchange the certificate while the server runs.
    ///
    /// The tokens that end connections of an earlier run (RFC 9000, section 10.3) are still derived from the first
    /// identity's private key.
    pub fn shown_identity(&self) -> ShownIdentity {
        self.port.shown_identity.clone()
    }

    /// Shuts down in order, waits up to `at_most` until the port is free, and returns whether it is.
    ///
    /// A port with several shards is freed by the last one: the others return when their own links have ended. Blocks
    /// the calling thread, which must not be one of an async runtime.
    pub fn close(mut self, at_most: Duration) -> bool {
        let deadline = Instant::now() + at_most;
        self.shutdown(Instant::now());
        while self.shard.guests.load(Ordering::Relaxed) > 0 && Instant::now() < deadline {
            while self.poll_event(Instant::now(), &mut Vec::new()).is_some() {}
            thread::sleep(CLOSE_CHECK_INTERVAL);
        }
        let (acceptor, socket) = (Arc::clone(&self.acceptor), self.port.socket.clone());
        let _runtime = self.port.runtime.clone();
        drop(self);
        while acceptor.is_closed() && socket.strong_count() > 0 && Instant::now() < deadline {
            thread::sleep(CLOSE_CHECK_INTERVAL);
        }
        socket.strong_count() == 0
    }

    fn stop_accepting(&mut self) {
        if !std::mem::replace(&mut self.is_shut_down, true) {
            self.acceptor.close_shard();
        }
    }

    /// The packets carried and dropped by the paths beside the connections, if there are such paths.
    pub fn fast_path_counts(&self) -> Option<FastPathCounts> {
        self.fast_path.as_ref().map(FastPathShard::counts)
    }

    /// Admits a client that the driver may still reject.
    fn welcome(&mut self, peer: Peer, session: &str, link: Arc<Link>, offer: Option<&Offer>) {
        let announcement = offer.and_then(|offer| {
            self.fast_path.as_mut().and_then(|fast_path| fast_path.open(peer, &link, offer))
        });
        let path = announcement.map(|announcement| announcement.link);
        let web_socket_port = self.web_socket_ports.get(session).copied();
        self.newcomer = Some((peer, server_hello(announcement.as_ref(), web_socket_port)));
        self.members.insert(peer, Member { link, path, life: SignsOfLife::default() });
        self.statistics.connections.accepted += 1;
    }

    fn accept_newcomer(&mut self) {
        if let Some((peer, hello)) = self.newcomer.take()
            && let Some(member) = self.members.get(&peer)
        {
            member.link.send_control(self.packets.frame(&hello));
        }
    }

    fn send_reliable(&mut self, peer: Peer, packet: Bytes, bytes: usize) {
        let sent =
            self.members.get(&peer).map_or(Sent::NotConnected, |member| member.link.send_control(packet));
        if sent == Sent::TooSlow {
            self.statistics.connections.too_slow += 1;
            self.mute(peer);
        }
        sent.count(&mut self.statistics.links, Delivery::Reliable, bytes);
    }

    fn send_unreliable(&mut self, now: Instant, peers: &[Peer], packet: &[u8]) {
        // Created for the first peer that needs it.
        let mut shared = None;
        for peer in peers {
            let sent = match self.members.get(peer) {
                None => Sent::NotConnected,
                Some(Member { link, path, .. }) => {
                    let fast_path = self.fast_path.as_mut().zip(*path);
                    if fast_path.is_some_and(|(it, number)| it.send(now, number, self.last_heard, packet)) {
                        Sent::Taken
                    } else {
                        let datagram: &Bytes = shared.get_or_insert_with(|| self.packets.datagram(packet));
                        self.packets_on_threads += 1;
                        link.send_datagram(datagram.clone())
                    }
                }
            };
            sent.count(&mut self.statistics.links, Delivery::Unreliable, packet.len());
        }
    }

    /// Receives the next packet from the fast path into the buffer.
    fn receive_on_fast_path(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent> {
        let peer = self.fast_path.as_mut()?.receive(now, bytes)?;
        self.statistics.links.received.count(Delivery::Unreliable, 1, bytes.len());
        self.last_heard = peer;
        Some(ServerLinkEvent::Packet { peer, channel: Delivery::Unreliable })
    }

    fn send_collected(&mut self, now: Instant) {
        if let Some(fast_path) = &mut self.fast_path {
            fast_path.flush(now);
            fast_path.look_again();
        }
    }

    fn close_path(&mut self, peer: Peer) {
        if let Some(number) = self.members.get_mut(&peer).and_then(|member| member.path.take())
            && let Some(fast_path) = &mut self.fast_path
        {
            fast_path.close(number);
        }
    }

    /// Ignores everything from a peer but its end.
    fn mute(&mut self, peer: Peer) {
        self.close_path(peer);
        if self.shard.mailbox.mute(peer)
            && let Some(member) = self.members.get(&peer)
        {
            member.link.make_room();
        }
    }

    fn leave(&mut self, peer: Peer, code: CloseCode, words: &str) {
        let is_refused = self.newcomer.take_if(|(newcomer, _)| *newcomer == peer).is_some();
        if let Some(member) = self.members.get(&peer) {
            member.link.leave(if is_refused { CloseCode::Refused } else { code }, words);
            self.mute(peer);
        }
    }
}

impl Drop for QuicServer {
    fn drop(&mut self) {
        self.stop_accepting();
        self.shard.drop_server();
        self.members.values().for_each(|member| member.link.end(&line(EndCode::ShuttingDown)));
        while let Some(popped) = self.shard.mailbox.pop() {
            if let Popped::Connected { about, .. } = popped {
                about.link.end(&line(EndCode::ShuttingDown));
            }
        }
    }
}
