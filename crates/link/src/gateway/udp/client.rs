//! A client's socket, and the machine behind it.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
#[cfg(unix)]
use std::os::fd::{AsFd as _, BorrowedFd};
use std::time::Instant;

use crate::{ClientLinkEvent, ClientNetwork, Delivery, DisconnectReason, PacketLimits, Statistics};

use super::pump::Pump;
use super::socket::DatagramSocket;
use super::{ClientEndpoint, DatagramCounts};
use crate::gateway::{MessageChannel, VoiceChannels};

/// Settings of a client's sockets, one for each connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UdpClientSettings {
    /// The address of this machine that datagrams come from. Default: the system chooses.
    pub local_ip: Option<IpAddr>,
    /// How many datagrams are read before `poll_event` returns `None` in between, so that pending output leaves: at
    /// least 1. Default 64.
    pub datagrams_per_turn: usize,
    /// The size of the system's buffer for each direction, in bytes; the system may grant less. Default 512 KiB: data
    /// that arrives while a game hangs is stale.
    pub buffer_bytes: usize,
}

impl Default for UdpClientSettings {
    fn default() -> Self {
        Self { local_ip: None, datagrams_per_turn: 64, buffer_bytes: 512 * 1024 }
    }
}

/// A game network's client that takes a UDP socket for each connection. Dropping it is a goodbye.
pub struct UdpClient<E: ClientEndpoint> {
    endpoint: E,
    server: SocketAddr,
    settings: UdpClientSettings,
    /// A prefix of each datagram until the server has answered.
    preface: Vec<u8>,
    is_answered: bool,
    /// While there is a connection, or one is being made or ended.
    socket: Option<DatagramSocket>,
    /// Counters of sockets that are closed.
    counts: DatagramCounts,
    is_leaving: bool,
    /// Whether to connect again once the present connection has ended.
    connects_again: bool,
    /// The failure to report of an attempt that never had a socket.
    failure: Option<DisconnectReason>,
    pump: Pump,
}

impl<E: ClientEndpoint + fmt::Debug> fmt::Debug for UdpClient<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UdpClient")
            .field("server", &self.server)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

impl<E: ClientEndpoint> UdpClient<E> {
    /// A client of the server at this address, not connected yet.
    pub fn new(server: SocketAddr, endpoint: E, settings: UdpClientSettings) -> Self {
        Self {
            endpoint,
            server,
            settings,
            preface: Vec::new(),
            is_answered: false,
            socket: None,
            counts: DatagramCounts::default(),
            is_leaving: false,
            connects_again: false,
            failure: None,
            pump: Pump::new(settings.datagrams_per_turn, E::DATAGRAM_BYTES_MAX),
        }
    }

    /// Puts these bytes before each datagram until the server has answered, for servers behind something that takes
    /// them away, such as a [header of the PROXY protocol](crate::gateway::proxy_protocol::header). The first datagram
    /// alone would not do: it may be lost.
    #[must_use]
    pub fn with_preface(mut self, preface: Vec<u8>) -> Self {
        self.preface = preface;
        self
    }

    /// The local address, while there is a connection.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.socket.as_ref()?.socket().local_addr().ok()
    }

    /// The machine.
    pub fn endpoint(&self) -> &E {
        &self.endpoint
    }

    /// The machine.
    pub fn endpoint_mut(&mut self) -> &mut E {
        &mut self.endpoint
    }

    /// Counters of datagrams, over all connections.
    pub fn datagrams(&self) -> DatagramCounts {
        self.socket.as_ref().map_or(self.counts, |socket| self.counts.with(socket.counts))
    }

    fn open(&self) -> io::Result<DatagramSocket> {
        let any: IpAddr =
            if self.server.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
        let local = SocketAddr::new(self.settings.local_ip.unwrap_or(any), 0);
        let socket = DatagramSocket::bind(local, self.settings.buffer_bytes)?;
        socket.connect(self.server)?;
        Ok(socket)
    }

    fn receive(&mut self, now: Instant) -> bool {
        let Some(socket) = &mut self.socket else { return false };
        let Some((datagram, _)) = self.pump.receive(socket) else { return false };
        self.is_answered = true;
        self.endpoint.handle_datagram(now, datagram);
        true
    }

    fn run_timeout(&mut self, now: Instant) -> bool {
        let is_due = self.pump.begin_timeout(now, self.endpoint.wants_poll_at());
        if is_due {
            self.endpoint.handle_timeout(now);
        }
        is_due
    }

    fn transmit(&mut self, now: Instant) {
        let Self { endpoint, socket, pump, preface, is_answered, .. } = self;
        pump.transmit(|datagram| {
            if !endpoint.poll_transmit(now, datagram) {
                return false;
            }
            if !*is_answered {
                datagram.splice(..0, preface.iter().copied());
            }
            if let Some(socket) = socket {
                socket.send(None, datagram);
            }
            true
        });
    }

    /// The connection has ended: its goodbye leaves, its socket closes, and the next one may begin.
    fn end(&mut self, now: Instant) {
        self.transmit(now);
        self.counts = self.datagrams();
        self.socket = None;
        self.is_leaving = false;
        if std::mem::take(&mut self.connects_again) {
            self.connect(now);
        }
    }

    fn next_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent<MessageChannel>> {
        loop {
            if let Some(event) = self.endpoint.poll_event(now, bytes) {
                return Some(event);
            }
            if !self.receive(now) && !self.run_timeout(now) {
                self.pump.end_turn();
                self.transmit(now);
                return None;
            }
        }
    }
}

impl<E: ClientEndpoint> ClientNetwork<MessageChannel> for UdpClient<E> {
    fn set_greeting(&mut self, greeting: &[u8]) {
        self.endpoint.set_greeting(greeting);
    }

    fn connect(&mut self, now: Instant) {
        self.connects_again |= self.is_leaving;
        if self.socket.is_some() || self.failure.is_some() {
            return;
        }
        match self.open() {
            Ok(socket) => {
                self.socket = Some(socket);
                self.is_answered = false;
                self.endpoint.connect(now);
                self.transmit(now);
            }
            Err(error) => {
                self.failure = Some(DisconnectReason::Unreachable {
                    address: self.server.to_string(),
                    cause: error.to_string(),
                });
            }
        }
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent<MessageChannel>> {
        if let Some(reason) = self.failure.take() {
            return Some(ClientLinkEvent::Disconnected { reason });
        }
        let event = self.next_event(now, bytes)?;
        if let ClientLinkEvent::Disconnected { .. } = event {
            self.end(now);
        }
        Some(event)
    }

    fn send(&mut self, now: Instant, channel: MessageChannel, message: &[u8]) {
        self.endpoint.send(now, channel, message);
        if self.pump.count_sends(1) {
            self.transmit(now);
        }
    }

    fn flush(&mut self, now: Instant) {
        self.transmit(now);
    }

    fn disconnect(&mut self, now: Instant) {
        if std::mem::take(&mut self.connects_again) {
            self.failure = Some(DisconnectReason::ClosedByUs);
        }
        if self.socket.is_some() && !self.is_leaving {
            self.is_leaving = true;
            self.endpoint.disconnect(now);
            self.transmit(now);
        }
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        self.endpoint.wants_poll_at()
    }

    #[cfg(unix)]
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.socket.as_ref().map(|socket| socket.socket().as_fd())
    }

    fn limits(&self) -> PacketLimits {
        self.endpoint.limits()
    }

    fn voice_channels(&self) -> VoiceChannels {
        self.endpoint.voice_channels()
    }

    fn delivery_of(&self, channel: MessageChannel) -> Delivery {
        self.endpoint.delivery_of(channel)
    }

    fn message_bytes_max(&self, channel: MessageChannel) -> usize {
        self.endpoint.message_bytes_max(channel)
    }

    fn statistics(&self) -> Statistics {
        let mut statistics = self.endpoint.statistics();
        statistics.dropped.outgoing_full += self.datagrams().buffer_full;
        statistics
    }
}

impl<E: ClientEndpoint> Drop for UdpClient<E> {
    fn drop(&mut self) {
        if self.socket.is_some() {
            let now = Instant::now();
            self.endpoint.hang_up(now);
            self.transmit(now);
        }
    }
}
