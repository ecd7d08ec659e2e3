//! The client of a network that the host owns.

use std::fmt;
use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

use super::client_handle::HostedClientHandle;
use super::client_outbox::{ClientOutbox, Sent};
use super::server::{HostedServer, direct_pair};
use super::watched::Watched;
use super::{HostedSettings, overloaded};
use crate::inbox::{Mailbox, Popped};
use crate::packet_pool::{PacketPool, SharedPacket};
use crate::{
    ClientLinkEvent, ClientNetwork, Delivery, DirectEvent, DirectLinks, DisconnectReason, PacketLimits, Peer,
    ServerLinkEvent, ServerNetwork as _, Statistics,
};

/// The transport of a [hosted](super) client. Dropping it closes its links.
///
/// `connect` waits until the host reports that the link is up, however long that takes.
pub struct HostedClient {
    wires: Arc<Wires>,
    limits: PacketLimits,
    /// Counts attempts to connect, to recognise what an earlier link left behind.
    attempt: u64,
    link: Link,
    /// Direct links resemble those of a server: there are many, identified by their names.
    direct: HostedServer,
    /// Whether direct links are polled next, in turn with the link to the server.
    is_direct_turn: bool,
    pool: PacketPool,
    statistics: Statistics,
}

impl fmt::Debug for HostedClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostedClient").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// The queues between the transport and its handle.
#[derive(Debug)]
pub(super) struct Wires {
    pub(super) incoming: Mailbox<(), SharedPacket>,
    pub(super) outgoing: Watched<ClientOutbox>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    Idle,
    /// Not up, but its end has not been reported yet.
    Ending,
    Connecting,
    Up,
}

pub(super) fn pair(settings: &HostedSettings) -> (HostedClient, HostedClientHandle) {
    let wires = Arc::new(Wires {
        incoming: Mailbox::new(settings.incoming),
        outgoing: Watched::new(ClientOutbox::new(settings)),
    });
    let (direct, direct_handle) = direct_pair(settings);
    let handle = HostedClientHandle::new(Arc::clone(&wires), direct_handle);
    let client = HostedClient {
        wires,
        limits: settings.limits,
        attempt: 0,
        link: Link::Idle,
        direct,
        is_direct_turn: false,
        pool: PacketPool::default(),
        statistics: Statistics::default(),
    };
    (client, handle)
}

impl ClientNetwork for HostedClient {
    fn connect(&mut self, _now: Instant) {
        if matches!(self.link, Link::Connecting | Link::Up) {
            return;
        }
        self.attempt += 1;
        let attempt = Peer(self.attempt);
        self.wires.incoming.expect(attempt);
        let is_host_gone = self.wires.outgoing.change(|outbox| {
            if !outbox.is_host_gone {
                outbox.connect(attempt);
            }
            outbox.is_host_gone
        });
        self.link = if is_host_gone { Link::Ending } else { Link::Connecting };
        if is_host_gone {
            let (address, cause) = ("the game's network".to_owned(), "the game has left it".to_owned());
            self.wires.incoming.disconnected(attempt, DisconnectReason::Unreachable { address, cause });
        }
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        self.is_direct_turn = !self.is_direct_turn;
        if self.is_direct_turn && !self.direct.is_empty() {
            return self.poll_direct(now, bytes);
        }
        let Some(popped) = self.wires.incoming.pop() else {
            return self.poll_direct(now, bytes);
        };
        Some(match popped {
            Popped::Connected { peer, .. } => {
                if peer == Peer(self.attempt) && self.link == Link::Connecting {
                    self.link = Link::Up;
                }
                ClientLinkEvent::Connected
            }
            Popped::Packet { delivery, packet, .. } => {
                self.statistics.received.count(delivery, 1, packet.len());
                packet.copy_to(bytes);
                ClientLinkEvent::Packet { channel: delivery }
            }
            Popped::Disconnected { peer, reason } => {
                if peer == Peer(self.attempt) {
                    self.link = Link::Idle;
                }
                ClientLinkEvent::Disconnected { reason }
            }
        })
    }

    fn send(&mut self, now: Instant, delivery: Delivery, packet: &[u8]) {
        if self.link != Link::Up {
            self.statistics.dropped.not_connected += 1;
            return;
        }
        if !self.limits.allow(delivery, packet.len()) {
            self.statistics.dropped.too_large += 1;
            return;
        }
        let copy = self.pool.copy(packet);
        match self.wires.outgoing.change(|outbox| outbox.send(now, delivery, copy)) {
            Sent::Full => return self.end_overloaded(),
            Sent::InPlaceOf(gone) => self.statistics.dropped.outgoing_full += gone,
            Sent::Queued => {}
        }
        self.statistics.sent.count(delivery, 1, packet.len());
    }

    fn disconnect(&mut self, _now: Instant) {
        let attempt = Peer(self.attempt);
        self.wires.incoming.mute(attempt);
        if !matches!(self.link, Link::Connecting | Link::Up) {
            return;
        }
        self.link = Link::Ending;
        // If the host knows of the link, the end is reported once the host has taken everything before it.
        if !self.wires.outgoing.change(|outbox| outbox.disconnect(attempt)) {
            self.wires.incoming.disconnected(attempt, DisconnectReason::ClosedByUs);
        }
    }

    fn set_waker(&mut self, waker: Waker) {
        self.direct.set_waker(waker.clone());
        self.wires.incoming.set_waker(waker);
    }

    fn limits(&self) -> PacketLimits {
        self.limits
    }

    fn statistics(&self) -> Statistics {
        let mut statistics = self.statistics;
        statistics.dropped.incoming_full = self.wires.incoming.dropped();
        statistics.dropped.malformed = self.wires.outgoing.change(|outbox| outbox.malformed);
        statistics.with(&self.direct.statistics().links)
    }

    fn direct_links(&mut self) -> Option<&mut dyn DirectLinks> {
        Some(self)
    }
}

impl DirectLinks for HostedClient {
    fn send_direct(&mut self, now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        self.direct.send(now, peers, delivery, packet);
    }

    fn disconnect_direct(&mut self, now: Instant, peer: Peer) {
        self.direct.disconnect(now, peer, "");
    }
}

impl HostedClient {
    fn poll_direct(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        Some(match self.direct.poll_event(now, bytes)? {
            ServerLinkEvent::Connected { peer, .. } => {
                ClientLinkEvent::Direct { peer, event: DirectEvent::Up }
            }
            ServerLinkEvent::Packet { peer, channel: delivery } => {
                ClientLinkEvent::Direct { peer, event: DirectEvent::Packet { delivery } }
            }
            ServerLinkEvent::Disconnected { peer, reason } => {
                ClientLinkEvent::Direct { peer, event: DirectEvent::Down { reason } }
            }
        })
    }

    fn end_overloaded(&mut self) {
        let attempt = Peer(self.attempt);
        self.link = Link::Ending;
        self.wires.incoming.disconnected(attempt, overloaded());
        self.wires.outgoing.change(|outbox| {
            outbox.drop_packets();
            outbox.disconnect(attempt);
        });
    }
}

impl Drop for HostedClient {
    fn drop(&mut self) {
        self.disconnect(Instant::now());
        self.wires.outgoing.change(|outbox| outbox.is_closed = true);
    }
}
