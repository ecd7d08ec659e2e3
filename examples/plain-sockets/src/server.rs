//! The server side: many links, told apart by their sockets.

mod guest;
mod refusals;
mod steps;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::time::Instant;

use consonance_link::inbox::{Inbox, InboxLimits, Popped};
use consonance_link::{Delivery, NetworkStatistics, PacketLimits, Peer, ServerLinkEvent, ServerNetwork};

use crate::LIMITS;
use crate::tcp_link::overloaded;
use crate::token::Token;

use guest::Guest;
use refusals::Refusals;

/// How many ports to try until one is free for TCP and UDP both.
const PORTS_TRIED: usize = 16;

/// Settings of a server.
#[derive(Clone, Debug)]
pub struct PlainServerSettings {
    /// Clients at once (default 256). One more is told that the server is full.
    pub clients_max: u32,
}

impl Default for PlainServerSettings {
    fn default() -> Self {
        Self { clients_max: 256 }
    }
}

/// A server that listens on a TCP and a UDP port of the same number. Dropping it closes every link.
pub struct PlainServer {
    listener: TcpListener,
    udp: UdpSocket,
    address: SocketAddr,
    settings: PlainServerSettings,
    guests: BTreeMap<Peer, Guest>,
    refusals: Refusals,
    by_token: HashMap<Token, Peer>,
    by_source: HashMap<SocketAddr, Peer>,
    /// Events that have not been polled yet.
    inbox: Inbox<SocketAddr, Vec<u8>>,
    /// Reported as connected by the last poll: admitted unless the next call rejects it.
    newcomer: Option<Peer>,
    last_peer: u64,
    is_shut_down: bool,
    statistics: NetworkStatistics,
}

impl fmt::Debug for PlainServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlainServer")
            .field("address", &self.address)
            .field("guests", &self.guests.len())
            .finish_non_exhaustive()
    }
}

impl PlainServer {
    /// Listens on this address; with port 0, on one that is free for TCP and UDP both.
    ///
    /// # Errors
    /// If the address or the port cannot be had.
    pub fn bind(address: SocketAddr, settings: PlainServerSettings) -> io::Result<Self> {
        let mut tries = if address.port() == 0 { PORTS_TRIED } else { 1 };
        let (listener, udp) = loop {
            tries -= 1;
            match bind_both(address) {
                Err(_) if tries > 0 => {}
                sockets => break sockets?,
            }
        };
        Ok(Self {
            address: listener.local_addr()?,
            listener,
            udp,
            settings,
            guests: BTreeMap::new(),
            refusals: Refusals::default(),
            by_token: HashMap::new(),
            by_source: HashMap::new(),
            inbox: Inbox::new(InboxLimits::default()),
            newcomer: None,
            last_peer: 0,
            is_shut_down: false,
            statistics: NetworkStatistics::default(),
        })
    }

    /// The address that it listens on, with the actual port.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    fn accept_newcomer(&mut self) {
        if let Some(guest) = self.newcomer.take().and_then(|peer| self.guests.get_mut(&peer)) {
            // The first packet of a connection always has room.
            let _ = guest.tcp.send(&guest.token.to_bytes());
        }
    }

    /// Sends to one guest; false if it must be disconnected because it does not take its packets.
    fn send_to(&mut self, peer: Peer, delivery: Delivery, packet: &[u8]) -> bool {
        let links = &mut self.statistics.links;
        let Some(guest) = self.guests.get_mut(&peer).filter(|guest| !guest.is_leaving()) else {
            links.dropped.not_connected += 1;
            return true;
        };
        match (delivery, guest.source) {
            (Delivery::Reliable, _) if !guest.tcp.send(packet) => return false,
            (Delivery::Reliable, _) => {}
            (Delivery::Unreliable, Some(source)) if self.udp.send_to(packet, source).is_ok() => {}
            // The client's UDP address is not known yet, or the system's queue is full.
            (Delivery::Unreliable, _) => {
                links.dropped.outgoing_full += 1;
                return true;
            }
        }
        links.sent.count(delivery, 1, packet.len());
        true
    }
}

impl ServerNetwork for PlainServer {
    /// The words stay here: this wire has no way to carry them.
    fn disconnect(&mut self, now: Instant, peer: Peer, _reason: &str) {
        // A newcomer that has not been sent its token yet counts as refused.
        self.newcomer.take_if(|newcomer| *newcomer == peer);
        if let Some(guest) = self.guests.get_mut(&peer).filter(|guest| !guest.is_leaving()) {
            guest.leave(now);
            self.inbox.mute(peer);
        }
    }

    fn shutdown(&mut self, now: Instant) {
        self.is_shut_down = true;
        for peer in self.guests.keys().copied().collect::<Vec<_>>() {
            self.disconnect(now, peer, "");
        }
    }

    fn statistics(&self) -> NetworkStatistics {
        let mut statistics = self.statistics;
        statistics.links.dropped.incoming_full = self.inbox.dropped();
        let connected = self.guests.values().filter(|guest| !guest.is_leaving()).count();
        statistics.connections.connected = connected as u64;
        statistics
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent> {
        self.accept_newcomer();
        if self.inbox.is_empty() {
            self.look(now);
        }
        Some(match self.inbox.pop()? {
            Popped::Connected { peer, about } => {
                self.newcomer = Some(peer);
                self.statistics.connections.accepted += 1;
                ServerLinkEvent::Connected { peer, session: String::new(), remote: about.into() }
            }
            Popped::Packet { peer, delivery, packet, .. } => {
                self.statistics.links.received.count(delivery, 1, packet.len());
                *bytes = packet;
                ServerLinkEvent::Packet { peer, channel: delivery }
            }
            Popped::Disconnected { peer, reason } => ServerLinkEvent::Disconnected { peer, reason },
        })
    }

    fn send(&mut self, _now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        self.accept_newcomer();
        if !LIMITS.allow(delivery, packet.len()) {
            self.statistics.links.dropped.too_large += 1;
            return;
        }
        for &peer in peers {
            if !self.send_to(peer, delivery, packet) {
                self.statistics.connections.too_slow += 1;
                self.inbox.mute(peer);
                self.end(peer, overloaded());
            }
        }
    }

    fn limits(&self) -> PacketLimits {
        LIMITS
    }
}

fn bind_both(address: SocketAddr) -> io::Result<(TcpListener, UdpSocket)> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let udp = UdpSocket::bind(listener.local_addr()?)?;
    udp.set_nonblocking(true)?;
    Ok((listener, udp))
}
