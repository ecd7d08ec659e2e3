//! A server driven by the test, with everything it reported.

use std::net::Ipv4Addr;
use std::thread;
use std::time::{Duration, Instant};

use consonance_link::{Delivery, DisconnectReason, Peer, ServerLinkEvent, ServerNetwork as _};
use plain_sockets::{PlainServer, PlainServerSettings};

/// The time limit of every wait. Generous, as machines that run tests are busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

const POLL_INTERVAL: Duration = Duration::from_millis(2);

pub(crate) struct OpenServer {
    pub(crate) transport: PlainServer,
    pub(crate) peers: Vec<Peer>,
    pub(crate) packets: Vec<(Peer, Delivery, Vec<u8>)>,
    pub(crate) ends: Vec<(Peer, DisconnectReason)>,
}

impl OpenServer {
    pub(crate) fn new() -> Self {
        Self::with(PlainServerSettings::default())
    }

    pub(crate) fn with(settings: PlainServerSettings) -> Self {
        let transport = PlainServer::bind((Ipv4Addr::LOCALHOST, 0).into(), settings).unwrap();
        Self { transport, peers: Vec::new(), packets: Vec::new(), ends: Vec::new() }
    }

    pub(crate) fn poll(&mut self) {
        let mut bytes = Vec::new();
        while let Some(event) = self.transport.poll_event(Instant::now(), &mut bytes) {
            match event {
                ServerLinkEvent::Connected { peer, .. } => self.peers.push(peer),
                ServerLinkEvent::Packet { peer, channel: delivery } => {
                    self.packets.push((peer, delivery, bytes.clone()));
                }
                ServerLinkEvent::Disconnected { peer, reason } => self.ends.push((peer, reason)),
            }
        }
    }

    pub(crate) fn poll_until(&mut self, what: &str, mut is_so: impl FnMut(&mut Self) -> bool) {
        wait_until(what, || {
            self.poll();
            is_so(self)
        });
    }

    pub(crate) fn send(&mut self, peer: Peer, delivery: Delivery, packet: &[u8]) {
        self.transport.send(Instant::now(), &[peer], delivery, packet);
    }

    pub(crate) fn has_heard(&self, peer: Peer, delivery: Delivery, packet: &[u8]) -> bool {
        self.packets.iter().any(|(p, d, bytes)| (*p, *d, bytes.as_slice()) == (peer, delivery, packet))
    }

    /// The number of datagrams from unknown clients, and of invalid lengths.
    pub(crate) fn malformed(&self) -> u64 {
        self.transport.statistics().links.dropped.malformed
    }
}

pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "this does not happen: {what}");
        thread::sleep(POLL_INTERVAL);
    }
}
