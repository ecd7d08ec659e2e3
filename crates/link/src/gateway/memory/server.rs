//! The server of a game network inside one process.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Waker;
use std::time::Instant;

use crate::inbox::{Popped, Pushed};
use crate::packet_pool::PacketPool;
use crate::{
    Delivery, DisconnectReason, NetworkStatistics, PacketLimits, Peer, SHUTTING_DOWN, ServerLinkEvent,
    ServerNetwork,
};

use super::{CHANNELS, LIMITS, LinkToClient, Listener, Message, delivery_of, overloaded};
use crate::gateway::{MessageChannel, VoiceChannels};

/// A server on a [`MemoryGameNetwork`](super::MemoryGameNetwork). Dropping it loses every connection without a goodbye.
pub struct MemoryGameNetworkServer {
    listener: Arc<Listener>,
    connections: BTreeMap<Peer, Connection>,
    is_shut_down: bool,
    pool: PacketPool,
    statistics: NetworkStatistics,
}

impl fmt::Debug for MemoryGameNetworkServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryGameNetworkServer")
            .field("connections", &self.connections.len())
            .finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Connection {
    link: LinkToClient,
    is_accepted: bool,
}

impl MemoryGameNetworkServer {
    pub(super) fn new(listener: Arc<Listener>) -> Self {
        Self {
            listener,
            connections: BTreeMap::new(),
            is_shut_down: false,
            pool: PacketPool::default(),
            statistics: NetworkStatistics::default(),
        }
    }

    fn push(&mut self, peer: Peer, message: Message) {
        let (channel, bytes) = (message.channel, message.bytes.len());
        let dropped = &mut self.statistics.links.dropped;
        let Some(connection) = self.connections.get(&peer) else {
            dropped.not_connected += 1;
            return;
        };
        let pushed = connection.link.push(message);
        match pushed {
            Pushed::Queued | Pushed::QueuedInPlaceOfOldest => {
                dropped.outgoing_full += u64::from(matches!(pushed, Pushed::QueuedInPlaceOfOldest));
                self.statistics.links.sent.count(delivery_of(channel), 1, bytes);
            }
            Pushed::Full(_) => {
                self.statistics.connections.too_slow += 1;
                self.end(peer, overloaded(), overloaded());
            }
            Pushed::Unwanted => dropped.not_connected += 1,
        }
    }

    /// Ends one connection, with a reason for each end.
    fn end(&mut self, peer: Peer, here: DisconnectReason, there: DisconnectReason) {
        if let Some(connection) = self.connections.remove(&peer) {
            connection.link.end(there);
            self.listener.mailbox.mute(peer);
            self.listener.mailbox.disconnected(peer, here);
        }
    }
}

impl ServerNetwork<MessageChannel> for MemoryGameNetworkServer {
    fn disconnect(&mut self, _now: Instant, peer: Peer, reason: &str) {
        let words = DisconnectReason::cut(reason).as_bytes();
        let is_accepted = self.connections.get(&peer).is_some_and(|connection| connection.is_accepted);
        let there = if is_accepted {
            DisconnectReason::closed_by_peer(words)
        } else {
            DisconnectReason::refused(words)
        };
        self.end(peer, DisconnectReason::ClosedByUs, there);
    }

    fn shutdown(&mut self, now: Instant) {
        self.is_shut_down = true;
        let peers: Vec<Peer> = self.connections.keys().copied().collect();
        for peer in peers {
            self.disconnect(now, peer, SHUTTING_DOWN);
        }
    }

    fn set_waker(&mut self, waker: Waker) {
        self.listener.mailbox.set_waker(waker);
    }

    fn wakes(&self) -> bool {
        true
    }

    fn network(&self) -> &'static str {
        "memory"
    }

    fn statistics(&self) -> NetworkStatistics {
        let mut statistics = self.statistics;
        statistics.links.dropped.incoming_full = self.listener.mailbox.dropped();
        statistics.connections.connected = self.connections.len() as u64;
        statistics
    }

    fn poll_event(&mut self, _now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent<MessageChannel>> {
        loop {
            match self.listener.mailbox.pop()? {
                Popped::Connected { peer, about } if self.is_shut_down => {
                    about.link.end(DisconnectReason::refused(SHUTTING_DOWN.as_bytes()));
                    self.listener.mailbox.forget(peer);
                    self.statistics.connections.rejected_full += 1;
                }
                Popped::Connected { peer, about } => {
                    self.connections.insert(peer, Connection { link: about.link, is_accepted: false });
                    *bytes = about.greeting;
                    let (session, remote) = (String::new(), about.remote.into());
                    return Some(ServerLinkEvent::Connected { peer, session, remote });
                }
                Popped::Packet { peer, delivery, packet: message, .. } => {
                    message.bytes.copy_to(bytes);
                    self.statistics.links.received.count(delivery, 1, bytes.len());
                    return Some(ServerLinkEvent::Packet { peer, channel: message.channel });
                }
                Popped::Disconnected { peer, reason } => {
                    self.connections.remove(&peer);
                    return Some(ServerLinkEvent::Disconnected { peer, reason });
                }
            }
        }
    }

    fn accept(&mut self, _now: Instant, peer: Peer, greeting: &[u8]) {
        let connection = self.connections.get_mut(&peer).filter(|connection| !connection.is_accepted);
        if let Some(Connection { link, is_accepted }) = connection {
            *is_accepted = true;
            self.statistics.connections.accepted += 1;
            link.mailbox.connected(link.attempt, greeting.to_owned());
        }
    }

    fn send(&mut self, _now: Instant, peers: &[Peer], channel: MessageChannel, message: &[u8]) {
        if !LIMITS.allow(delivery_of(channel), message.len()) {
            self.statistics.links.dropped.too_large += 1;
            return;
        }
        let message = Message { channel, bytes: self.pool.copy(message) };
        for &peer in peers {
            self.push(peer, message.clone());
        }
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
}

impl Drop for MemoryGameNetworkServer {
    fn drop(&mut self) {
        // The flag is set before the mailbox is emptied: a client that connects later sees the flag, and the loops
        // here see one that connected earlier.
        self.listener.is_gone.store(true, Ordering::SeqCst);
        for connection in self.connections.values() {
            connection.link.end(DisconnectReason::TimedOut);
        }
        while let Some(popped) = self.listener.mailbox.pop() {
            if let Popped::Connected { about, .. } = popped {
                about.link.end(DisconnectReason::TimedOut);
            }
        }
    }
}
