//! A network whose packets go nowhere.

use std::collections::VecDeque;
use std::hint::black_box;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use consonance_link::{
    Delivery, NetworkStatistics, PacketLimits, Peer, Remote, ServerLinkEvent, ServerNetwork,
};

/// The server's end.
pub(super) struct BenchNetwork {
    inbox: Arc<Mutex<VecDeque<Incoming>>>,
}

/// The common end of all clients.
pub(super) struct Wire(Arc<Mutex<VecDeque<Incoming>>>);

enum Incoming {
    Connected(Peer),
    Packet(Peer, Delivery, Vec<u8>),
}

impl BenchNetwork {
    pub(super) fn new() -> (Self, Wire) {
        let inbox = Arc::default();
        (Self { inbox: Arc::clone(&inbox) }, Wire(inbox))
    }
}

impl Wire {
    pub(super) fn connect(&self, peer: u64) {
        self.push(Incoming::Connected(Peer(peer)));
    }

    pub(super) fn reliable(&self, peer: u64, packet: Vec<u8>) {
        self.push(Incoming::Packet(Peer(peer), Delivery::Reliable, packet));
    }

    pub(super) fn unreliable(&self, peer: u64, packet: Vec<u8>) {
        self.push(Incoming::Packet(Peer(peer), Delivery::Unreliable, packet));
    }

    fn push(&self, incoming: Incoming) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(incoming);
    }
}

impl ServerNetwork for BenchNetwork {
    fn disconnect(&mut self, _now: Instant, _peer: Peer, _reason: &str) {}

    fn shutdown(&mut self, _now: Instant) {}

    fn statistics(&self) -> NetworkStatistics {
        NetworkStatistics::default()
    }

    fn poll_event(&mut self, _now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent> {
        let incoming = self.inbox.lock().unwrap_or_else(PoisonError::into_inner).pop_front()?;
        Some(match incoming {
            Incoming::Connected(peer) => {
                ServerLinkEvent::Connected { peer, session: "main".into(), remote: Remote::Named("".into()) }
            }
            Incoming::Packet(peer, delivery, packet) => {
                *bytes = packet;
                ServerLinkEvent::Packet { peer, channel: delivery }
            }
        })
    }

    fn send(&mut self, _now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        for peer in peers {
            black_box((peer, delivery, packet.as_ptr()));
        }
    }

    fn limits(&self) -> PacketLimits {
        PacketLimits { reliable_bytes: 65_536, unreliable_bytes: 1200 }
    }
}
