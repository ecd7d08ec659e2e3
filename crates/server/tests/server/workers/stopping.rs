//! A server that stops while its network still has disconnects to send.

use std::num::NonZeroUsize;
use std::time::Instant;

use consonance_link::memory::{MemoryNetwork, MemoryServer};
use consonance_link::{
    Delivery, DisconnectReason, NetworkStatistics, PacketLimits, Peer, ServerLinkEvent, ServerNetwork,
};
use consonance_server::{DedicatedServer, SessionsSettings, Workers};

use crate::workers::fixture::{player_over, wait_until};

/// Iterations until a disconnect is sent: a network that loses packets sends it more than once.
const TURNS_PER_GOODBYE: u32 = 20;

/// A network whose links end some iterations after the server has ended them.
struct SlowToEnd {
    inner: MemoryServer,
    /// Links to end, each with its reason.
    ending: Vec<(Peer, String)>,
    turns_left: u32,
    polled: Instant,
}

impl SlowToEnd {
    fn new(inner: MemoryServer) -> Self {
        Self { inner, ending: Vec::new(), turns_left: TURNS_PER_GOODBYE, polled: Instant::now() }
    }
}

impl ServerNetwork for SlowToEnd {
    fn disconnect(&mut self, _now: Instant, peer: Peer, reason: &str) {
        self.ending.push((peer, reason.to_owned()));
    }

    /// Nothing to do: the session has already ended every link.
    fn shutdown(&mut self, _now: Instant) {}

    fn wants_poll_at(&self) -> Option<Instant> {
        (!self.ending.is_empty()).then_some(self.polled)
    }

    fn network(&self) -> &'static str {
        "slow to end"
    }

    fn statistics(&self) -> NetworkStatistics {
        self.inner.statistics()
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent> {
        self.polled = now;
        if !self.ending.is_empty() {
            self.turns_left = self.turns_left.saturating_sub(1);
        }
        if self.turns_left == 0 {
            for (peer, reason) in self.ending.drain(..) {
                self.inner.disconnect(now, peer, &reason);
            }
        }
        self.inner.poll_event(now, bytes)
    }

    fn send(&mut self, now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        self.inner.send(now, peers, delivery, packet);
    }

    fn limits(&self) -> PacketLimits {
        self.inner.limits()
    }
}

#[test]
fn a_stopping_server_turns_on_until_every_goodbye_has_left() {
    let network = MemoryNetwork::new();
    let mut workers = Workers::new(&SessionsSettings::new(["red"]).unwrap(), NonZeroUsize::MIN);
    workers.add_shards([Box::new(SlowToEnd::new(network.listen())) as _]);
    let server = DedicatedServer::start(workers);
    let [mut alice, mut bob] = ["Alice", "Bob"].map(|name| player_over(&network, name, "red"));
    wait_until("both join", &mut [&mut alice, &mut bob], |players| {
        players.iter().all(|player| player.has_joined)
    });
    server.stop();
    for mut player in [alice, bob] {
        player.run_once();
        // If the server were dropped with open links, they would time out instead.
        assert!(matches!(player.end, Some(DisconnectReason::ClosedByPeer { .. })), "{:?}", player.end);
    }
}
