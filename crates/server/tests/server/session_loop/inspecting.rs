//! A session loop's snapshot for observers.

use std::time::Duration;

use consonance_inspector::{ChannelTarget, Inspected, RefusedRoom, ServedPlayer};
use consonance_link::Traffic;
use consonance_server::{Inspection, SessionsSettings};
use consonance_session::{AccessRule, Position, ProximitySettings};

use crate::session_loop::fixture::Fixture;
use crate::session_loop::player::Player;

/// The snapshot of the first player of the first session, a tenth of a second after an observer arrived.
fn shown(fixture: &mut Fixture, inspection: &Inspection, players: &mut [&mut Player]) -> ServedPlayer {
    inspection.snapshot();
    fixture.wait(Duration::from_millis(100));
    fixture.settle(players);
    let snapshot = inspection.snapshot();
    snapshot.server().unwrap().sessions[0].players[0].clone()
}

#[test]
fn the_targets_of_an_original_are_known_while_there_is_an_observer() {
    let mut fixture = Fixture::new(&["main"], 1);
    let mut alice = fixture.player("Alice", 0, "main").talk("lobby");
    let mut bob = fixture.player("Bob", 0, "main").listen("lobby");
    fixture.settle(&mut [&mut alice, &mut bob]);
    alice.client.send_voice(b"unseen").unwrap();
    fixture.settle(&mut [&mut alice, &mut bob]);
    let inspection = Inspection::of(&fixture.session_loop);
    let row = shown(&mut fixture, &inspection, &mut [&mut alice, &mut bob]);
    assert!(!row.is_followed && row.voice_to.is_empty(), "no operator looked then: {row:?}");
    alice.client.send_voice(b"seen").unwrap();
    let row = shown(&mut fixture, &inspection, &mut [&mut alice, &mut bob]);
    assert!(row.is_followed && row.voice_ms_ago.is_some(), "{row:?}");
    assert_eq!(row.voice_to, [ChannelTarget::Room("lobby".into())]);
}

#[test]
fn the_targets_of_originals_are_known_after_a_reload_and_in_sessions_that_begin_with_an_observer() {
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    settings.on_demand = vec!["match-*".into()];
    let mut fixture = Fixture::with_settings(&settings, 1);
    let (mut alice, mut bob) = two(&fixture, "main");
    fixture.settle(&mut [&mut alice, &mut bob]);
    let inspection = Inspection::of(&fixture.session_loop);
    shown(&mut fixture, &inspection, &mut [&mut alice, &mut bob]);
    let now = fixture.now;
    fixture.session_loop.reconfigure(now, &settings);
    alice.client.send_voice(b"after the reload").unwrap();
    let row = shown(&mut fixture, &inspection, &mut [&mut alice, &mut bob]);
    assert!(row.is_followed && row.voice_ms_ago.is_some(), "{row:?}");

    let (mut carol, mut dave) = two(&fixture, "match-7");
    fixture.settle(&mut [&mut carol, &mut dave]);
    carol.client.send_voice(b"seen from its first frame on").unwrap();
    shown(&mut fixture, &inspection, &mut [&mut carol, &mut dave]);
    let snapshot = inspection.snapshot();
    let row = &snapshot.server().unwrap().sessions[1].players[0];
    assert!(row.is_followed && row.voice_ms_ago.is_some(), "{row:?}");
}

#[test]
fn the_last_joins_and_leaves_are_shown_with_their_session() {
    let mut fixture = Fixture::new(&["main"], 1);
    let (mut alice, mut bob) = two(&fixture, "main");
    fixture.settle(&mut [&mut alice, &mut bob]);
    drop(bob);
    let inspection = Inspection::of(&fixture.session_loop);
    shown(&mut fixture, &inspection, &mut [&mut alice]);
    let snapshot = inspection.snapshot();
    let notes: Vec<_> = snapshot.server().unwrap().notes.iter().map(|note| &*note.text).collect();
    assert_eq!(notes, ["main: Alice joined", "main: Bob joined", "main: Bob left"]);
}

#[test]
fn each_player_is_shown_with_the_packets_of_its_link() {
    let mut fixture = Fixture::new(&["main"], 1);
    let (mut alice, mut bob) = two(&fixture, "main");
    fixture.settle(&mut [&mut alice, &mut bob]);
    alice.client.send_voice(b"a frame").unwrap();
    let inspection = Inspection::of(&fixture.session_loop);
    let row = shown(&mut fixture, &inspection, &mut [&mut alice, &mut bob]);
    let (of_server, of_client) = ((row.received.packets, row.sent.packets), alice.statistics());
    let packets = |traffic: Traffic| traffic.reliable.packets + traffic.unreliable.packets;
    assert_eq!(of_server, (packets(of_client.sent), packets(of_client.received)));
    assert!(row.received.bytes > row.received.packets && row.sent.bytes > row.sent.packets, "{row:?}");
}

#[test]
fn a_player_is_shown_with_the_rooms_that_reject_it() {
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    let mut rule = AccessRule::default();
    rule.listen = vec!["staff".into()];
    settings.access = vec![("office".into(), rule)];
    let mut fixture = Fixture::with_settings(&settings, 1);
    let mut alice = fixture.player("Alice", 0, "main").listen("office").listen("lobby");
    fixture.settle(&mut [&mut alice]);
    let inspection = Inspection::of(&fixture.session_loop);
    let row = shown(&mut fixture, &inspection, &mut [&mut alice]);
    assert_eq!(
        (row.refused_rooms, row.rooms),
        (vec![RefusedRoom::new("office", false)], vec!["lobby".into()])
    );
}

#[test]
fn a_player_with_a_position_is_shown_with_its_distance_to_the_others() {
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    settings.proximity = vec![("lobby".into(), ProximitySettings::new(20.0))];
    let mut fixture = Fixture::with_settings(&settings, 1);
    let [mut alice, mut bob, mut carol] =
        ["Alice", "Bob", "Carol"].map(|name| fixture.player_of_ours(name, "", "main").listen("lobby"));
    fixture.settle(&mut [&mut alice, &mut bob, &mut carol]);
    for (player, x) in [(&mut alice, 0.0), (&mut bob, 30.0)] {
        player.client.set_position(Some(Position::new([x, 0.0, 0.0]).unwrap()));
        player.wake(fixture.now);
    }
    let inspection = Inspection::of(&fixture.session_loop);
    let row = shown(&mut fixture, &inspection, &mut [&mut alice, &mut bob, &mut carol]);
    let distances: Vec<_> = row.distances.iter().map(|row| (&*row.player, row.metres)).collect();
    assert_eq!(distances, [("Bob", 30.0)]);
}

/// A speaker in the lobby and a listener.
fn two(fixture: &Fixture, session: &str) -> (Player, Player) {
    let speaker = fixture.player("Alice", 0, session).talk("lobby");
    (speaker, fixture.player("Bob", 0, session).listen("lobby"))
}
