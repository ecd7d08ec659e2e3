//! A server of the cluster.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use consonance_cluster::placement::NodeId;
use consonance_cluster::simulated::{NodeMessage, SimulatedNats};
use consonance_cluster::{ClusterNode, NodeEvent, NodeInfo};
use consonance_link::memory::{MemoryClient, MemoryNetwork};
use consonance_link::split_mix::mixed;
use consonance_server::{Authority, SessionLoop, SessionsSettings, SteppedServer, Workers};

use crate::sim::dice::Dice;

pub(super) struct SimNode {
    pub(super) id: NodeId,
    /// Its number at the bus.
    pub(super) number: usize,
    pub(super) life: Life,
    cluster: ClusterNode,
    /// `None` once it is dead and its players have noticed.
    server: Option<SteppedServer>,
    /// One of each worker.
    networks: Vec<MemoryNetwork>,
    /// The delay of its clock.
    pub(super) clock_is_behind: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    Awake,
    /// Stopped until this time.
    Asleep(Instant),
    /// Crashed, or ended; its players notice at this time.
    Dead(Instant),
}

impl SimNode {
    pub(super) fn start(
        now: Instant,
        nats: &mut SimulatedNats<NodeMessage>,
        settings: &SessionsSettings,
        dice: &mut Dice,
    ) -> Self {
        let id = NodeId(dice.throw());
        let number = nats.add_node(now, id);
        let count = NonZeroUsize::MIN.saturating_add(dice.below(2) as usize);
        let info = NodeInfo { name: format!("node {number}").into(), ..NodeInfo::default() };
        // Each process has ids of its own.
        let mut settings = settings.clone();
        settings.seed = mixed(settings.seed ^ id.0);
        let (mut workers, cluster) = Workers::of_node_as(&settings, count, info, id, now);
        let networks: Vec<MemoryNetwork> = (0..count.get()).map(|_| MemoryNetwork::new()).collect();
        workers.add_shards(networks.iter().map(|network| Box::new(network.listen()) as _));
        let server = Some(SteppedServer::new(workers));
        let clock_is_behind = Duration::ZERO;
        Self { id, number, life: Life::Awake, cluster, server, networks, clock_is_behind }
    }

    pub(super) fn is_awake(&self) -> bool {
        self.life == Life::Awake
    }

    pub(super) fn is_dead(&self) -> bool {
        matches!(self.life, Life::Dead(_))
    }

    /// The time that its clock shows.
    pub(super) fn clock(&self, now: Instant) -> Instant {
        now.checked_sub(self.clock_is_behind).unwrap_or(now)
    }

    /// A link to it, at one of its workers.
    pub(super) fn client(&self, session: &str, dice: &mut Dice) -> MemoryClient {
        self.networks[dice.below(self.networks.len() as u64) as usize].client(session)
    }

    /// Shuts down gracefully, and tells the others.
    pub(super) fn leave(&mut self, now: Instant, nats: &mut SimulatedNats<NodeMessage>) {
        let last = NodeMessage::Beat(self.cluster.leave().into());
        nats.publish(now, self.number, None, 0, &last);
    }

    /// Its players notice that it is dead.
    pub(super) fn vanish(&mut self) {
        self.server = None;
    }

    /// Processes all input on all its threads in random order, and returns what it has learnt.
    pub(super) fn run_once(
        &mut self,
        world: Instant,
        nats: &mut SimulatedNats<NodeMessage>,
        dice: &mut Dice,
    ) -> Vec<NodeEvent> {
        let now = self.clock(world);
        let Some(server) = &mut self.server else { return Vec::new() };
        let mut threads: Vec<usize> = (0..=server.worker_count()).collect();
        dice.shuffle(&mut threads);
        let mut learnt = Vec::new();
        for thread in threads {
            if thread < server.worker_count() {
                server.run_once(now, thread);
                continue;
            }
            let events = nats.run_node(now, self.number, &mut self.cluster).events;
            for event in &events {
                server.follow_node(now, event.clone());
            }
            learnt.extend(events);
        }
        learnt
    }

    /// The right by which it decides about a session, if it does, and the worker.
    pub(super) fn authority(&self, world: Instant, session: &str) -> Option<(usize, Authority)> {
        let now = self.clock(world);
        let server = self.server.as_ref().filter(|_| self.is_awake())?;
        (0..server.worker_count())
            .find_map(|worker| Some((worker, server.worker(worker)?.authority(now, session)?)))
    }

    /// Whether a session runs here.
    pub(super) fn runs(&self, session: &str) -> bool {
        let workers =
            self.server.iter().flat_map(|server| (0..server.worker_count()).map(|it| server.worker(it)));
        workers.flatten().flat_map(SessionLoop::servers).any(|(name, _)| name == session)
    }

    /// The clients of a session that runs here.
    pub(super) fn table(&self, session: &str) -> Vec<String> {
        let workers =
            self.server.iter().flat_map(|server| (0..server.worker_count()).map(|it| server.worker(it)));
        let servers = workers.flatten().flat_map(SessionLoop::servers);
        let clients =
            servers.filter(|(name, _)| *name == session).flat_map(|(_, server)| server.tables().clients());
        clients
            .map(|row| format!("{} {} over {:x} in {:?}", row.id.0, row.name, row.link.0, row.rooms))
            .collect()
    }

    pub(super) fn server_mut(&mut self) -> Option<&mut SteppedServer> {
        self.server.as_mut()
    }
}
