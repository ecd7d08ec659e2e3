//! A node with one worker, which is the bench itself.

use std::error::Error;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::task::{Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use consonance_cluster::nats::{NatsNode, NatsSettings};
use consonance_cluster::placement::NodeId;
use consonance_cluster::{
    BusReceiver, BusSender, BusWay, ClusterNode, Member, NodeEvent, NodeInfo, NodeWorkers, join_nodes,
};
use consonance_testing::nats::NatsServer;

pub(super) struct BenchNode {
    nats: NatsNode,
    events: Receiver<NodeEvent>,
    workers: NodeWorkers,
    pub(super) sender: Box<dyn BusSender>,
    receiver: Box<dyn BusReceiver>,
}

/// How long nodes may take to find each other.
const PATIENCE: Duration = Duration::from_secs(20);

impl BenchNode {
    pub(super) fn start(number: u64, server: &NatsServer) -> Result<Self, Box<dyn Error>> {
        let mut worker = None;
        let buses = std::array::from_fn(|_| {
            let mut joined = join_nodes(1);
            // The worker of the last bus is kept, which is the one for sessions: here it only carries voice between
            // nodes.
            worker = joined.workers.pop();
            joined.gateway
        });
        let (sender, receiver) = worker.ok_or("a node has a worker")?;
        let info = NodeInfo { name: format!("node {number}").into(), ..NodeInfo::default() };
        let own = NodeId(number);
        let node = ClusterNode::new(Instant::now(), own, info, 1, buses);
        let workers = node.workers();
        let (tell, events) = mpsc::sync_channel(64);
        let settings = NatsSettings::new(vec![server.url().parse()?], "bench");
        let nats = NatsNode::start(settings, own, node, move |event| {
            let _ = tell.try_send(event);
        })?;
        Ok(Self { nats, events, workers, sender, receiver })
    }

    /// Waits for another node to appear; returns its worker.
    pub(super) fn worker_of(&self, number: u64) -> Result<Member, Box<dyn Error>> {
        let other = NodeId(number);
        loop {
            if let NodeEvent::NodeFound { node, .. } = self.events.recv_timeout(PATIENCE)?
                && node == other
            {
                break;
            }
        }
        Ok(self.workers.number(other, 0).ok_or("there is a number for each worker")?)
    }

    /// The number of messages it has published.
    pub(super) fn published(&self) -> u64 {
        self.nats.status().published
    }

    /// The worker's bus, which works for as long as the node is kept.
    pub(super) fn into_way(self) -> (NatsNode, BusWay) {
        (self.nats, (self.sender, self.receiver))
    }
}

/// Wakes a thread that is parked.
pub(super) fn unparking(thread: Thread) -> Waker {
    struct Unparking(Thread);
    impl Wake for Unparking {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    Arc::new(Unparking(thread)).into()
}
