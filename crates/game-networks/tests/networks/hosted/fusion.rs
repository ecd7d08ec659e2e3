//! A Fusion game: calls of 500 bytes, calls for the server that reach all players, and reports of unreachable players.

use std::time::Duration;

use consonance_game_networks::hosted::PhotonFusion;
use consonance_session::Capabilities;

use crate::hosted::cloud::Weather;
use crate::hosted::fixture::{Fixture, SPOKEN};
use crate::hosted::network::Network;
use crate::hosted::program::LOBBY;

fn fusion(players: usize) -> Fixture {
    Fixture::of(Network::Fusion(PhotonFusion::default()), Weather::FAIR, players)
}

#[test]
fn all_hear_each_other_although_calls_for_the_server_reach_all_players() {
    let mut fixture = fusion(4);
    fixture.assert_all_hear_each_other(SPOKEN);
    for program in &fixture.programs {
        let dropped = program.room.statistics().no_server;
        assert_eq!(dropped > 0, program.server.is_none(), "of {}", program.name());
    }
}

#[test]
fn all_players_know_the_listeners_of_each_room_and_no_call_is_too_long() {
    let mut fixture = fusion(3);
    // The limits of the network are not known yet, as in a game that joins its rooms first.
    let rooms: Vec<String> = (0..9).map(|number| format!("{number:0>98}")).collect();
    fixture.enter(Capabilities::ALL);
    for room in &rooms {
        fixture.programs[3].player.client.join_room(room).expect("a room that an original takes");
    }
    fixture.pass(Duration::from_secs(5));
    fixture.enter(Capabilities::ALL);
    fixture.pass(Duration::from_secs(5));
    let mut expected: Vec<&str> = rooms.iter().map(String::as_str).collect();
    expected.push(LOBBY);
    for program in &fixture.programs {
        let fourth = program.player.client.players().iter().find(|player| player.name == "Player 4");
        assert_eq!(fourth.map(|player| player.rooms), Some(expected.clone()), "for {}", program.name());
    }
    assert!(
        fixture.cloud.log.iter().any(|(event, _)| event.content.len() > 400),
        "the longest is a long one"
    );
    fixture.assert_all_hear_each_other(SPOKEN);
}

#[test]
fn a_player_that_the_network_cannot_reach_has_left() {
    let mut fixture = fusion(3);
    fixture.programs[0].room.send_failed(2);
    // A player that hears nothing asks to join again once its game has its link back.
    fixture.programs[1].room.send_failed(1);
    fixture.pass(Duration::from_secs(5));
    fixture.assert_all_hear_each_other(SPOKEN);
    let joined = fixture.programs[1].player.ends.len();
    assert_eq!(joined, 1, "its link ended once");
}
