//! The workers of a server before they run: one loop each, and the sessions spread over them.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Instant;

use consonance_cluster::placement::NodeId;
use consonance_cluster::{BusWay, ClusterNode, EdgeNetworks, NodeInfo, join_nodes, mailboxes};
use consonance_inspector::pcap::PacketSink;
use consonance_link::ServerNetwork;
use consonance_session::SessionSnapshot;
use tracing::warn;

use crate::directory::{Directory, Reservations};
use crate::random::random_u64;
use crate::recording::SessionRecorder;
use crate::session_loop::SessionLoop;
use crate::sessions::SessionsSettings;

/// Session loops that share the work of one server;
/// [`DedicatedServer::start`](crate::DedicatedServer::start) gives each a thread.
///
/// A session has one owner, on whose thread everything in it is decided. Links to its clients may belong to other
/// workers, its edges: they pass incoming packets to the owner, which sends each outgoing packet once to each edge.
/// Networks that can assign a client to a worker by its session name are added as [shards](Self::add_shards), one for
/// each worker, and ask [`placement`](Self::placement). Other networks work with a single worker, as with
/// [`SessionLoop::add_network`], or with a single [session](Self::add_for_session).
pub struct Workers {
    pub(crate) loops: Vec<SessionLoop>,
    pub(crate) directory: Arc<Directory>,
    pub(crate) is_pinned: bool,
    /// Of each worker: its way to owners, and its way to edges, where other nodes have workers, too.
    ways: Vec<(BusWay, BusWay)>,
}

impl Workers {
    /// Lets each worker have links into sessions of all others. All networks were added before.
    pub(crate) fn share_sessions(&mut self) {
        let networks = self
            .loops
            .iter()
            .map(|session_loop| session_loop.networks().edge_networks())
            .reduce(EdgeNetworks::and);
        let (Some(networks), Ok(count)) = (networks, u16::try_from(self.loops.len())) else { return };
        // Each direction has its own mailbox, so that an owner and an edge on one worker take only their own messages.
        let mut ways = std::mem::take(&mut self.ways);
        if ways.is_empty() && count > 1 {
            ways = mailboxes(count).into_iter().zip(mailboxes(count)).collect();
        }
        for (session_loop, ((to_owners, from_edges), (to_edges, from_owners))) in
            self.loops.iter_mut().zip(ways)
        {
            session_loop.share_sessions((to_owners, from_owners), (to_edges, from_edges), networks);
        }
    }

    /// The workers of one of several nodes, and what joins it to the others: every session is owned by the node of its
    /// first client. The node's events are for [`ServerHandle::follow_node`](crate::ServerHandle::follow_node).
    pub fn of_node(
        settings: &SessionsSettings,
        workers: NonZeroUsize,
        info: NodeInfo,
    ) -> (Self, NodeId, ClusterNode) {
        let own = NodeId(random_u64());
        let (workers, node) = Self::of_node_as(settings, workers, info, own, Instant::now());
        (workers, own, node)
    }

    /// The same with a number that no other node has or had, at a time by any clock.
    pub fn of_node_as(
        settings: &SessionsSettings,
        workers: NonZeroUsize,
        info: NodeInfo,
        own: NodeId,
        now: Instant,
    ) -> (Self, ClusterNode) {
        let count = u16::try_from(workers.get()).unwrap_or(u16::MAX - 1);
        let [to_owners, to_edges, sessions] = std::array::from_fn(|_| join_nodes(count));
        let gateways = [to_owners.gateway, to_edges.gateway, sessions.gateway];
        let node = ClusterNode::new(now, own, info, count, gateways);
        let directory = Arc::new(Directory::of_node(settings, workers.get(), &node));
        let settings = settings.all_on_demand();
        let worker = |number| SessionLoop::of_worker(&settings, &directory, number);
        let mut loops: Vec<SessionLoop> = (0..workers.get()).map(worker).collect();
        for (session_loop, way) in loops.iter_mut().zip(sessions.workers) {
            session_loop.follow_nodes(way, node.workers(), own);
        }
        let ways = to_owners.workers.into_iter().zip(to_edges.workers).collect();
        (Self { loops, directory, is_pinned: false, ways }, node)
    }

    /// So many workers with the sessions spread over them.
    pub fn new(settings: &SessionsSettings, workers: NonZeroUsize) -> Self {
        let directory = Arc::new(Directory::new(settings, workers.get()));
        let worker = |number| SessionLoop::of_worker(settings, &directory, number);
        Self {
            loops: (0..workers.get()).map(worker).collect(),
            directory,
            is_pinned: false,
            ways: Vec::new(),
        }
    }

    /// Goes on with sessions of another process, as far as there may be sessions of their names; how many places are
    /// kept. Their clients have as long to come back as the limits say, from the first iteration on.
    pub fn restore(&mut self, sessions: &[(String, SessionSnapshot)]) -> usize {
        for (name, snapshot) in sessions {
            if let Some((worker, serial)) = self.directory.restore(name, snapshot.session) {
                self.loops[worker].restore(name, serial, snapshot);
            } else {
                warn!(session = name, "session no longer served: its players have to rejoin");
            }
        }
        self.loops.iter().map(SessionLoop::clients).sum()
    }

    /// How many there are, at least one.
    pub fn count(&self) -> NonZeroUsize {
        NonZeroUsize::new(self.loops.len()).unwrap_or(NonZeroUsize::MIN)
    }

    /// Finds the worker for the session that a client names, for networks that ask right before they report a connected
    /// client, which has to follow: the session waits for it. Networks that can still refuse a client then ask the
    /// [reservations](Self::reservations).
    pub fn placement(&self) -> impl Fn(&str) -> usize + Send + Sync + 'static {
        let directory = Arc::clone(&self.directory);
        move |session| directory.place(session)
    }

    /// The same for networks whose links have many clients, which are best all with the worker that owns the session.
    pub fn owner_placement(&self) -> impl Fn(&str) -> usize + Send + Sync + 'static {
        let directory = Arc::clone(&self.directory);
        move |session| directory.place_at_owner(session)
    }

    /// The same for networks that accept a client before they know that it arrives.
    pub fn reservations(&self) -> Reservations {
        Reservations::new(Arc::clone(&self.directory))
    }

    /// Admits clients of one more network: the first shard is the first worker's, and so on.
    ///
    /// # Panics
    /// If these are not as many as the workers.
    pub fn add_shards(&mut self, shards: impl IntoIterator<Item = Box<dyn ServerNetwork>>) {
        let mut shards = shards.into_iter();
        for session_loop in &mut self.loops {
            session_loop.add_network(shards.next().expect("each worker has a shard of the network"));
        }
        assert!(shards.next().is_none(), "each shard of the network has a worker");
    }

    /// Adds a network whose clients all mean this session: it is served by the session's worker. False if no such
    /// session is there from the start.
    #[must_use]
    pub fn add_for_session(&mut self, session: &str, network: Box<dyn ServerNetwork>) -> bool {
        let Some(worker) = self.directory.worker_for_network(session) else { return false };
        self.loops[worker].add_network(network);
        true
    }

    /// Keeps each worker's thread on a core of its own, as far as there are any: the first on the first that the
    /// process may use, and so on. Where the system cannot, nothing happens.
    #[must_use]
    pub fn pinned(mut self, is_pinned: bool) -> Self {
        self.is_pinned = is_pinned;
        self
    }

    /// Lets every worker record; see [`SessionLoop::record_with`].
    pub fn record_with(&mut self, recorder: &SessionRecorder) {
        self.loops.iter_mut().for_each(|session_loop| session_loop.record_with(recorder.feed()));
    }

    /// Records these sessions as soon as they have players, as an operator requested from the process before.
    pub fn ask_to_record(&mut self, sessions: &[String]) {
        self.loops.iter_mut().for_each(|session_loop| session_loop.ask_to_record(sessions));
    }

    /// Writes the packets of all workers down; see [`SessionLoop::capture_packets`].
    pub fn capture_packets(&mut self, sink: &PacketSink) {
        self.loops.iter_mut().for_each(|session_loop| session_loop.capture_packets(sink.clone()));
    }
}

/// A single worker.
impl From<SessionLoop> for Workers {
    fn from(session_loop: SessionLoop) -> Self {
        let directory = Arc::clone(session_loop.directory());
        Self { loops: vec![session_loop], directory, is_pinned: false, ways: Vec::new() }
    }
}
