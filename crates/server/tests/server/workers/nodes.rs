//! Sessions with players at several nodes.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use consonance_cluster::NodeEvent;
use consonance_server::SessionsSettings;
use consonance_server::moderation::{By, Moderation, PlayerRef};
use consonance_server::recording::{
    RecordingIndex, SessionRecorder, SessionRecordingSettings, recordings_in,
};
use consonance_session::{ProximitySettings, Restriction};
use consonance_testing::folder::path_of_test;

use crate::workers::fixture::{PATIENCE, Player, wait_until};
use crate::workers::several_nodes::{NAMES, Nodes, all_talk, heard, knows_nodes, stand_at, talk_until};

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
        // Discard voice from before all players had reported their positions.
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
    drop(nodes.fixtures.remove(0));
}

#[test]
fn a_session_ends_at_all_nodes_when_the_last_player_has_left_and_begins_where_the_next_one_is() {
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    settings.hosting.empty_for = Duration::ZERO;
    let nodes = Nodes::with_settings(&settings, 2, 1);
    let mut players = nodes.players();
    for player in &mut players {
        player.leave();
    }
    wait_until("it has ended", &mut players.iter_mut().collect::<Vec<_>>(), |_| {
        nodes.bus.owner("main").is_none()
            && nodes.fixtures.iter().all(|fixture| fixture.server.handle().sessions().is_empty())
    });
    let mut dora = nodes.fixtures[1].player("Dora", "main");
    wait_until("she is in", &mut [&mut dora], |all| all[0].has_joined);
    assert_eq!(nodes.bus.owner("main"), Some(1));
}

#[test]
fn rooms_and_players_that_change_at_one_node_are_known_at_all_others_also_after_a_takeover() {
    let mut nodes = Nodes::new(3, 1);
    let mut players = nodes.players();
    let _alice = players.remove(0);
    players[0].client.join_room("market").unwrap();
    let has_rooms = |player: &Player, name: &str, rooms: &[&str]| {
        player.client.players().iter().any(|other| other.name == name && other.rooms == rooms)
    };
    wait_until("Carol knows it", &mut players.iter_mut().collect::<Vec<_>>(), |all| {
        has_rooms(all[1], "Bob", &["lobby", "market"])
    });
    nodes.bus.silence(0);
    // Packets that are sent meanwhile wait for the next owner.
    players[1].client.join_room("tavern").unwrap();
    players[0].client.leave_room("market");
    wait_until("both know", &mut players.iter_mut().collect::<Vec<_>>(), |all| {
        has_rooms(all[0], "Carol", &["lobby", "tavern"]) && has_rooms(all[1], "Bob", &["lobby"])
    });
    let mut dora = nodes.fixtures[2].player("Dora", "main");
    wait_until("Dora knows it, too", &mut [&mut dora, &mut players.remove(0)], |all| {
        has_rooms(all[0], "Carol", &["lobby", "tavern"]) && has_rooms(all[0], "Bob", &["lobby"])
    });
    drop(nodes.fixtures.remove(0));
}

#[test]
fn what_operators_decide_and_record_at_the_owner_holds_for_players_of_all_nodes() {
    let folder = path_of_test("recording_of_several_nodes");
    let mut recording = SessionRecordingSettings::default();
    (recording.sessions, recording.free_bytes_min) = (vec!["main".to_owned()], 0);
    let recorder = SessionRecorder::start(&folder, recording).unwrap();
    let settings = SessionsSettings::new(["main"]).unwrap();
    let nodes = Nodes::with_settings(&settings, 3, 1);
    let handle = nodes.fixtures[0].server.handle();
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

    alice.lose_link(nodes.fixtures[2].network(0).client("main"));
    drop(nodes.fixtures.remove(0));
    alice.come_back();
    players.push(alice);
    wait_until("she is back, and told", &mut players.iter_mut().collect::<Vec<_>>(), |all| {
        all[2].told.contains(&"resumed".to_owned()) && knows_nodes(all[2], &[2, 3])
    });
    assert!(players.iter().all(|player| player.gone.is_empty()));
}
