//! Several nodes on one bus, with a player each.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::thread;
use std::time::{Duration, Instant};

use consonance_cluster::NodeInfo;
use consonance_cluster::placement::NodeId;
use consonance_server::{SessionsSettings, Workers};
use consonance_session::Position;
use consonance_testing::node_bus::NodeBus;

use crate::workers::fixture::{Fixture, PATIENCE, Player, wait_until};

pub(crate) const NAMES: [&str; 3] = ["Alice", "Bob", "Carol"];

/// Several nodes, with the same number of workers each.
pub(crate) struct Nodes {
    pub(crate) bus: NodeBus,
    pub(crate) fixtures: Vec<Fixture>,
    pub(crate) ids: Vec<NodeId>,
}

impl Nodes {
    pub(crate) fn new(nodes: usize, workers: usize) -> Self {
        Self::with_settings(&SessionsSettings::new(["main"]).unwrap(), nodes, workers)
    }

    pub(crate) fn with_settings(settings: &SessionsSettings, nodes: usize, workers: usize) -> Self {
        Self::of(&vec![settings.clone(); nodes], workers)
    }

    /// A node for each of these settings.
    pub(crate) fn of(settings: &[SessionsSettings], workers: usize) -> Self {
        let bus = NodeBus::new();
        let nodes = (1..).zip(settings).map(|(number, settings)| {
            let info = NodeInfo { name: format!("node {number}").into(), ..NodeInfo::default() };
            let count = NonZeroUsize::new(workers).unwrap();
            let (workers, id, mut cluster) = Workers::of_node(settings, count, info);
            cluster.set_address(&address_of(number), false);
            let fixture = Fixture::with_workers(workers);
            let handle = fixture.server.handle();
            bus.join(id, cluster, move |event| handle.follow_node(event));
            (fixture, id)
        });
        let (fixtures, ids) = nodes.unzip();
        Self { bus, fixtures, ids }
    }

    /// Joins a player at each node, in turn; the first player's node owns the session.
    pub(crate) fn players(&self) -> Vec<Player> {
        let mut players: Vec<Player> = Vec::new();
        for (fixture, name) in self.fixtures.iter().zip(NAMES) {
            players.push(fixture.player(name, "main"));
            let wanted = players.len();
            wait_until("all know each other", &mut players.iter_mut().collect::<Vec<_>>(), |all| {
                all.iter().all(|player| know_each_other(player, wanted))
            });
        }
        players
    }
}

/// The address at which clients reach the node with this number, from 1.
pub(crate) fn address_of(number: usize) -> String {
    format!("node-{number}.example.org:7777")
}

/// Whether the player was last told of these nodes, in any order.
pub(crate) fn knows_nodes(player: &Player, numbers: &[usize]) -> bool {
    let known: BTreeSet<String> = player.servers.iter().cloned().collect();
    known.len() == player.servers.len() && known == numbers.iter().map(|it| address_of(*it)).collect()
}

pub(crate) fn know_each_other(player: &Player, count: usize) -> bool {
    player.client.players().iter().filter(|other| other.rooms == ["lobby"]).count() == count
}

pub(crate) fn stand_at(player: &mut Player, x: f32) {
    player.client.set_position(Some(Position::new([x, 0.0, 0.0]).unwrap()));
}

/// Each player says its name until all others have heard it.
pub(crate) fn all_talk(players: &mut [Player]) {
    let names: BTreeSet<String> = players.iter().map(|player| player.client.name().to_owned()).collect();
    for player in players.iter_mut() {
        player.heard.clear();
    }
    let hears_all = |player: &Player| {
        let (own, heard) = (player.client.name(), heard(player));
        names.iter().all(|name| heard.contains(name) != (name == own))
    };
    talk_until(players, |players| players.iter().all(hears_all));
}

/// Each player says its name until `is_done`.
pub(crate) fn talk_until(players: &mut [Player], is_done: impl Fn(&[Player]) -> bool) {
    let started = Instant::now();
    while !is_done(players) {
        let told = || players.iter().map(|player| (player.client.name().to_owned(), heard(player)));
        assert!(started.elapsed() < PATIENCE, "they have heard: {:?}", told().collect::<Vec<_>>());
        for player in players.iter_mut() {
            player.wake();
            // The player may be rejoining at this moment.
            let name = own_name(player);
            let _ = player.client.send_voice(&name);
        }
        let pause = Instant::now();
        while pause.elapsed() < Duration::from_millis(20) {
            players.iter_mut().for_each(Player::run_once);
            thread::sleep(Duration::from_millis(1));
        }
    }
}

pub(crate) fn own_name(player: &Player) -> Vec<u8> {
    player.client.name().as_bytes().to_vec()
}

pub(crate) fn heard(player: &Player) -> BTreeSet<String> {
    player.heard.iter().map(|frame| String::from_utf8_lossy(frame).into_owned()).collect()
}
