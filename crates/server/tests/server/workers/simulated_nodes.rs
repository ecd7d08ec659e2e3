//! Nodes on simulated time, whose threads the test runs.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use consonance_cluster::placement::{BEAT, LEASE, NodeId};
use consonance_cluster::simulated::{NodeMessage, SimulatedNats};
use consonance_cluster::{ClusterNode, NodeInfo};
use consonance_link::memory::{MemoryClient, MemoryNetwork};
use consonance_server::{Authority, SessionsSettings, SteppedServer, Workers};
use consonance_session::{Client, ClientEvent, ClientSettings, Target};
use consonance_testing::player::TestPlayer;

const STEP: Duration = Duration::from_millis(5);

/// A node of one worker, and players of its session.
struct Simulation {
    now: Instant,
    nats: SimulatedNats<NodeMessage>,
    node: ClusterNode,
    server: SteppedServer,
    network: MemoryNetwork,
    players: Vec<TestPlayer<MemoryClient>>,
    texts: Vec<String>,
}

impl Simulation {
    fn new() -> Self {
        let (now, id, mut nats) = (Instant::now(), NodeId(1), SimulatedNats::new(1));
        nats.add_node(now, id);
        let settings = SessionsSettings::new(["main"]).unwrap();
        let info = NodeInfo::default();
        let (mut workers, node) = Workers::of_node_as(&settings, NonZeroUsize::MIN, info, id, now);
        let network = MemoryNetwork::new();
        workers.add_shards([Box::new(network.listen()) as _]);
        let server = SteppedServer::new(workers);
        Self { now, nats, node, server, network, players: Vec::new(), texts: Vec::new() }
    }

    fn add_player(&mut self, name: &str) {
        let mut client = Client::new(ClientSettings::new(name));
        client.join_room("hall").unwrap();
        self.players.push(TestPlayer::new(client, self.network.client("main"), self.now));
    }

    /// Runs the workers and the players for this long, and also the node's thread, if it is awake.
    fn pass(&mut self, time: Duration, is_node_awake: bool) {
        let end = self.now + time;
        while self.now < end {
            self.now += STEP;
            self.server.run_once(self.now, 0);
            if is_node_awake {
                for event in self.nats.run_node(self.now, 0, &mut self.node).events {
                    self.server.follow_node(self.now, event);
                }
            }
            let (now, texts) = (self.now, &mut self.texts);
            for player in &mut self.players {
                player.wake(now);
                player.run_once(now, |event| {
                    if let ClientEvent::Text { text, .. } = event {
                        texts.push(text.into());
                    }
                });
            }
        }
    }

    fn is_owner(&self) -> bool {
        let worker = self.server.worker(0).unwrap();
        worker.authority(self.now, "main") == Some(Authority::Owner)
    }

    fn generation(&self) -> u64 {
        self.node.lease().generation()
    }
}

#[test]
fn what_came_while_a_lease_was_over_for_a_moment_is_handled_when_it_holds_again() {
    let mut simulation = Simulation::new();
    simulation.add_player("Alice");
    simulation.add_player("Ben");
    simulation.pass(BEAT * 6 + STEP, true);
    assert!(simulation.is_owner());
    let generation = simulation.generation();
    // The last beat that it sent is still on its way back.
    while simulation.is_owner() {
        simulation.pass(STEP, false);
    }
    let hall = Target::Room("hall".into());
    assert_eq!(simulation.players[0].client.send_text(&hall, "hello"), Ok(1));
    simulation.pass(STEP * 4, false);
    assert!(!simulation.is_owner() && simulation.texts.is_empty());
    simulation.pass(LEASE / 2, true);
    assert!(simulation.is_owner());
    assert_eq!(simulation.generation(), generation, "no node tells of it");
    assert_eq!(simulation.texts, ["hello"]);
}
