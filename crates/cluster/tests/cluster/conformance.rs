//! The links of an edge fulfil the contract of every network: to the owner they are one network.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Waker;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use consonance_cluster::placement::NodeId;
use consonance_cluster::{
    About, BusWay, EdgeLinks, EdgeNetworks, JoinedWays, LinkReport, Member, NodeGateway, RemoteLinks, WAYS,
    Wanted, join_nodes, mailboxes,
};
use consonance_link::conformance::Network;
use consonance_link::memory::{MemoryClient, MemoryNetwork, MemoryServer};
use consonance_link::{
    CapabilityRequest, Delivery, EndReason, NetworkStatistics, PacketLimits, Peer, ServerLinkEvent,
    ServerNetwork,
};

/// A worker that holds the links of a network, and nothing else.
struct Edge {
    network: MemoryServer,
    links: EdgeLinks<Peer>,
    owner: Member,
}

impl Edge {
    fn run_once(&mut self, now: Instant) {
        let Self { network, links, owner } = self;
        while let Some(wanted) = links.poll() {
            match wanted {
                Wanted::Send { links, delivery, packet } => network.send(now, links, delivery, packet),
                Wanted::End { link, reason } => network.reject(now, link, &reason),
                Wanted::Joined { link, is_joined } => network.set_joined(now, link, is_joined),
                Wanted::Look { link } => links.report(link, LinkReport::default()),
                Wanted::FindOwner { .. } => panic!("none is lost"),
                Wanted::Probe { link } => {
                    if let Some(heard) = network.probe(now, link) {
                        links.heard(link, now - heard);
                    }
                }
            }
        }
        let mut bytes = Vec::new();
        while let Some(event) = network.poll_event(now, &mut bytes) {
            match event {
                ServerLinkEvent::Connected { peer, session, remote } => {
                    let remote = remote.to_string();
                    let about = About { remote: &remote, kind: "memory", identity: None, is_resumed: false };
                    assert!(links.connected(Some(*owner), peer, &session, about));
                }
                ServerLinkEvent::Packet { peer, channel: delivery } => {
                    assert_eq!(links.packet(peer, delivery, &bytes), Some(true));
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

/// The bus ends of an owner and an edge: a way to owners and one to edges each.
struct Fixture {
    owner: [BusWay; 2],
    edge: [BusWay; 2],
    /// The owner, as the edge knows it.
    member: Member,
    /// The gateways that carry messages between them, if they are at two nodes.
    gateways: Option<[NodeGateway; 2]>,
}

impl Fixture {
    fn of_two_workers() -> Self {
        let mut ways: [_; 2] = std::array::from_fn(|_| mailboxes(2).into_iter());
        let [owner, edge] = std::array::from_fn(|_| ways.each_mut().map(|ways| ways.next().unwrap()));
        Self { owner, edge, member: Member(0), gateways: None }
    }

    fn of_two_nodes() -> Self {
        let node = |id| {
            let joined: [JoinedWays; WAYS] = std::array::from_fn(|_| join_nodes(1));
            let (mut workers, mut gateways) = (Vec::new(), Vec::new());
            for ways in joined {
                workers.extend(ways.workers);
                gateways.push(ways.gateway);
            }
            let buses = <[BusWay; WAYS]>::try_from(gateways).ok().unwrap();
            workers.pop();
            (<[BusWay; 2]>::try_from(workers).ok().unwrap(), NodeGateway::new(id, 1, buses))
        };
        let ((owner, owner_gateway), (edge, edge_gateway)) = (node(NodeId(1)), node(NodeId(2)));
        let member = edge_gateway.workers().number(NodeId(1), 0).unwrap();
        Self { owner, edge, member, gateways: Some([owner_gateway, edge_gateway]) }
    }
}

/// Runs a loop on a new thread until `is_over` is set: whenever it is woken, and every 5 ms.
fn run(is_over: &Arc<AtomicBool>, mut run_once: impl FnMut(Instant) + Send + 'static) -> JoinHandle<()> {
    let over = Arc::clone(is_over);
    thread::spawn(move || {
        while !over.load(Ordering::Acquire) {
            run_once(Instant::now());
            thread::park_timeout(Duration::from_millis(5));
        }
    })
}

/// The owner's side; the edge, and any gateways between them, run on threads of their own.
struct Owner {
    links: RemoteLinks,
    is_over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Owner {
    fn of(network: MemoryServer, fixture: Fixture) -> Self {
        let networks =
            EdgeNetworks { limits: network.limits(), carry_end_reasons: network.carries_end_reasons() };
        let [(edge_out, _), (_, edge_in)] = fixture.edge;
        let [(_, owner_in), (owner_out, _)] = fixture.owner;
        let links = EdgeLinks::new(edge_out, edge_in);
        let mut edge = Edge { network, links, owner: fixture.member };
        let is_over = Arc::new(AtomicBool::new(false));
        let mut has_waker = false;
        let mut threads = vec![run(&is_over, move |now| {
            if !std::mem::replace(&mut has_waker, true) {
                let waker = consonance_link::thread_waker();
                edge.network.set_waker(waker.clone());
                edge.links.set_waker(waker);
            }
            edge.run_once(now);
        })];
        if let Some([mut owner, mut edge]) = fixture.gateways {
            threads.push(run(&is_over, move |now| {
                owner.set_waker(&consonance_link::thread_waker());
                edge.set_waker(&consonance_link::thread_waker());
                carry(now, &mut owner, &mut edge);
                carry(now, &mut edge, &mut owner);
            }));
        }
        Self { links: RemoteLinks::new(owner_out, owner_in, networks), is_over, threads }
    }
}

/// Carries the bundles of one node to the other one.
fn carry(now: Instant, from: &mut NodeGateway, to: &mut NodeGateway) {
    from.collect(now);
    while let Some((_, bundle)) = from.poll_publish(now) {
        to.handle(now, bundle).unwrap();
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        for thread in self.threads.drain(..) {
            thread.thread().unpark();
            thread.join().unwrap();
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

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent> {
        self.links.flush(now);
        self.links.poll_event(now, bytes)
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

struct AtAnEdge {
    network: MemoryNetwork,
    fixture: fn() -> Fixture,
}

impl AtAnEdge {
    fn new(fixture: fn() -> Fixture) -> Self {
        Self { network: MemoryNetwork::new(), fixture }
    }
}

impl Network for AtAnEdge {
    type Server = Owner;
    type Client = MemoryClient;

    // The edge admits a client before the owner knows of it.
    const REFUSES: bool = false;
    const ANSWERS_PROBES: bool = true;

    fn listen(&mut self) -> Self::Server {
        Owner::of(self.network.listen(), (self.fixture)())
    }

    fn client(&mut self, session: &str) -> Self::Client {
        self.network.client(session)
    }

    fn cut(&mut self, client: &mut Self::Client) {
        client.lose_link();
    }
}

mod between_workers {
    use super::{AtAnEdge, Fixture};

    consonance_link::conformance_tests!(AtAnEdge::new(Fixture::of_two_workers));
}

mod between_nodes {
    use super::{AtAnEdge, Fixture};

    consonance_link::conformance_tests!(AtAnEdge::new(Fixture::of_two_nodes));
}
