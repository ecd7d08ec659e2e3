//! The links of an edge keep the contract of every network: to the owner they are one.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Waker;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use consonance_cluster::{
    About, EdgeLinks, EdgeNetworks, LinkReport, Member, RemoteLinks, Wanted, mailboxes,
};
use consonance_transport::conformance::Network;
use consonance_transport::memory::{MemoryClient, MemoryNetwork, MemoryServer};
use consonance_transport::{
    CapabilityRequest, Delivery, EndReason, NetworkStatistics, PacketLimits, Peer, ServerLinkEvent,
    ServerNetwork, ServerTransport,
};

const OWNER: Member = Member(0);

/// A worker that holds the links of a network, and nothing else.
struct Edge {
    network: MemoryServer,
    links: EdgeLinks<Peer>,
}

impl Edge {
    fn run_once(&mut self, now: Instant) {
        let Self { network, links } = self;
        while let Some(wanted) = links.poll() {
            match wanted {
                Wanted::Send { links, delivery, packet } => network.send(now, links, delivery, packet),
                Wanted::End { link, reason } => network.reject(now, link, &reason),
                Wanted::Joined { link, is_joined } => network.set_joined(now, link, is_joined),
                Wanted::Look { link } => links.report(link, LinkReport::default()),
                Wanted::Probe { link } => {
                    if let Some(heard) = network.probe(now, link) {
                        links.heard(link, now - heard);
                    }
                }
            }
        }
        while let Some(event) = network.poll(now) {
            match event {
                ServerLinkEvent::Connected { peer, session, remote } => {
                    let remote = remote.to_string();
                    let about = About { remote: &remote, kind: "memory", identity: None, is_resumed: false };
                    assert!(links.connected(OWNER, peer, &session, about));
                }
                ServerLinkEvent::Packet { peer, delivery, packet } => {
                    assert_eq!(links.packet(peer, delivery, packet), Some(true));
                }
                ServerLinkEvent::Disconnected { peer, reason } => {
                    links.disconnected(peer, &reason);
                }
            }
        }
        network.flush(now);
        links.flush();
    }
}

/// The owner's side, while the edge runs on a thread of its own.
struct Owner {
    links: RemoteLinks,
    is_over: Arc<AtomicBool>,
    edge: Option<JoinHandle<()>>,
}

impl Owner {
    fn of(network: MemoryServer) -> Self {
        let networks =
            EdgeNetworks { limits: network.limits(), carry_end_reasons: network.carries_end_reasons() };
        let (mut to_owner, mut to_edge) = (mailboxes(2), mailboxes(2));
        let ((edge_out, _), (_, edge_in)) = (to_owner.pop().unwrap(), to_edge.pop().unwrap());
        let ((_, owner_in), (owner_out, _)) = (to_owner.pop().unwrap(), to_edge.pop().unwrap());
        let mut edge = Edge { network, links: EdgeLinks::new(edge_out, edge_in) };
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        let thread = thread::spawn(move || {
            let waker = consonance_transport::thread_waker();
            edge.network.set_waker(waker.clone());
            edge.links.set_waker(waker);
            while !over.load(Ordering::Acquire) {
                edge.run_once(Instant::now());
                thread::park_timeout(Duration::from_millis(20));
            }
        });
        Self { links: RemoteLinks::new(owner_out, owner_in, networks), is_over, edge: Some(thread) }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        if let Some(edge) = self.edge.take() {
            edge.thread().unpark();
            edge.join().unwrap();
        }
    }
}

impl fmt::Debug for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.links.fmt(f)
    }
}

impl ServerNetwork for Owner {
    fn flush(&mut self, now: Instant) {
        self.links.flush(now);
    }

    fn disconnect(&mut self, now: Instant, peer: Peer, reason: &str) {
        self.links.disconnect(now, peer, reason);
        self.links.flush(now);
    }

    fn carries_end_reasons(&self) -> bool {
        self.links.carries_end_reasons()
    }

    fn set_joined(&mut self, now: Instant, peer: Peer, is_joined: bool) {
        self.links.set_joined(now, peer, is_joined);
    }

    fn probe(&mut self, now: Instant, peer: Peer) -> Option<Instant> {
        self.links.probe(now, peer)
    }

    fn shutdown(&mut self, now: Instant) {
        self.links.shutdown(now);
    }

    fn set_waker(&mut self, waker: Waker) {
        self.links.set_waker(waker);
    }

    fn statistics(&self) -> NetworkStatistics {
        self.links.statistics()
    }

    fn provide(&self, now: Instant, request: &mut CapabilityRequest<'_>) {
        self.links.provide(now, request);
    }
}

impl ServerTransport for Owner {
    fn poll(&mut self, now: Instant) -> Option<ServerLinkEvent<'_>> {
        self.links.flush(now);
        self.links.poll(now)
    }

    fn send(&mut self, now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        self.links.send(now, peers, delivery, packet);
    }

    fn reject(&mut self, now: Instant, peer: Peer, reason: &EndReason) {
        self.links.reject(now, peer, reason);
    }

    fn limits(&self) -> PacketLimits {
        self.links.limits()
    }
}

struct AtAnEdge(MemoryNetwork);

impl Network for AtAnEdge {
    type Server = Owner;
    type Client = MemoryClient;

    // The edge admits a client before the owner has heard of it.
    const REFUSES: bool = false;
    const ANSWERS_PROBES: bool = true;

    fn listen(&mut self) -> Self::Server {
        Owner::of(self.0.listen())
    }

    fn client(&mut self, session: &str) -> Self::Client {
        self.0.client(session)
    }

    fn cut(&mut self, client: &mut Self::Client) {
        client.lose_link();
    }
}

consonance_transport::conformance_tests!(AtAnEdge(MemoryNetwork::new()));
