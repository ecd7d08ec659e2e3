//! A server's socket, and the machine behind it.

use std::fmt;
use std::io;
use std::net::SocketAddr;
#[cfg(unix)]
use std::os::fd::{AsFd as _, BorrowedFd};
use std::time::Instant;

use crate::{Delivery, NetworkStatistics, PacketLimits, Peer, ServerLinkEvent, ServerNetwork};

use super::pump::{Pump, SENDS_UNFLUSHED_MAX};
use super::socket::DatagramSocket;
use super::{DatagramCounts, ServerEndpoint};
use crate::gateway::{MessageChannel, VoiceChannels};

/// Settings of a server's socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UdpServerSettings {
    /// How many datagrams are read before `poll_event` returns `None` in between, so that pending output leaves: at
    /// least 1. Default 256.
    pub datagrams_per_turn: usize,
    /// The size of the system's buffer for each direction, in bytes; the system may grant less. Default 4 MiB: as much
    /// as the clients of a busy game send in a few milliseconds.
    pub buffer_bytes: usize,
}

impl Default for UdpServerSettings {
    fn default() -> Self {
        Self { datagrams_per_turn: 256, buffer_bytes: 4 * 1024 * 1024 }
    }
}

/// A game network on one UDP socket.
pub struct UdpServer<E> {
    endpoint: E,
    socket: DatagramSocket,
    local_address: SocketAddr,
    pump: Pump,
}

impl<E: fmt::Debug> fmt::Debug for UdpServer<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UdpServer")
            .field("address", &self.local_address)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

impl<E: ServerEndpoint> UdpServer<E> {
    /// Takes a UDP port; port 0 is any free one, and `[::]` takes both families.
    ///
    /// # Errors
    /// When the address cannot be had.
    pub fn bind(address: SocketAddr, endpoint: E, settings: UdpServerSettings) -> io::Result<Self> {
        let socket = DatagramSocket::bind(address, settings.buffer_bytes)?;
        Ok(Self {
            endpoint,
            local_address: socket.socket().local_addr()?,
            socket,
            pump: Pump::new(settings.datagrams_per_turn, E::DATAGRAM_BYTES_MAX),
        })
    }

    /// The address that it listens on.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_address
    }

    /// The machine.
    pub fn endpoint(&self) -> &E {
        &self.endpoint
    }

    /// The machine.
    pub fn endpoint_mut(&mut self) -> &mut E {
        &mut self.endpoint
    }

    /// Counters of datagrams.
    pub fn datagrams(&self) -> DatagramCounts {
        self.socket.counts
    }

    fn receive(&mut self, now: Instant) -> bool {
        let Some((datagram, from)) = self.pump.receive(&mut self.socket) else { return false };
        self.endpoint.handle_datagram(now, from, datagram);
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
        let Self { endpoint, socket, pump, .. } = self;
        pump.transmit(|datagram| {
            let Some(to) = endpoint.poll_transmit(now, datagram) else { return false };
            socket.send(Some(to), datagram);
            true
        });
    }
}

impl<E: ServerEndpoint> ServerNetwork<MessageChannel> for UdpServer<E> {
    fn flush(&mut self, now: Instant) {
        self.transmit(now);
    }

    fn disconnect(&mut self, now: Instant, peer: Peer, reason: &str) {
        self.endpoint.disconnect(now, peer, reason);
    }

    fn set_joined(&mut self, now: Instant, peer: Peer, is_joined: bool) {
        self.endpoint.set_joined(now, peer, is_joined);
    }

    fn probe(&mut self, now: Instant, peer: Peer) -> Option<Instant> {
        self.endpoint.probe(now, peer)
    }

    fn shutdown(&mut self, now: Instant) {
        self.endpoint.shutdown(now);
        self.transmit(now);
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        self.endpoint.wants_poll_at()
    }

    fn wakes(&self) -> bool {
        cfg!(unix)
    }

    #[cfg(unix)]
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.socket.socket().as_fd())
    }

    fn network(&self) -> &'static str {
        self.endpoint.network()
    }

    fn statistics(&self) -> NetworkStatistics {
        let mut statistics = self.endpoint.statistics();
        statistics.links.dropped.outgoing_full += self.socket.counts.buffer_full;
        statistics
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent<MessageChannel>> {
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

    fn accept(&mut self, now: Instant, peer: Peer, greeting: &[u8]) {
        self.endpoint.accept(now, peer, greeting);
    }

    fn send(&mut self, now: Instant, peers: &[Peer], channel: MessageChannel, message: &[u8]) {
        for peers in peers.chunks(SENDS_UNFLUSHED_MAX) {
            self.endpoint.send(now, peers, channel, message);
            if self.pump.count_sends(peers.len()) {
                self.transmit(now);
            }
        }
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
}
