//! The server over real sockets.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::net::SocketAddr;
#[cfg(target_os = "linux")]
use std::os::fd::BorrowedFd;
use std::time::Instant;

use consonance_link::gateway::tcp::{TcpConnections, TcpEvent, TcpId};
use consonance_link::gateway::udp::DatagramSocket;
use consonance_link::gateway::{MessageChannel, VoiceChannels};
use consonance_link::{
    DisconnectReason, NetworkStatistics, PacketLimits, Peer, ServerLinkEvent, ServerNetwork, Statistics,
};
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::darkrift::format::length;
use crate::darkrift::{Listener, ListenerEvent, ListenerOrder, RELIABLE, ServerSettings, UNRELIABLE};

/// A DarkRift server: TCP and UDP, usually on one port. See the [crate's page](crate).
pub struct DarkRiftServer {
    settings: ServerSettings,
    tcp: TcpConnections,
    udp: DatagramSocket,
    addresses: [SocketAddr; 2],
    listener: Listener,
    turn: Turn,
    /// Peers whose streams may hold another message.
    reading: VecDeque<TcpId>,
    datagram: Box<[u8]>,
    statistics: Statistics,
}

impl fmt::Debug for DarkRiftServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DarkRiftServer").field("addresses", &self.addresses).finish_non_exhaustive()
    }
}

/// The source that polls read next: at most `left` datagrams, then streams.
#[derive(Debug)]
enum Turn {
    Datagrams { left: u32 },
    Streams,
}

enum Step {
    Connected(Peer, SocketAddr),
    Message(Peer, MessageChannel),
    Disconnected(Peer, DisconnectReason),
}

impl DarkRiftServer {
    /// Listens at this address. With port 0 the system chooses one that is free for both TCP and UDP.
    ///
    /// # Errors
    ///
    /// A port is in use or not permitted, or the system has no random numbers.
    pub fn bind(address: SocketAddr, settings: ServerSettings) -> io::Result<Self> {
        let mut secret = [0; 32];
        SystemRandom::new()
            .fill(&mut secret)
            .map_err(|_| io::Error::other("the system has no random numbers"))?;
        #[cfg_attr(not(target_os = "linux"), expect(unused_mut, reason = "only Linux watches the datagrams"))]
        let (mut tcp, udp, addresses) = bind_both(address, &settings)?;
        #[cfg(target_os = "linux")]
        tcp.watch(udp.socket())?;
        Ok(Self {
            listener: Listener::new(settings.clone(), &secret),
            settings,
            tcp,
            udp,
            addresses,
            turn: FRESH_TURN,
            reading: VecDeque::new(),
            datagram: vec![0; DATAGRAM_BYTES_MAX].into_boxed_slice(),
            statistics: Statistics::default(),
        })
    }

    /// The local address for TCP.
    pub fn local_addr(&self) -> SocketAddr {
        self.addresses[0]
    }

    /// The local address for UDP.
    pub fn udp_local_addr(&self) -> SocketAddr {
        self.addresses[1]
    }

    fn step(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<Step> {
        self.listener.handle_timeout(now);
        self.carry_out(now);
        loop {
            let step = match self.turn {
                Turn::Datagrams { left } => self.read_datagram(now, left, bytes),
                Turn::Streams => {
                    if let Some(step) = self.read_stream(now, bytes) {
                        return Some(step);
                    }
                    let Some(event) = self.tcp.poll(now) else {
                        self.turn = FRESH_TURN;
                        return None;
                    };
                    self.handle_tcp(now, event)
                }
            };
            if step.is_some() {
                return step;
            }
        }
    }

    fn read_datagram(&mut self, now: Instant, left: u32, bytes: &mut Vec<u8>) -> Option<Step> {
        let received = if left == 0 { None } else { self.udp.receive(&mut self.datagram) };
        let Some((length, from)) = received else {
            self.turn = Turn::Streams;
            return None;
        };
        self.turn = Turn::Datagrams { left: left - 1 };
        let event = self.listener.handle_datagram(from, &self.datagram[..length]);
        let step = event.map(|event| take_in(event, UNRELIABLE, bytes));
        self.note(step.as_ref(), bytes);
        self.carry_out(now);
        step
    }

    /// The next message of the streams with unread bytes.
    fn read_stream(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<Step> {
        loop {
            let id = *self.reading.front()?;
            let (taken, event) = self.listener.handle_stream(Peer(id.0), self.tcp.received(id));
            let step = event.map(|event| take_in(event, RELIABLE, bytes));
            self.tcp.consume(id, taken);
            if taken == 0 {
                self.reading.pop_front();
                self.carry_out(now);
            }
            if step.is_some() {
                self.note(step.as_ref(), bytes);
                return step;
            }
        }
    }

    fn handle_tcp(&mut self, now: Instant, event: TcpEvent) -> Option<Step> {
        match event {
            TcpEvent::Opened { id, remote } => self.listener.handle_opened(now, Peer(id.0), remote),
            TcpEvent::Received { id } => self.reading.push_back(id),
            TcpEvent::Closed { id, end } => {
                let peer = Peer(id.0);
                let reason = self.listener.handle_closed(peer, end.reason())?;
                return Some(Step::Disconnected(peer, reason));
            }
        }
        self.carry_out(now);
        None
    }

    fn carry_out(&mut self, now: Instant) {
        while let Some(order) = self.listener.poll_order() {
            match order {
                ListenerOrder::Write(peer, bytes) => self.tcp.send(now, TcpId(peer.0), &[&bytes]),
                ListenerOrder::Datagram(to, datagram) => self.udp.send(Some(to), &datagram),
                ListenerOrder::Finish(peer) => self.tcp.finish(now, TcpId(peer.0)),
                ListenerOrder::Abort(peer) => self.tcp.abort(TcpId(peer.0)),
            }
        }
    }

    fn note(&mut self, step: Option<&Step>, bytes: &[u8]) {
        if let Some(Step::Message(_, channel)) = step {
            self.statistics.received.count(self.delivery_of(*channel), 1, bytes.len());
        }
    }

    fn send_to(&mut self, now: Instant, peer: Peer, channel: MessageChannel, message: &[u8]) {
        if message.len() > self.message_bytes_max(channel) {
            self.statistics.dropped.too_large += 1;
            return;
        }
        let Some(endpoint) = self.listener.endpoint(peer) else {
            self.statistics.dropped.not_connected += 1;
            return;
        };
        if channel == RELIABLE {
            self.tcp.send(now, TcpId(peer.0), &[&length(message), message]);
        } else {
            self.udp.send(Some(endpoint), message);
        }
        self.statistics.sent.count(self.delivery_of(channel), 1, message.len());
    }
}

impl ServerNetwork<MessageChannel> for DarkRiftServer {
    fn flush(&mut self, now: Instant) {
        self.tcp.flush(now);
    }

    /// The reason is not sent: DarkRift has no message for it.
    fn disconnect(&mut self, now: Instant, peer: Peer, _reason: &str) {
        self.listener.disconnect(peer);
        self.carry_out(now);
    }

    fn set_joined(&mut self, now: Instant, peer: Peer, is_joined: bool) {
        self.listener.set_joined(now, peer, is_joined);
    }

    fn shutdown(&mut self, now: Instant) {
        self.tcp.stop_listening();
        self.listener.shutdown();
        self.carry_out(now);
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        [self.listener.poll_timeout(), self.tcp.poll_timeout()].into_iter().flatten().min()
    }

    fn wakes(&self) -> bool {
        TcpConnections::wakes()
    }

    #[cfg(target_os = "linux")]
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.tcp.descriptor())
    }

    fn network(&self) -> &'static str {
        "darkrift2"
    }

    fn statistics(&self) -> NetworkStatistics {
        let mut links = self.statistics;
        links.dropped.malformed += self.listener.malformed();
        links.dropped.outgoing_full += self.udp.counts().buffer_full;
        let mut connections = self.listener.counts();
        connections.rejected_full += self.tcp.rejected();
        NetworkStatistics { links, connections }
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent<MessageChannel>> {
        Some(match self.step(now, bytes)? {
            Step::Connected(peer, remote) => {
                bytes.clear();
                ServerLinkEvent::Connected { peer, session: String::new(), remote: remote.into() }
            }
            Step::Message(peer, channel) => ServerLinkEvent::Packet { peer, channel },
            Step::Disconnected(peer, reason) => ServerLinkEvent::Disconnected { peer, reason },
        })
    }

    fn accept(&mut self, now: Instant, peer: Peer, greeting: &[u8]) {
        self.listener.accept(peer, greeting);
        self.carry_out(now);
        // Messages that arrived before the acceptance can be read now.
        self.reading.push_back(TcpId(peer.0));
    }

    fn send(&mut self, now: Instant, peers: &[Peer], channel: MessageChannel, message: &[u8]) {
        for &peer in peers {
            self.send_to(now, peer, channel, message);
        }
    }

    fn voice_channels(&self) -> VoiceChannels {
        CHANNELS
    }

    fn limits(&self) -> PacketLimits {
        PacketLimits {
            reliable_bytes: self.settings.outgoing_message_bytes_max,
            unreliable_bytes: self.settings.datagram_bytes_max,
        }
    }
}

pub(crate) const CHANNELS: VoiceChannels = VoiceChannels { reliable: RELIABLE, unreliable: UNRELIABLE };

fn take_in(event: ListenerEvent<'_>, channel: MessageChannel, buffer: &mut Vec<u8>) -> Step {
    match event {
        ListenerEvent::Connected { peer, remote } => Step::Connected(peer, remote),
        ListenerEvent::Message { peer, message } => {
            buffer.clear();
            buffer.extend_from_slice(message);
            Step::Message(peer, channel)
        }
    }
}

fn bind_both(
    address: SocketAddr,
    settings: &ServerSettings,
) -> io::Result<(TcpConnections, DatagramSocket, [SocketAddr; 2])> {
    let mut tries_left = if address.port() == 0 && settings.udp_port.is_none() { BIND_TRIES } else { 1 };
    loop {
        tries_left -= 1;
        let tcp = TcpConnections::listen(address, settings.tcp())?;
        let local = tcp.local_addr().ok_or(io::ErrorKind::AddrNotAvailable)?;
        let udp = SocketAddr::new(local.ip(), settings.udp_port.unwrap_or(local.port()));
        match DatagramSocket::bind(udp, BUFFER_BYTES) {
            Ok(socket) => {
                let udp = socket.socket().local_addr()?;
                return Ok((tcp, socket, [local, udp]));
            }
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && tries_left > 0 => {}
            Err(error) => return Err(error),
        }
    }
}

/// A port that the system chose for TCP may be taken for UDP.
const BIND_TRIES: u32 = 20;

/// The number of datagrams read before streams get their turn.
const DATAGRAMS_MAX: u32 = 256;
const FRESH_TURN: Turn = Turn::Datagrams { left: DATAGRAMS_MAX };

/// Room for the datagrams of a burst between two polls.
const BUFFER_BYTES: usize = 1024 * 1024;

/// The largest possible datagram.
pub(crate) const DATAGRAM_BYTES_MAX: usize = 65_536;
