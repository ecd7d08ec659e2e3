//! Sessions whose players are at several nodes.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::thread;
use std::time::{Duration, Instant};

use consonance_cluster::{NodeEvent, NodeInfo};
use consonance_server::moderation::{By, Moderation, PlayerRef};
use consonance_server::recording::{
    RecordingIndex, SessionRecorder, SessionRecordingSettings, recordings_in,
};
use consonance_server::{DrainPlan, SessionsSettings, Workers};
use consonance_session::{Position, ProximitySettings, Restriction};
use consonance_testing::folder::path_of_test;
use consonance_testing::node_bus::NodeBus;

use crate::stage::{PATIENCE, Player, Stage, wait_until};

const NAMES: [&str; 3] = ["Alice", "Bob", "Carol"];

/// Nodes with so many workers each.
struct Nodes {
    bus: NodeBus,
    stages: Vec<Stage>,
}

impl Nodes {
    fn new(nodes: usize, workers: usize) -> Self {
        Self::with_settings(&SessionsSettings::new(["main"]).unwrap(), nodes, workers)
    }

    fn with_settings(settings: &SessionsSettings, nodes: usize, workers: usize) -> Self {
        let bus = NodeBus::new();
        let stages = (1..=nodes).map(|number| {
            let info = NodeInfo { name: format!("node {number}").into(), ..NodeInfo::default() };
            let count = NonZeroUsize::new(workers).unwrap();
            let (workers, id, mut cluster) = Workers::of_node(settings, count, info);
            cluster.set_address(&address_of(number), false);
            let stage = Stage::with_workers(workers);
            let handle = stage.server.handle();
            bus.join(id, cluster, move |event| handle.follow_node(event));
            stage
        });
        let stages = stages.collect();
        Self { bus, stages }
    }

    /// A player at each node, in turn; the first one's owns the session.
    fn players(&self) -> Vec<Player> {
        let mut players: Vec<Player> = Vec::new();
        for (stage, name) in self.stages.iter().zip(NAMES) {
            players.push(stage.player(name, "main"));
            let wanted = players.len();
            wait_until("all know each other", &mut players.iter_mut().collect::<Vec<_>>(), |all| {
                all.iter().all(|player| know_each_other(player, wanted))
            });
        }
        players
    }
}

/// Where clients reach the node of this number, from 1.
fn address_of(number: usize) -> String {
    format!("node-{number}.example.org:7777")
}

/// The player was last told of these nodes, in any order.
fn knows_nodes(player: &Player, numbers: &[usize]) -> bool {
    let known: BTreeSet<String> = player.servers.iter().cloned().collect();
    known.len() == player.servers.len() && known == numbers.iter().map(|it| address_of(*it)).collect()
}

fn know_each_other(player: &Player, count: usize) -> bool {
    player.client.players().filter(|other| other.rooms == ["lobby"]).count() == count
}

fn stand_at(player: &mut Player, x: f32) {
    player.client.set_position(Some(Position::new([x, 0.0, 0.0]).unwrap()));
}

/// Each says its name until all others have heard it.
fn all_talk(players: &mut [Player]) {
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

/// Each says its name until they have heard what they are to hear.
fn talk_until(players: &mut [Player], is_done: impl Fn(&[Player]) -> bool) {
    let started = Instant::now();
    while !is_done(players) {
        let told = || players.iter().map(|player| (player.client.name().to_owned(), heard(player)));
        assert!(started.elapsed() < PATIENCE, "they have heard: {:?}", told().collect::<Vec<_>>());
        for player in players.iter_mut() {
            player.wake();
            // It may join again at this moment.
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

fn own_name(player: &Player) -> Vec<u8> {
    player.client.name().as_bytes().to_vec()
}

fn heard(player: &Player) -> BTreeSet<String> {
    player.heard.iter().map(|frame| String::from_utf8_lossy(frame).into_owned()).collect()
}

#[test]
fn players_of_all_nodes_hear_each_other_in_a_session_that_one_node_owns() {
    let nodes = Nodes::new(3, 2);
    let mut players = nodes.players();
    assert_eq!(nodes.bus.owner("main"), Some(0), "it is owned where its first player is");
    all_talk(&mut players);
    let owned = |node| {
        let told = nodes.bus.told(node);
        told.iter().filter(|event| matches!(event, NodeEvent::Owned { .. })).count()
    };
    assert_eq!([owned(0), owned(1), owned(2)], [1, 0, 0]);
}

#[test]
fn players_near_each_other_hear_each_other_at_whichever_nodes_they_are_also_while_there_is_no_owner() {
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    settings.proximity = vec![("lobby".into(), ProximitySettings::new(10.0))];
    let mut nodes = Nodes::with_settings(&settings, 3, 1);
    let mut players = nodes.players();
    for (player, x) in players.iter_mut().zip([0.0, 5.0, 100.0]) {
        stand_at(player, x);
    }
    let near = |all: &[Player]| heard(&all[0]).contains("Bob") && heard(&all[1]).contains("Alice");
    let started = Instant::now();
    let mut is_far_heard = true;
    while is_far_heard {
        assert!(started.elapsed() < PATIENCE, "far players hear each other");
        // What was said before all had said where they are.
        for player in &mut players {
            player.heard.clear();
        }
        talk_until(&mut players, near);
        is_far_heard =
            !heard(&players[2]).is_empty() || players.iter().any(|player| heard(player).contains("Carol"));
    }

    nodes.bus.silence(0);
    let _alice = players.remove(0);
    stand_at(&mut players[1], 6.0);
    talk_until(&mut players, |all| heard(&all[0]).contains("Carol") && heard(&all[1]).contains("Bob"));
    drop(nodes.stages.remove(0));
}

#[test]
fn a_session_ends_at_all_nodes_when_the_last_player_has_left_and_begins_where_the_next_one_is() {
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    settings.empty_for = Duration::ZERO;
    let nodes = Nodes::with_settings(&settings, 2, 1);
    let mut players = nodes.players();
    for player in &mut players {
        player.leave();
    }
    wait_until("it has ended", &mut players.iter_mut().collect::<Vec<_>>(), |_| {
        nodes.bus.owner("main").is_none()
            && nodes.stages.iter().all(|stage| stage.server.handle().sessions().is_empty())
    });
    let mut dora = nodes.stages[1].player("Dora", "main");
    wait_until("she is in", &mut [&mut dora], |all| all[0].has_joined);
    assert_eq!(nodes.bus.owner("main"), Some(1));
}

#[test]
fn players_notice_nothing_of_the_death_of_the_owner_but_that_its_players_come_back_elsewhere() {
    let mut nodes = Nodes::new(3, 2);
    let mut players = nodes.players();
    let ids: Vec<_> = players.iter().map(|player| player.client.id()).collect();
    nodes.bus.silence(0);
    let mut alice = players.remove(0);
    for round in 0.. {
        all_talk(&mut players);
        if nodes.bus.owner("main") != Some(0) {
            break;
        }
        assert!(round < 10_000, "no other node owns it");
    }
    all_talk(&mut players);
    let numbers = |node| -> Vec<u32> {
        let number = |event| match event {
            NodeEvent::Owned { session, .. } => Some(session),
            _ => None,
        };
        nodes.bus.told(node).into_iter().filter_map(number).collect()
    };
    wait_until("another node goes on with it", &mut players.iter_mut().collect::<Vec<_>>(), |_| {
        [numbers(1), numbers(2)].concat() == numbers(0)
    });

    alice.lose_link(nodes.stages[2].network(0).client("main"));
    drop(nodes.stages.remove(0));
    alice.come_back();
    players.insert(0, alice);
    wait_until("she is back", &mut players.iter_mut().collect::<Vec<_>>(), |all| {
        all[0].told.contains(&"resumed".to_owned())
    });
    all_talk(&mut players);
    for (player, id) in players.iter().zip(ids) {
        assert_eq!((player.client.id(), player.joins, &player.gone[..]), (id, 1, &[][..]));
        assert!(know_each_other(player, 3));
    }
}

#[test]
fn rooms_and_players_that_change_at_one_node_are_known_at_all_others_also_after_a_takeover() {
    let mut nodes = Nodes::new(3, 1);
    let mut players = nodes.players();
    let _alice = players.remove(0);
    players[0].client.join_room("market").unwrap();
    let has_rooms = |player: &Player, name: &str, rooms: &[&str]| {
        player.client.players().any(|other| other.name == name && other.rooms == rooms)
    };
    wait_until("Carol knows it", &mut players.iter_mut().collect::<Vec<_>>(), |all| {
        has_rooms(all[1], "Bob", &["lobby", "market"])
    });
    nodes.bus.silence(0);
    // What is sent meanwhile waits for the next owner.
    players[1].client.join_room("tavern").unwrap();
    players[0].client.leave_room("market");
    wait_until("both know", &mut players.iter_mut().collect::<Vec<_>>(), |all| {
        has_rooms(all[0], "Carol", &["lobby", "tavern"]) && has_rooms(all[1], "Bob", &["lobby"])
    });
    let mut dora = nodes.stages[2].player("Dora", "main");
    wait_until("Dora knows it, too", &mut [&mut dora, &mut players.remove(0)], |all| {
        has_rooms(all[0], "Carol", &["lobby", "tavern"]) && has_rooms(all[0], "Bob", &["lobby"])
    });
    drop(nodes.stages.remove(0));
}

#[test]
fn what_operators_decide_and_record_at_the_owner_holds_for_players_of_all_nodes() {
    let folder = path_of_test("recording_of_several_nodes");
    let mut recording = SessionRecordingSettings::default();
    (recording.sessions, recording.free_bytes_min) = (vec!["main".to_owned()], 0);
    let recorder = SessionRecorder::start(&folder, recording).unwrap();
    let settings = SessionsSettings::new(["main"]).unwrap();
    let nodes = Nodes::with_settings(&settings, 3, 1);
    let handle = nodes.stages[0].server.handle();
    handle.record_with(Some(&recorder)).unwrap();
    let moderation = Moderation::new(handle, settings.records.clone());
    let mut players = nodes.players();
    all_talk(&mut players);

    let (by, bob) = (By::new("Ann", "too loud"), PlayerRef::Name("Bob".to_owned()));
    moderation.impose(&by, "main", &bob, Restriction::Muted, None).unwrap();
    wait_until("he is told", &mut players.iter_mut().collect::<Vec<_>>(), |all| {
        all[1].told == ["Muted: too loud"]
    });
    let mut bob = players.remove(1);
    all_talk(&mut players);
    for _ in 0..5 {
        let _ = bob.client.send_voice(b"not heard");
        bob.run_once();
        all_talk(&mut players);
    }
    assert!(players.iter().all(|player| !heard(player).contains("not heard")));
    drop((players, bob, nodes));
    recorder.stop();
    let index =
        recordings_in(&folder).unwrap().into_iter().map(|folder| RecordingIndex::read(&folder).unwrap());
    let tracks: BTreeSet<String> = index.flat_map(|index| index.tracks).map(|track| track.player).collect();
    assert_eq!(tracks, NAMES.map(str::to_owned).into(), "whichever nodes they speak at");
}

#[test]
fn players_at_several_workers_of_each_node_go_on_too_when_the_owner_dies() {
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    settings.spread_from = 0;
    let mut nodes = Nodes::with_settings(&settings, 3, 2);
    let mut players = nodes.players();
    for (node, name) in [(1, "Dora"), (2, "Emma")] {
        players.push(nodes.stages[node].player(name, "main"));
    }
    let _alice = players.remove(0);
    all_talk(&mut players);
    nodes.bus.silence(0);
    wait_until("another node owns it", &mut players.iter_mut().collect::<Vec<_>>(), |_| {
        nodes.bus.owner("main").is_some_and(|owner| owner != 0)
    });
    all_talk(&mut players);
    for (node, name) in [(1, "Fritz"), (2, "Gus")] {
        players.push(nodes.stages[node].player(name, "main"));
    }
    all_talk(&mut players);
    assert!(players.iter().all(|player| player.joins == 1 && player.gone.is_empty()));
    drop(nodes.stages.remove(0));
}

#[test]
fn a_node_that_drains_tells_its_own_players_takes_no_others_and_leaves_the_sessions_to_the_rest() {
    let mut nodes = Nodes::new(3, 2);
    let mut players = nodes.players();
    let told = |players: &mut [Player], told: [&[&str]; 3]| {
        wait_until("those are told", &mut players.iter_mut().collect::<Vec<_>>(), |all| {
            all.iter().zip(told).all(|(player, told)| player.told == told)
        });
        all_talk(players);
        assert!(players.iter().zip(told).all(|(player, told)| player.told == told), "and no others");
    };
    let plan = DrainPlan { ends_in: PATIENCE, redirect: None, window: Duration::ZERO };
    // One that owns no session, then the one that owns it.
    let handle = |node: usize| nodes.stages[node].server.handle();
    assert_eq!(handle(1).drain(&plan), Ok(1));
    told(&mut players, [&[], &["draining"], &[]]);
    handle(1).stop_draining().unwrap();
    told(&mut players, [&[], &["draining", "stays"], &[]]);
    assert_eq!(handle(0).drain(&plan), Ok(1));
    told(&mut players, [&["draining"], &["draining", "stays"], &[]]);

    let mut refused = nodes.stages[0].player("Dora", "main");
    wait_until("she is refused", &mut [&mut refused], |all| all[0].end.is_some());
    let mut dora = nodes.stages[1].player("Dora", "main");
    let mut all = players.iter_mut().chain([&mut dora]).collect::<Vec<_>>();
    wait_until("she is in, as another node takes her", &mut all, |all| all[3].has_joined);
    assert_eq!(handle(0).is_deserted(), Ok(false));
    players[0].leave();
    wait_until("no player needs it", &mut players.iter_mut().collect::<Vec<_>>(), |_| {
        handle(0).is_deserted() == Ok(true)
    });
    players.remove(0);
    players.push(dora);
    drop(nodes.stages.remove(0));
    nodes.bus.silence(0);
    wait_until("another node owns it", &mut players.iter_mut().collect::<Vec<_>>(), |_| {
        nodes.bus.owner("main").is_some_and(|owner| owner != 0)
    });
    all_talk(&mut players);
    assert!(players.iter().all(|player| player.joins == 1 && player.end.is_none()));
}

#[test]
fn players_of_other_nodes_go_on_when_the_owner_is_shut_down() {
    let mut nodes = Nodes::new(3, 2);
    let mut players = nodes.players();
    let mut alice = players.remove(0);
    drop(nodes.stages.remove(0));
    wait_until("she is told", &mut [&mut alice], |all| all[0].end.is_some());
    nodes.bus.silence(0);
    wait_until("another node owns it", &mut players.iter_mut().collect::<Vec<_>>(), |_| {
        nodes.bus.owner("main").is_some_and(|owner| owner != 0)
    });
    all_talk(&mut players);
    assert!(players.iter().all(|player| player.joins == 1 && player.end.is_none()));
}

#[test]
fn an_owner_that_slept_finds_another_one_and_its_players_go_on_there() {
    let nodes = Nodes::new(3, 1);
    let mut players = nodes.players();
    let ids: Vec<_> = players.iter().map(|player| player.client.id()).collect();
    nodes.bus.silence(0);
    wait_until("another node owns it", &mut players.iter_mut().collect::<Vec<_>>(), |_| {
        nodes.bus.owner("main").is_some_and(|owner| owner != 0)
    });
    nodes.bus.awake(0);
    all_talk(&mut players);
    let owned = |node: usize| -> usize {
        let clients = nodes.stages[node].server.handle().ask_all(|worker, _| worker.clients());
        clients.into_iter().map(Result::unwrap).sum()
    };
    wait_until("one node has all of them", &mut players.iter_mut().collect::<Vec<_>>(), |_| {
        let mut clients = [owned(0), owned(1), owned(2)];
        clients.sort_unstable();
        clients == [0, 0, 3]
    });
    all_talk(&mut players);
    for (player, id) in players.iter().zip(ids) {
        assert_eq!((player.client.id(), &player.gone[..]), (id, &[][..]));
    }
}

#[test]
fn without_a_bus_players_of_the_owner_go_on_and_the_others_are_heard_again_when_it_is_back() {
    let nodes = Nodes::new(2, 1);
    let mut players = nodes.players();
    let mut dora = nodes.stages[0].player("Dora", "main");
    wait_until("she is in", &mut [&mut dora], |all| all[0].has_joined);
    players.push(dora);
    all_talk(&mut players);
    for node in 0..2 {
        nodes.bus.set_joined(node, false);
    }
    let bob = players.remove(1);
    for player in &mut players {
        player.heard.clear();
    }
    players[0].say(b"alone");
    wait_until("the owner's players hear each other", &mut players.iter_mut().collect::<Vec<_>>(), |all| {
        all[1].heard == [b"alone".to_vec()]
    });
    for node in 0..2 {
        nodes.bus.set_joined(node, true);
    }
    players.push(bob);
    all_talk(&mut players);
}

#[test]
fn players_of_all_nodes_are_told_of_all_nodes_and_of_each_that_comes_or_goes() {
    let mut nodes = Nodes::new(3, 2);
    let mut players = nodes.players();
    wait_until("all know all nodes", &mut players.iter_mut().collect::<Vec<_>>(), |all| {
        all.iter().all(|player| knows_nodes(player, &[1, 2, 3]))
    });
    nodes.bus.silence(0);
    let mut alice = players.remove(0);
    wait_until("the others are told", &mut players.iter_mut().collect::<Vec<_>>(), |all| {
        all.iter().all(|player| knows_nodes(player, &[2, 3]))
    });
    assert!(knows_nodes(&alice, &[1, 2, 3]));

    alice.lose_link(nodes.stages[2].network(0).client("main"));
    drop(nodes.stages.remove(0));
    alice.come_back();
    players.push(alice);
    wait_until("she is back, and told", &mut players.iter_mut().collect::<Vec<_>>(), |all| {
        all[2].told.contains(&"resumed".to_owned()) && knows_nodes(all[2], &[2, 3])
    });
    assert!(players.iter().all(|player| player.gone.is_empty()));
}

#[test]
fn players_of_a_node_that_was_parted_from_the_owner_are_heard_again() {
    let nodes = Nodes::new(3, 2);
    let mut players = nodes.players();
    for name in ["Dora", "Emil", "Flora"] {
        players.push(nodes.stages[1].player(name, "main"));
    }
    all_talk(&mut players);
    let lost = |node: usize| {
        nodes.bus.told(node).iter().filter(|event| matches!(event, NodeEvent::NodeLost { .. })).count()
    };
    for _ in 0..2 {
        let before = [lost(0), lost(1)];
        nodes.bus.part(1);
        wait_until("they lose each other", &mut players.iter_mut().collect::<Vec<_>>(), |_| {
            lost(0) > before[0] && lost(1) > before[1]
        });
        nodes.bus.heal(1);
        all_talk(&mut players);
        // Its links are told to the owner in the meantime, whatever was heard before.
        let healed = Instant::now();
        wait_until("time passes", &mut players.iter_mut().collect::<Vec<_>>(), |_| {
            healed.elapsed() > Duration::from_secs(2)
        });
        all_talk(&mut players);
    }
    for player in &players {
        assert_eq!((player.joins, &player.gone[..]), (1, &[][..]));
    }
}
