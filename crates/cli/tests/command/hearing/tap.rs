//! A network that records its server's calls without changing them.

#[cfg(unix)]
use std::os::fd::BorrowedFd;
use std::sync::{Arc, Mutex};
use std::task::Waker;
use std::time::Instant;

use consonance_link::{
    CapabilityRequest, Delivery, EndReason, NetworkStatistics, PacketLimits, Peer, ServerLinkEvent,
    ServerNetwork,
};
use consonance_testing::sim::ServerAction;

/// A server's calls to all its networks, oldest first. All come from one thread.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<ServerAction>>>);

/// A deliberate fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// The server forgets one of the listeners of a voice.
    ForgottenListener,
    /// The network loses one reliable packet in twenty.
    LostPacket,
}

pub(crate) struct Tap {
    network: Box<dyn ServerNetwork>,
    /// The number of this network among the server's.
    number: u64,
    log: Log,
    fault: Fault,
    reliable_packets: u64,
}

impl Log {
    pub(crate) fn take(&self) -> Vec<ServerAction> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    fn add(&self, action: ServerAction) {
        let mut actions = self.0.lock().unwrap();
        let is_news = action != ServerAction::Looked || actions.last() != Some(&action);
        if is_news {
            actions.push(action);
        }
    }
}

impl Tap {
    pub(crate) fn new(network: Box<dyn ServerNetwork>, number: u64, log: Log, fault: Fault) -> Self {
        Self { network, number, log, fault, reliable_packets: 0 }
    }

    fn connection(&self, peer: Peer) -> u64 {
        self.number << 48 | peer.0
    }

    /// The recipients of a packet of the server.
    fn remembered<'a>(&self, peers: &'a [Peer], delivery: Delivery) -> &'a [Peer] {
        let forgets = self.fault == Fault::ForgottenListener && delivery == Delivery::Unreliable;
        if forgets { &peers[1..] } else { peers }
    }

    fn loses(&mut self, delivery: Delivery) -> bool {
        self.reliable_packets += u64::from(delivery == Delivery::Reliable);
        let is_one = delivery == Delivery::Reliable && self.reliable_packets.is_multiple_of(20);
        self.fault == Fault::LostPacket && is_one
    }
}

impl ServerNetwork for Tap {
    fn flush(&mut self, now: Instant) {
        self.log.add(ServerAction::Looked);
        self.network.flush(now);
    }

    fn disconnect(&mut self, now: Instant, peer: Peer, reason: &str) {
        self.log.add(ServerAction::Closed { connection: self.connection(peer), reason: reason.into() });
        self.network.disconnect(now, peer, reason);
    }

    fn carries_end_reasons(&self) -> bool {
        self.network.carries_end_reasons()
    }

    fn set_joined(&mut self, now: Instant, peer: Peer, is_joined: bool) {
        self.network.set_joined(now, peer, is_joined);
    }

    fn shutdown(&mut self, now: Instant) {
        self.network.shutdown(now);
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        self.network.wants_poll_at()
    }

    fn set_waker(&mut self, waker: Waker) {
        self.network.set_waker(waker);
    }

    fn wakes(&self) -> bool {
        self.network.wakes()
    }

    #[cfg(unix)]
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.network.descriptor()
    }

    fn network(&self) -> &'static str {
        self.network.network()
    }

    fn statistics(&self) -> NetworkStatistics {
        self.network.statistics()
    }

    fn probe(&mut self, now: Instant, peer: Peer) -> Option<Instant> {
        self.network.probe(now, peer)
    }

    fn provide(&self, now: Instant, request: &mut CapabilityRequest<'_>) {
        self.network.provide(now, request);
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent> {
        self.log.add(ServerAction::Looked);
        let (number, log) = (self.number, &self.log);
        let event = self.network.poll_event(now, bytes)?;
        match &event {
            ServerLinkEvent::Connected { .. } => {}
            ServerLinkEvent::Packet { peer, channel: delivery } => log.add(ServerAction::Received {
                connection: number << 48 | peer.0,
                delivery: *delivery,
                packet: bytes.as_slice().into(),
            }),
            ServerLinkEvent::Disconnected { peer, .. } => {
                log.add(ServerAction::Lost { connection: number << 48 | peer.0 });
            }
        }
        Some(event)
    }

    fn send(&mut self, now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        let peers = self.remembered(peers, delivery);
        self.log.add(ServerAction::Sent {
            connections: peers.iter().map(|peer| self.connection(*peer)).collect(),
            delivery,
            packet: packet.into(),
        });
        if !self.loses(delivery) {
            self.network.send(now, peers, delivery, packet);
        }
    }

    fn reject(&mut self, now: Instant, peer: Peer, reason: &EndReason) {
        let action =
            ServerAction::Closed { connection: self.connection(peer), reason: reason.encode().into() };
        self.log.add(action);
        self.network.reject(now, peer, reason);
    }

    fn limits(&self) -> PacketLimits {
        self.network.limits()
    }
}
