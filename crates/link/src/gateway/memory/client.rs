//! The client of a game network inside one process.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

use crate::inbox::{Mailbox, Popped, Pushed};
use crate::packet_pool::PacketPool;
use crate::{ClientLinkEvent, ClientNetwork, Delivery, DisconnectReason, PacketLimits, Peer, Statistics};

use super::{
    Arrival, CHANNELS, ClientMailbox, LIMITS, LinkToClient, LinkToServer, MemoryGameNetwork, Message, QUEUES,
    delivery_of, overloaded,
};
use crate::gateway::{MessageChannel, VoiceChannels};

/// A client on a [`MemoryGameNetwork`]. Dropping it closes its connection.
pub struct MemoryGameNetworkClient {
    network: MemoryGameNetwork,
    address: SocketAddr,
    greeting: Vec<u8>,
    mailbox: Arc<ClientMailbox>,
    /// The name of the latest attempt to connect, to tell it apart from remains of an earlier connection.
    attempt: Peer,
    link: Link,
    pool: PacketPool,
    statistics: Statistics,
}

impl fmt::Debug for MemoryGameNetworkClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryGameNetworkClient").field("address", &self.address).finish_non_exhaustive()
    }
}

#[derive(Debug)]
enum Link {
    Idle,
    /// Not up, but its end was not reported yet.
    Ending,
    Connecting(LinkToServer),
    Up(LinkToServer),
}

impl MemoryGameNetworkClient {
    pub(super) fn new(network: MemoryGameNetwork, address: SocketAddr) -> Self {
        Self {
            network,
            address,
            greeting: Vec::new(),
            mailbox: Arc::new(Mailbox::new(QUEUES)),
            attempt: Peer(0),
            link: Link::Idle,
            pool: PacketPool::default(),
            statistics: Statistics::default(),
        }
    }

    /// The client's address, as the server sees it.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Loses the connection as if a cable had been pulled: both ends time out, without a goodbye.
    pub fn lose_link(&mut self) {
        self.end_link(DisconnectReason::TimedOut, DisconnectReason::TimedOut);
    }

    fn end_without_server(&mut self) {
        let (address, cause) = ("this process".to_owned(), "no server listens".to_owned());
        self.mailbox.disconnected(self.attempt, DisconnectReason::Unreachable { address, cause });
        self.link = Link::Ending;
    }

    /// Ends the connection, with a reason for each end.
    fn end_link(&mut self, here: DisconnectReason, there: DisconnectReason) {
        if let Link::Connecting(link) | Link::Up(link) = &self.link {
            link.end(there);
            self.mailbox.disconnected(self.attempt, here);
            self.link = Link::Ending;
        }
    }
}

impl ClientNetwork<MessageChannel> for MemoryGameNetworkClient {
    fn set_greeting(&mut self, greeting: &[u8]) {
        greeting.clone_into(&mut self.greeting);
    }

    fn connect(&mut self, _now: Instant) {
        if matches!(self.link, Link::Connecting(_) | Link::Up(_)) {
            return;
        }
        self.attempt = Peer(self.attempt.0 + 1);
        self.mailbox.expect(self.attempt);
        let Some(listener) = self.network.listener() else { return self.end_without_server() };
        let peer = listener.next_peer();
        let link = LinkToClient { mailbox: Arc::clone(&self.mailbox), attempt: self.attempt };
        let arrival = Arrival { remote: self.address, greeting: self.greeting.clone(), link };
        listener.mailbox.connected(peer, arrival);
        // A server that is dropped at the same time may have missed the new connection.
        if listener.is_gone() {
            return self.end_without_server();
        }
        self.link = Link::Connecting(LinkToServer { listener, peer });
    }

    fn poll_event(&mut self, _now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent<MessageChannel>> {
        Some(match self.mailbox.pop()? {
            Popped::Connected { peer, about } => {
                if let Link::Connecting(link) = &self.link
                    && peer == self.attempt
                {
                    self.link = Link::Up(link.clone());
                }
                *bytes = about;
                ClientLinkEvent::Connected
            }
            Popped::Packet { delivery, packet: message, .. } => {
                message.bytes.copy_to(bytes);
                self.statistics.received.count(delivery, 1, bytes.len());
                ClientLinkEvent::Packet { channel: message.channel }
            }
            Popped::Disconnected { peer, reason } => {
                if peer == self.attempt {
                    self.link = Link::Idle;
                }
                ClientLinkEvent::Disconnected { reason }
            }
        })
    }

    fn send(&mut self, _now: Instant, channel: MessageChannel, message: &[u8]) {
        let Link::Up(link) = &self.link else {
            self.statistics.dropped.not_connected += 1;
            return;
        };
        if !LIMITS.allow(delivery_of(channel), message.len()) {
            self.statistics.dropped.too_large += 1;
            return;
        }
        let pushed = link.push(Message { channel, bytes: self.pool.copy(message) });
        match pushed {
            Pushed::Queued | Pushed::QueuedInPlaceOfOldest => {
                self.statistics.sent.count(delivery_of(channel), 1, message.len());
                self.statistics.dropped.outgoing_full +=
                    u64::from(matches!(pushed, Pushed::QueuedInPlaceOfOldest));
            }
            Pushed::Full(_) => self.end_link(overloaded(), overloaded()),
            Pushed::Unwanted => self.statistics.dropped.not_connected += 1,
        }
    }

    fn disconnect(&mut self, _now: Instant) {
        self.mailbox.mute(self.attempt);
        self.end_link(DisconnectReason::ClosedByUs, DisconnectReason::closed_by_peer(b""));
    }

    fn set_waker(&mut self, waker: Waker) {
        self.mailbox.set_waker(waker);
    }

    fn voice_channels(&self) -> VoiceChannels {
        CHANNELS
    }

    fn delivery_of(&self, channel: MessageChannel) -> Delivery {
        delivery_of(channel)
    }

    fn limits(&self) -> PacketLimits {
        LIMITS
    }

    fn statistics(&self) -> Statistics {
        let mut statistics = self.statistics;
        statistics.dropped.incoming_full = self.mailbox.dropped();
        statistics
    }
}

impl Drop for MemoryGameNetworkClient {
    fn drop(&mut self) {
        self.end_link(DisconnectReason::ClosedByUs, DisconnectReason::closed_by_peer(b""));
    }
}
