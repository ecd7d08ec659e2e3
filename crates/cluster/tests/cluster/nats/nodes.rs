//! Nodes on real NATS servers: `cargo xtask check cluster` runs these tests.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod deleted_stream;
mod flood;
mod man_in_the_middle;
mod permissions;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use consonance_cluster::nats::{NatsNode, NatsSettings};
use consonance_cluster::placement::NodeId;
use consonance_cluster::{
    BusEvent, BusWay, ClusterNode, Member, NodeEvent, NodeInfo, NodeQueries, NodeRequests, join_nodes,
};
use consonance_link::Delivery;
use consonance_testing::nats::NatsServer;

const ARENA: &str = "arena of the north";

/// A node with one worker.
struct Node {
    nats: NatsNode,
    requests: NodeRequests,
    queries: NodeQueries,
    /// The worker's paths to owners and to edges.
    worker: [BusWay; 2],
    events: Receiver<NodeEvent>,
    gate: Arc<Gate>,
}

/// While this is locked, the node stops as soon as it has an event to report.
#[derive(Default)]
struct Gate {
    lock: Mutex<()>,
    has_arrived: AtomicBool,
}

impl Node {
    fn start(number: u64, servers: &[&NatsServer]) -> Self {
        Self::start_in(None, number, servers)
    }

    fn start_in(region: Option<&str>, number: u64, servers: &[&NatsServer]) -> Self {
        let urls = servers.iter().map(|server| server.url().parse().unwrap()).collect();
        let mut settings = NatsSettings::new(urls, "test");
        settings.replicas = servers.len().min(3);
        settings.region = region.map(str::to_owned);
        Self::start_with(number, settings)
    }

    fn start_with(number: u64, settings: NatsSettings) -> Self {
        let [(first, to_owners), (second, to_edges), (_, about_sessions)] = std::array::from_fn(|_| {
            let mut joined = join_nodes(1);
            (joined.workers.remove(0), joined.gateway)
        });
        let info = NodeInfo { name: format!("node {number}").into(), ..NodeInfo::default() };
        let (own, now) = (NodeId(number), Instant::now());
        let node = ClusterNode::new(now, own, info, 1, [to_owners, to_edges, about_sessions]);
        let (requests, queries) = (node.requests(), node.queries());
        let (tell, events) = mpsc::sync_channel(1024);
        let gate = Arc::<Gate>::default();
        let passed = Arc::clone(&gate);
        let nats = NatsNode::start(settings, own, node, move |event| {
            passed.has_arrived.store(true, Ordering::Relaxed);
            drop(passed.lock.lock());
            tell.send(event).unwrap();
        });
        Self { nats: nats.unwrap(), requests, queries, worker: [first, second], events, gate }
    }

    /// Waits for an event.
    fn wait<T>(&self, within: Duration, find: impl Fn(NodeEvent) -> Option<T>) -> T {
        let end = Instant::now() + within;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let event =
                self.events.recv_timeout(left).unwrap_or_else(|_| panic!("timed out after {within:?}"));
            if let Some(found) = find(event) {
                return found;
            }
        }
    }

    /// Waits until this node owns the arena; returns its number, and whether another node owned it before.
    fn owns(&self) -> (u32, bool) {
        self.wait(PATIENCE, |event| match event {
            NodeEvent::Owned { session, is_takeover, .. } => Some((session, is_takeover)),
            _ => None,
        })
    }

    fn owner(&self) -> Member {
        self.wait(PATIENCE, |event| match event {
            NodeEvent::OwnedBy { owner, .. } => Some(owner),
            _ => None,
        })
    }

    /// Waits until this node has heard from another one.
    fn meet(&self) {
        self.wait(PATIENCE, |event| matches!(event, NodeEvent::NodeFound { .. }).then_some(()));
    }

    /// Stops the node until the returned guard is dropped.
    fn stop(&self) -> MutexGuard<'_, ()> {
        let guard = self.gate.lock.lock().unwrap();
        self.gate.has_arrived.store(false, Ordering::Relaxed);
        assert!(self.requests.end(ARENA));
        self.place(77);
        let end = Instant::now() + PATIENCE;
        while !self.gate.has_arrived.load(Ordering::Relaxed) {
            assert!(Instant::now() < end, "it goes on");
            std::thread::sleep(Duration::from_millis(1));
        }
        guard
    }

    fn place(&self, number: u32) {
        assert!(self.requests.place(ARENA, number, 0));
    }

    fn send_to_owner(&mut self, owner: Member, message: &[u8]) {
        let [(to_owners, _), _] = &mut self.worker;
        assert!(to_owners.send(owner, Delivery::Reliable, message));
        to_owners.flush();
    }

    /// Waits for the next message from an edge.
    fn next_from_edges(&mut self) -> (BusEvent, Vec<u8>) {
        let end = Instant::now() + PATIENCE;
        let [(to_owners, from_edges), _] = &mut self.worker;
        loop {
            if let Some(event) = from_edges.poll() {
                let message = from_edges.message().to_vec();
                to_owners.flush();
                return (event, message);
            }
            assert!(Instant::now() < end, "nothing came");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

const PATIENCE: Duration = Duration::from_secs(20);

/// A node that owns a session, and one that has asked for the same.
fn owner_and_other(server: &NatsServer) -> (Node, Node) {
    let (first, second) = (Node::start(1, &[server]), Node::start(2, &[server]));
    first.meet();
    first.place(77);
    first.owns();
    second.place(88);
    (first, second)
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn nodes_find_the_owner_of_a_session_and_what_they_send_arrives() {
    let server = NatsServer::start();
    let (mut first, mut second) = (Node::start(1, &[&server]), Node::start(2, &[&server]));
    first.meet();
    first.place(77);
    assert_eq!(first.owns(), (77, false));
    second.place(88);
    let owner = second.owner();
    for number in 0..1_000_u32 {
        second.send_to_owner(owner, &number.to_le_bytes());
    }
    for number in 0..1_000_u32 {
        let (event, message) = first.next_from_edges();
        assert!(matches!(event, BusEvent::Message(_)));
        assert_eq!(message, number.to_le_bytes());
    }
    assert!(first.nats.status().is_connected && second.nats.status().malformed == 0);
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn a_node_that_is_gone_is_replaced_by_one_with_players() {
    let server = NatsServer::start();
    let (first, mut second) = owner_and_other(&server);
    let owner = second.owner();
    assert!(second.requests.set_links(ARENA, Some(0)));
    let died = Instant::now();
    drop(first);
    second.send_to_owner(owner, b"too late");
    assert_eq!(second.owns(), (77, true), "under its number");
    let took = died.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
    let [_, (_, from_owners)] = &mut second.worker;
    assert_eq!(from_owners.poll(), Some(BusEvent::Returned(owner)));
    assert_eq!(from_owners.message(), b"too late");
    assert_eq!(from_owners.poll(), Some(BusEvent::Lost(owner)));
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn a_session_that_has_ended_is_begun_by_the_next_node_with_a_client() {
    let server = NatsServer::start();
    let (first, second) = owner_and_other(&server);
    second.owner();
    assert!(first.requests.end(ARENA));
    second.wait(PATIENCE, |event| matches!(event, NodeEvent::Ended { .. }).then_some(()));
    second.place(88);
    assert_eq!(second.owns(), (88, false));
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn nodes_of_two_regions_see_each_other_and_share_no_session() {
    let server = NatsServer::start();
    let start = |region, number| Node::start_in(region, number, &[&server]);
    let (north, south, anywhere) = (start(Some("north"), 1), start(Some("south"), 2), start(None, 3));
    north.meet();
    for (node, number) in [(&north, 77), (&south, 88), (&anywhere, 99)] {
        node.place(number);
        assert_eq!(node.owns(), (number, false));
    }
    let also_north = start(Some("north"), 4);
    also_north.place(66);
    also_north.owner();
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn without_nats_an_owner_goes_on_and_is_confirmed_when_it_is_back() {
    let mut server = NatsServer::start();
    let first = Node::start(1, &[&server]);
    first.place(77);
    first.owns();
    server.kill();
    let confirmed = |event| match event {
        NodeEvent::Confirmed { generation, .. } => {
            Some(generation == consonance_cluster::NodeLease::DETACHED)
        }
        _ => None,
    };
    assert!(first.wait(PATIENCE, confirmed), "detached");
    server.restart();
    assert!(!first.wait(PATIENCE, confirmed), "by the store");
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn the_loss_of_one_nats_server_of_three_goes_unnoticed() {
    let mut servers = NatsServer::start_cluster(3);
    let all: Vec<&NatsServer> = servers.iter().collect();
    let (mut first, mut second) = (Node::start(1, &all[..]), Node::start(2, &all[1..]));
    first.meet();
    first.place(77);
    first.owns();
    second.place(88);
    let owner = second.owner();
    servers[0].kill();
    for number in 0..100_u32 {
        second.send_to_owner(owner, &number.to_le_bytes());
        assert_eq!(first.next_from_edges().1, number.to_le_bytes());
        std::thread::sleep(Duration::from_millis(10));
    }
    let lost = |event: NodeEvent| matches!(event, NodeEvent::NodeLost { .. } | NodeEvent::OwnedBy { .. });
    assert!(!first.events.try_iter().any(lost) && !second.events.try_iter().any(lost));
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn a_node_that_does_not_read_loses_messages_and_counts_that_but_does_not_grow() {
    let server = NatsServer::start();
    let node = Node::start(1, &[&server]);
    node.place(77);
    node.owns();
    let before = flood::resident_bytes();
    // On a machine so slow that the connection counts as lost, NATS itself has dropped the backlog: try again.
    for round in 0.. {
        assert!(round < 10, "{:?}", node.nats.status());
        let stopped = node.stop();
        flood::publish(&server, "consonance.v1.test.node.0000000000000001", MESSAGES, 1_000);
        drop(stopped);
        node.owns();
        if node.nats.status().slow > 0 {
            break;
        }
    }
    let grown = flood::resident_bytes().saturating_sub(before);
    assert!(grown < 64 << 20, "{grown} bytes more");
    let status = node.nats.status();
    assert!(status.malformed < MESSAGES, "not all were taken: {status:?}");
    assert!(status.is_connected);
}

/// More messages than a node queues, but fewer than NATS buffers for a client.
const MESSAGES: u64 = 30_000;

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn a_node_that_nats_gives_up_comes_back_and_counts_that_but_does_not_grow() {
    let server = NatsServer::start();
    let node = Node::start(1, &[&server]);
    node.place(77);
    node.owns();
    let before = flood::resident_bytes();
    let stopped = node.stop();
    // NATS buffers 64 MB for a client, which this exceeds.
    flood::publish(&server, "consonance.v1.test.node.0000000000000001", 10 * MESSAGES, 1_000);
    drop(stopped);
    node.owns();
    let end = Instant::now() + PATIENCE;
    while !(node.nats.status().disconnects > 0 && node.nats.status().is_connected) {
        assert!(Instant::now() < end, "{:?}\n{}", node.nats.status(), server.log());
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(server.log().contains("Slow Consumer"), "{}", server.log());
    let grown = flood::resident_bytes().saturating_sub(before);
    assert!(grown < 64 << 20, "{grown} bytes more");
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn threads_of_nodes_ask_each_other() {
    let server = NatsServer::start();
    let (first, second) = (Node::start(1, &[&server]), Node::start(2, &[&server]));
    first.meet();
    let own = second.queries.clone();
    let answering = std::thread::spawn(move || {
        for bytes in [0, 3 << 20] {
            let question = own.next_question(PATIENCE).expect("a question comes");
            assert_eq!((question.from, &*question.message), (NodeId(1), &b"how are you?"[..]));
            own.answer(&question, vec![7; bytes]);
        }
    });
    for bytes in [0, 3 << 20] {
        let answer = first.queries.ask(NodeId(2), b"how are you?".to_vec()).wait();
        assert!(answer == Ok(vec![7; bytes]), "{:?}", answer.map(|answer| answer.len()));
    }
    answering.join().unwrap();
    let view = first.queries.view().expect("it runs");
    let other = view.find("node 2").expect("it is heard");
    assert!(view.has_bus && other.heard_ago < Duration::from_secs(2), "{view:?}");
}
