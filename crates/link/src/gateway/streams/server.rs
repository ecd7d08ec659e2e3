//! The server over real sockets.

mod polling;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::io;
use std::net::SocketAddr;
#[cfg(target_os = "linux")]
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;

use crate::{
    ConnectionCounts, ConnectionSlots, Delivery, EndCode, HandshakeSlots, NetworkStatistics, PacketLimits,
    Peer, SHUTTING_DOWN, ServerLinkEvent, ServerNetwork, Statistics,
};

use super::link::Link;
use super::{CHANNELS, MessageStream as _, StreamProtocol, StreamSettings, limits_of};
use crate::gateway::tcp::{TcpConnections, TcpId, TcpSettings};
use crate::gateway::{MessageChannel, Timers, VoiceChannels};

/// A server whose clients' messages come in TCP streams.
pub struct StreamServer<P: StreamProtocol> {
    protocol: P,
    settings: StreamSettings,
    tcp: TcpConnections,
    links: BTreeMap<TcpId, ServerLink<P::Stream>>,
    /// Slots of connections that have done their part of the handshake.
    slots: ConnectionSlots<TcpId>,
    /// Slots of connections that are [requested](Phase::Requested).
    handshake_slots: HandshakeSlots<TcpId>,
    /// The handshake deadlines of pending connections, and when the others are pinged.
    timers: Timers<TcpId>,
    /// Peers whose streams may hold more data.
    reading: VecDeque<TcpId>,
    /// Connections with queued unreliable messages.
    behind: BTreeSet<TcpId>,
    out: Vec<u8>,
    statistics: Statistics,
    counts: ConnectionCounts,
}

impl<P: StreamProtocol> fmt::Debug for StreamServer<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamServer").field("links", &self.links.len()).finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct ServerLink<S> {
    link: Link<S>,
    remote: SocketAddr,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Its part of the handshake is not complete.
    Requested,
    /// Reported, but not admitted yet.
    Waiting,
    Up,
    /// The client's queue was too long, and the client has been notified.
    TooSlow,
    /// We sent a goodbye.
    Leaving,
    /// The client did.
    Left,
}

impl<P: StreamProtocol> StreamServer<P> {
    /// Listens at this address; an unspecified IPv6 address takes IPv4 too.
    ///
    /// # Errors
    ///
    /// The system's error: the port is in use, or we may not bind it.
    pub fn bind(address: SocketAddr, protocol: P, settings: StreamSettings) -> io::Result<Self> {
        let StreamSettings { tcp, handshakes_max, .. } = &settings;
        let tcp = TcpSettings {
            // As many connections again as may be in a handshake, for those that are being closed with a goodbye.
            connections_max: tcp.connections_max.saturating_add(handshakes_max.saturating_mul(2)),
            ..tcp.clone()
        };
        Ok(Self {
            protocol,
            tcp: TcpConnections::listen(address, tcp)?,
            slots: ConnectionSlots::new(settings.tcp.connections_max, settings.address_shares),
            handshake_slots: HandshakeSlots::new(settings.handshakes_max),
            settings,
            links: BTreeMap::new(),
            timers: Timers::default(),
            reading: VecDeque::new(),
            behind: BTreeSet::new(),
            out: Vec::new(),
            statistics: Statistics::default(),
            counts: ConnectionCounts::default(),
        })
    }

    /// The local address of the listener.
    ///
    /// # Errors
    ///
    /// If it no longer listens.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr().ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    /// Makes the [descriptor](ServerNetwork::descriptor) readable also when this socket is, such as one for datagrams
    /// beside the streams, which its owner reads.
    ///
    /// # Errors
    ///
    /// The system's, as when too many sockets are watched.
    #[cfg(target_os = "linux")]
    pub fn watch(&mut self, socket: impl AsFd) -> io::Result<()> {
        self.tcp.watch(socket)
    }

    fn send_to(&mut self, now: Instant, id: TcpId, delivery: Delivery, message: &[u8]) {
        if delivery == Delivery::Reliable && self.ends_as_too_slow(now, id, message.len()) {
            return;
        }
        let Some(link) = self.links.get_mut(&id).filter(|link| link.phase == Phase::Up) else {
            self.statistics.dropped.not_connected += 1;
            return;
        };
        let voice_bytes_max = self.settings.voice_bytes_max;
        let dropped = link.link.send(now, &mut self.tcp, delivery, message, voice_bytes_max, &mut self.out);
        if link.link.has_waiting() {
            self.behind.insert(id);
        }
        self.statistics.sent.count(delivery, 1, message.len());
        self.statistics.dropped.outgoing_full += dropped;
    }
}

impl<P: StreamProtocol> ServerNetwork<MessageChannel> for StreamServer<P> {
    fn flush(&mut self, now: Instant) {
        self.catch_up(now);
    }

    fn disconnect(&mut self, now: Instant, peer: Peer, reason: &str) {
        let Some(link) = self.links.get_mut(&TcpId(peer.0)) else { return };
        self.out.clear();
        match link.phase {
            Phase::Waiting => link.link.stream.refuse(reason, &mut self.out),
            Phase::Up => link.link.stream.end(reason, &mut self.out),
            Phase::Requested | Phase::TooSlow | Phase::Leaving | Phase::Left => return,
        }
        link.phase = Phase::Leaving;
        link.link.finish(now, &mut self.tcp, &self.out);
    }

    fn set_joined(&mut self, now: Instant, peer: Peer, is_joined: bool) {
        let id = TcpId(peer.0);
        if self.links.contains_key(&id) {
            self.slots.set_joined(now, id, is_joined);
        }
    }

    fn probe(&mut self, now: Instant, peer: Peer) -> Option<Instant> {
        let id = TcpId(peer.0);
        let link = self.links.get_mut(&id).filter(|link| link.phase == Phase::Up)?;
        if self.settings.pings.is_some() {
            link.link.ping(now, &mut self.tcp, &mut self.out);
            return link.link.pulse.heard_at();
        }
        // Without pings, the protocol has no request that a silent client would answer.
        link.link.pulse.heard_in_rhythm().filter(|_| self.settings.clients_ping)
    }

    fn shutdown(&mut self, now: Instant) {
        self.tcp.stop_listening();
        let ids: Vec<TcpId> = self.links.keys().copied().collect();
        for id in ids {
            if self.links[&id].phase == Phase::Requested {
                self.tcp.abort(id);
                self.forget(id);
            } else {
                self.disconnect(now, Peer(id.0), &self.line(EndCode::ShuttingDown, SHUTTING_DOWN));
            }
        }
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        [self.timers.next(), self.tcp.poll_timeout()].into_iter().flatten().min()
    }

    fn carries_end_reasons(&self) -> bool {
        self.protocol.carries_end_reasons()
    }

    fn wakes(&self) -> bool {
        TcpConnections::wakes()
    }

    #[cfg(target_os = "linux")]
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.tcp.descriptor())
    }

    fn network(&self) -> &'static str {
        self.protocol.network()
    }

    fn statistics(&self) -> NetworkStatistics {
        let mut connections = self.counts;
        connections.rejected_full += self.tcp.rejected();
        NetworkStatistics { links: self.statistics, connections }
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent<MessageChannel>> {
        self.step(now, bytes)
    }

    fn accept(&mut self, now: Instant, peer: Peer, _greeting: &[u8]) {
        let id = TcpId(peer.0);
        let link = self.links.get_mut(&id).filter(|link| link.phase == Phase::Waiting);
        let Some(link) = link else { return };
        link.phase = Phase::Up;
        link.link.start_pulse(now, self.settings.pings);
        self.out.clear();
        link.link.stream.accept(&mut self.out);
        self.tcp.send(now, id, &[&self.out]);
        self.timers.set(id, link.link.pulse.poll_timeout());
        // Messages that the client has already sent can be read now.
        self.reading.push_back(id);
    }

    fn send(&mut self, now: Instant, peers: &[Peer], channel: MessageChannel, message: &[u8]) {
        if message.len() > self.protocol.message_bytes_max()
            || (message.is_empty() && !self.protocol.carries_empty_messages())
        {
            self.statistics.dropped.too_large += 1;
            return;
        }
        for peer in peers {
            self.send_to(now, TcpId(peer.0), CHANNELS.delivery_of(channel), message);
        }
    }

    fn voice_channels(&self) -> VoiceChannels {
        CHANNELS
    }

    fn limits(&self) -> PacketLimits {
        limits_of(&self.protocol)
    }
}
