//! The transport of one worker.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Waker;
use std::time::Instant;

use consonance_link::hosted::HostedServer;
use consonance_link::{
    Delivery, EndReason, NetworkStatistics, PacketLimits, Peer, ServerLinkEvent, ServerNetwork,
};

use super::pump::Pages;

/// The links of one worker's sessions. Dropping it ends them.
pub struct PacketShard {
    server: HostedServer,
    /// Packets of voice that links were too slow for.
    losses: Arc<AtomicU64>,
    pages: Pages,
}

impl fmt::Debug for PacketShard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PacketShard").field("server", &self.server).finish_non_exhaustive()
    }
}

impl PacketShard {
    pub(super) fn new(server: HostedServer, losses: Arc<AtomicU64>, pages: Pages) -> Self {
        Self { server, losses, pages }
    }
}

/// The name of this network, distinct from the games' own `WebSockets`, which have a separate listener.
const NETWORK: &str = "browser-fallback";

impl ServerNetwork for PacketShard {
    fn disconnect(&mut self, now: Instant, peer: Peer, reason: &str) {
        self.server.disconnect(now, peer, reason);
    }

    fn carries_end_reasons(&self) -> bool {
        self.server.carries_end_reasons()
    }

    /// Browsers answer the ping of a `WebSocket` by themselves.
    fn probe(&mut self, now: Instant, peer: Peer) -> Option<Instant> {
        self.pages.probe(peer).map(|heard| heard.min(now))
    }

    fn shutdown(&mut self, now: Instant) {
        self.server.shutdown(now);
    }

    fn set_waker(&mut self, waker: Waker) {
        self.server.set_waker(waker);
    }

    fn wakes(&self) -> bool {
        self.server.wakes()
    }

    fn network(&self) -> &'static str {
        NETWORK
    }

    fn statistics(&self) -> NetworkStatistics {
        let mut statistics = self.server.statistics();
        statistics.links.dropped.outgoing_full += self.losses.load(Ordering::Relaxed);
        statistics
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent> {
        self.server.poll_event(now, bytes)
    }

    fn send(&mut self, now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        self.server.send(now, peers, delivery, packet);
    }

    fn reject(&mut self, now: Instant, peer: Peer, reason: &EndReason) {
        self.server.reject(now, peer, reason);
    }

    fn limits(&self) -> PacketLimits {
        self.server.limits()
    }
}
