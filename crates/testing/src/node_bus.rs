//! A bus and a store between nodes of one process, on a thread of their own.
#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test that cannot be set up fails")]

use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use consonance_cluster::placement::NodeId;
use consonance_cluster::simulated::{NodeMessage, SimulatedNats};
use consonance_cluster::{ClusterNode, NodeEvent};

/// The bus and the store that connect nodes.
pub struct NodeBus {
    shared: Arc<Mutex<Shared>>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    nodes: Vec<Node>,
    nats: SimulatedNats<NodeMessage>,
    is_over: bool,
}

struct Node {
    id: NodeId,
    cluster: ClusterNode,
    tell: Box<dyn FnMut(NodeEvent) + Send>,
    is_awake: bool,
    told: Vec<NodeEvent>,
}

impl NodeBus {
    /// Starts the bus, which runs until it is dropped.
    #[expect(clippy::new_without_default, reason = "it starts a thread")]
    pub fn new() -> Self {
        let shared = Shared { nodes: Vec::new(), nats: SimulatedNats::new(1), is_over: false };
        let shared = Arc::new(Mutex::new(shared));
        let of_thread = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            while !of_thread.lock().unwrap().is_over {
                of_thread.lock().unwrap().run_once(Instant::now());
                thread::sleep(Duration::from_millis(1));
            }
        });
        Self { shared, thread: Some(thread) }
    }

    /// Adds a node, which passes its events to `tell`; returns its number.
    pub fn join(
        &self,
        id: NodeId,
        cluster: ClusterNode,
        tell: impl FnMut(NodeEvent) + Send + 'static,
    ) -> usize {
        let Shared { nodes, nats, .. } = &mut *self.shared.lock().unwrap();
        nodes.push(Node { id, cluster, tell: Box::new(tell), is_awake: true, told: Vec::new() });
        nats.add_node(Instant::now(), id)
    }

    /// Disconnects a node from its bus, or connects it again.
    pub fn set_joined(&self, node: usize, is_joined: bool) {
        self.shared.lock().unwrap().nats.set_connected(Instant::now(), node, is_joined);
    }

    /// Silences a node, as if it had died: it sends nothing, and receives nothing.
    pub fn silence(&self, node: usize) {
        self.shared.lock().unwrap().nodes[node].is_awake = false;
    }

    /// Partitions a node from the others and from the store; it still has a bus, with nothing else on it.
    pub fn part(&self, node: usize) {
        self.set_partitioned(node, true);
    }

    /// Ends the partition of a node, which learns what has changed.
    pub fn heal(&self, node: usize) {
        self.set_partitioned(node, false);
    }

    fn set_partitioned(&self, node: usize, is_partitioned: bool) {
        let Shared { nodes, nats, .. } = &mut *self.shared.lock().unwrap();
        for other in (0..nodes.len()).filter(|other| *other != node) {
            nats.set_cut(node, other, is_partitioned);
            nats.set_cut(other, node, is_partitioned);
        }
        nats.set_reaches_store(Instant::now(), node, !is_partitioned);
    }

    /// Wakes a silenced node, which is late to learn what has changed.
    pub fn awake(&self, node: usize) {
        self.shared.lock().unwrap().nodes[node].is_awake = true;
    }

    /// The events that a node has received.
    pub fn told(&self, node: usize) -> Vec<NodeEvent> {
        self.shared.lock().unwrap().nodes[node].told.clone()
    }

    /// The node that owns a session, according to the store.
    pub fn owner(&self, session: &str) -> Option<usize> {
        let shared = self.shared.lock().unwrap();
        let (record, _) = shared.nats.record(session)?;
        shared.nodes.iter().position(|node| node.id == record.owner)
    }
}

impl Drop for NodeBus {
    fn drop(&mut self) {
        self.shared.lock().unwrap().is_over = true;
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(thread::panicking() || ended.is_none_or(|ended| ended.is_ok()));
    }
}

impl Shared {
    fn run_once(&mut self, now: Instant) {
        let Self { nodes, nats, .. } = self;
        for (number, node) in nodes.iter_mut().enumerate().filter(|(_, node)| node.is_awake) {
            let ran = nats.run_node(now, number, &mut node.cluster);
            assert_eq!(ran.malformed, 0);
            for event in ran.events {
                node.told.push(event.clone());
                (node.tell)(event);
            }
        }
    }
}
