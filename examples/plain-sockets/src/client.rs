//! The client side: one link to a server.

mod dial;
mod steps;
mod udp_path;

use std::fmt;
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use consonance_link::inbox::{Inbox, InboxLimits, Popped};
use consonance_link::{
    ClientLinkEvent, ClientNetwork, Delivery, DisconnectReason, PacketLimits, Peer, Statistics,
};

use crate::tcp_link::{TcpLink, overloaded};
use crate::{GOODBYE, LIMITS};

use dial::Dial;
use udp_path::UdpPath;

/// A client hears many speakers, and its caller can be late by a frame of the game.
const INCOMING: InboxLimits = InboxLimits { reliable_packets: 256, unreliable_packets: 1024 };

/// A link to a [`PlainServer`](crate::PlainServer). Dropping it closes the link.
pub struct PlainClient {
    server: SocketAddr,
    state: State,
    /// A connection that is being made, for this attempt or an earlier one.
    dial: Option<Dial>,
    /// Events that have not been polled yet. Each attempt to connect is a peer of its own in there.
    inbox: Inbox<(), Vec<u8>>,
    attempt: u64,
    /// A reliable packet that found the inbox full. Until it has a place, nothing more is read.
    held: Option<Vec<u8>>,
    statistics: Statistics,
}

impl fmt::Debug for PlainClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlainClient").field("server", &self.server).finish_non_exhaustive()
    }
}

#[derive(Debug)]
enum State {
    Idle,
    Dialing,
    /// Connected over TCP, until the token comes.
    Greeting {
        tcp: TcpLink,
        deadline: Instant,
    },
    Up(Box<Link>),
    /// Until the server knows that we leave.
    Leaving {
        tcp: TcpLink,
        deadline: Instant,
        connect_again: bool,
    },
}

#[derive(Debug)]
struct Link {
    tcp: TcpLink,
    udp: UdpPath,
    /// `Connected` was reported. It waits for the way over UDP, …
    is_reported: bool,
    /// … but not forever.
    report_at: Instant,
}

impl PlainClient {
    /// A client of this server, not connected yet.
    pub fn new(server: SocketAddr) -> Self {
        Self {
            server,
            state: State::Idle,
            dial: None,
            inbox: Inbox::new(INCOMING),
            attempt: 0,
            held: None,
            statistics: Statistics::default(),
        }
    }

    /// The TCP connection while there is one, for its options.
    pub fn tcp(&self) -> Option<&TcpStream> {
        match &self.state {
            State::Greeting { tcp, .. } | State::Leaving { tcp, .. } => Some(tcp.stream()),
            State::Up(link) => Some(link.tcp.stream()),
            State::Idle | State::Dialing => None,
        }
    }
}

impl ClientNetwork for PlainClient {
    fn connect(&mut self, _now: Instant) {
        match &mut self.state {
            State::Idle => self.begin(),
            State::Leaving { connect_again, .. } => *connect_again = true,
            State::Dialing | State::Greeting { .. } | State::Up(_) => {}
        }
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        if self.inbox.is_empty() {
            self.look(now);
        }
        match self.inbox.pop()? {
            Popped::Connected { .. } => Some(ClientLinkEvent::Connected),
            Popped::Packet { delivery, packet, .. } => {
                self.statistics.received.count(delivery, 1, packet.len());
                *bytes = packet;
                Some(ClientLinkEvent::Packet { channel: delivery })
            }
            Popped::Disconnected { reason, .. } => Some(ClientLinkEvent::Disconnected { reason }),
        }
    }

    fn send(&mut self, _now: Instant, delivery: Delivery, packet: &[u8]) {
        let dropped = &mut self.statistics.dropped;
        let link = match &mut self.state {
            State::Up(link) if link.is_reported => link,
            _ => return dropped.not_connected += 1,
        };
        if !LIMITS.allow(delivery, packet.len()) {
            return dropped.too_large += 1;
        }
        match delivery {
            Delivery::Reliable if !link.tcp.send(packet) => return self.end(overloaded()),
            Delivery::Unreliable if !link.udp.send(packet) => return dropped.outgoing_full += 1,
            Delivery::Reliable | Delivery::Unreliable => {}
        }
        self.statistics.sent.count(delivery, 1, packet.len());
    }

    fn disconnect(&mut self, now: Instant) {
        self.inbox.mute(Peer(self.attempt));
        self.held = None;
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Idle => {}
            State::Dialing | State::Greeting { .. } => {
                self.dial.iter_mut().for_each(Dial::cancel);
                self.end(DisconnectReason::ClosedByUs);
            }
            State::Up(link) => {
                let mut tcp = link.tcp;
                tcp.finish();
                self.state = State::Leaving { tcp, deadline: now + GOODBYE, connect_again: false };
            }
            State::Leaving { tcp, deadline, .. } => {
                self.state = State::Leaving { tcp, deadline, connect_again: false };
            }
        }
    }

    fn limits(&self) -> PacketLimits {
        LIMITS
    }

    fn statistics(&self) -> Statistics {
        let mut statistics = self.statistics;
        statistics.dropped.incoming_full = self.inbox.dropped();
        statistics
    }
}

impl Drop for PlainClient {
    fn drop(&mut self) {
        self.disconnect(Instant::now());
        // The goodbye leaves now; there is no later call.
        self.look(Instant::now());
    }
}
