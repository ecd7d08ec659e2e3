//! A PUN room: the master client is the server, players reach each other directly, and the master may change.

use std::time::Duration;

use consonance_game_networks::hosted::PhotonPun;
use consonance_session::Capabilities;

use crate::hosted::cloud::{Event, Receivers, Weather};
use crate::hosted::fixture::{FRAME, Fixture, SPOKEN};
use crate::hosted::network::Network;

const SECOND: Duration = Duration::from_secs(1);

fn room(players: usize) -> Fixture {
    Fixture::of(pun(), Weather::FAIR, players)
}

fn pun() -> Network {
    Network::Pun(PhotonPun::default())
}

/// The packet type of an event, which follows its custom type.
fn kind(event: &Event) -> u8 {
    event.content[3]
}

const HANDSHAKE_RESPONSE: u8 = 5;
const HANDSHAKE_P2P: u8 = 11;
const VOICE: u8 = 2;

#[test]
fn two_players_hear_each_other() {
    room(2).assert_all_hear_each_other(SPOKEN);
}

#[test]
fn ten_players_hear_each_other() {
    room(10).assert_all_hear_each_other(SPOKEN);
}

#[test]
fn voice_goes_straight_to_the_actors_that_are_known_in_one_event() {
    let mut fixture = room(4);
    fixture.cloud.log.clear();
    fixture.programs[2].speak(&[7; 60]);
    fixture.pass(SECOND);
    let voice: Vec<_> =
        fixture.cloud.log.iter().filter(|(event, _)| !event.is_reliable && kind(event) == VOICE).collect();
    let (event, receivers) = voice[0];
    assert_eq!(voice.len(), 1);
    assert_eq!((event.label.as_str(), event.content[0]), ("174", 231));
    let Receivers::TargetActors(actors) = receivers else { panic!("to actors: {receivers:?}") };
    let mut actors = actors.clone();
    actors.sort_unstable();
    assert_eq!(actors, [1, 2, 4]);
}

#[test]
fn a_newcomer_introduces_itself_to_the_others_once_after_its_handshake_was_answered() {
    let mut fixture = room(4);
    fixture.cloud.log.clear();
    fixture.enter(Capabilities::ALL);
    fixture.pass(5 * SECOND);
    let to_others: Vec<_> =
        fixture.cloud.log.iter().enumerate().filter(|(_, (_, to))| *to == Receivers::Others).collect();
    let [(at, (event, _))] = to_others[..] else { panic!("one event for all others: {to_others:?}") };
    assert_eq!((event.sender, event.label.as_str(), kind(event)), (5, "174", HANDSHAKE_P2P));
    assert!(event.is_reliable);
    let answered = fixture.cloud.log.iter().position(|(event, _)| kind(event) == HANDSHAKE_RESPONSE);
    assert!(answered.is_some_and(|answered| answered < at));
}

#[test]
fn when_the_master_leaves_all_begin_a_new_session_with_the_next_one() {
    let mut fixture = room(4);
    let former = fixture.session();
    let gone = fixture.leave(0);
    fixture.pass(6 * SECOND);
    assert_ne!(fixture.session(), former);
    assert!(fixture.programs.iter().all(|program| program.heard.left.contains(&gone)));
    assert!(fixture.programs[0].server.is_some(), "the lowest actor that is left");
    fixture.assert_all_hear_each_other(SPOKEN);
}

#[test]
fn when_another_one_is_made_the_master_the_former_one_plays_on_without_a_server() {
    let mut fixture = room(4);
    for master in [3, 2] {
        let former = fixture.session();
        fixture.cloud.make_master(fixture.now, master);
        fixture.pass(6 * SECOND);
        assert_ne!(fixture.session(), former);
        let servers: Vec<u64> = fixture
            .programs
            .iter()
            .filter(|program| program.server.is_some())
            .map(|program| program.actor)
            .collect();
        assert_eq!(servers, [master]);
        fixture.assert_all_hear_each_other(SPOKEN);
    }
}

#[test]
fn voice_is_back_within_three_seconds_of_a_master_that_changed() {
    for seed in 0..20 {
        let mut fixture = Fixture::from_seed(pun(), Weather::FAIR, 6, seed);
        let former = fixture.session();
        fixture.cloud.make_master(fixture.now, 4);
        let begun = fixture.now;
        while !fixture.programs.iter().all(|program| program.heard.sessions.last() != Some(&former)) {
            fixture.pass(FRAME);
            assert!(fixture.now - begun < 3 * SECOND, "with seed {seed}");
        }
        fixture.session();
    }
}

#[test]
fn speech_goes_on_while_the_master_changes() {
    for seed in 0..20 {
        let mut fixture = Fixture::from_seed(pun(), Weather::FOUL, 5, seed);
        for round in 0..4 {
            fixture.cloud.make_master(fixture.now, 1 + (round * 2 + seed) % 5);
            for _ in 0..25 {
                fixture.programs.iter_mut().for_each(|program| program.speak(&[7; 60]));
                fixture.pass(FRAME);
            }
        }
        fixture.pass(8 * SECOND);
        fixture.session();
        fixture.assert_all_hear_each_other(SPOKEN / 4);
    }
}

#[test]
fn a_player_that_leaves_the_room_has_left_the_voice() {
    let mut fixture = room(4);
    let session = fixture.session();
    let gone = fixture.leave(2);
    fixture.pass(SECOND);
    // The server keeps the player's place for ten seconds, in case its game only lost the link.
    fixture.pass(11 * SECOND);
    for program in &fixture.programs {
        assert_eq!(program.heard.left, [gone.as_str()], "of {}", program.name());
    }
    assert_eq!(fixture.session(), session);
    fixture.assert_all_hear_each_other(SPOKEN);
}

#[test]
fn a_fifth_of_the_voice_may_get_lost() {
    Fixture::of(pun(), Weather::FOUL, 3).assert_all_hear_each_other(SPOKEN / 4);
}

#[test]
fn players_that_announce_nothing_hear_and_are_heard() {
    let mut fixture = room(2);
    fixture.enter(Capabilities::NONE);
    fixture.enter(Capabilities::NONE);
    fixture.pass(5 * SECOND);
    fixture.assert_all_hear_each_other(SPOKEN);
}

#[test]
fn a_game_with_other_event_codes_uses_its_own() {
    let changed = PhotonPun { to_server_event: 5, to_client_event: 6, custom_type: 7 };
    let mut fixture = Fixture::of(Network::Pun(changed), Weather::FAIR, 2);
    fixture.assert_all_hear_each_other(SPOKEN);
    assert!(fixture.cloud.log.iter().all(|(event, _)| ["5", "6"].contains(&&*event.label)));
}
