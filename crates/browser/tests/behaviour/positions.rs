//! Positions that are passed from page to page.

use std::time::Duration;

use consonance_session::{ChannelProperties, ClientId, Position, ProximitySettings, Target};
use serde_json::{Value, json};

use crate::frames::{FRAME, frame};
use crate::session::Session;

const PLACE: [f32; 3] = [1.5, 0.0, -2.0];

fn position() -> Position {
    Position::new(PLACE).expect("near enough")
}

fn id_of(session: &Session, page: usize) -> ClientId {
    session.guests[page].player.id().expect("in the session")
}

/// Passes another player's position to a page's player, and delivers the resulting messages.
fn hand(session: &mut Session, page: usize, id: ClientId, position: Option<Position>) {
    session.guests[page].player.handle_place(id, position);
    session.run();
}

fn placed(id: ClientId, name: &str, [x, y, z]: [Value; 3]) -> Value {
    json!({ "type": "placed", "id": id.0, "name": name, "x": x, "y": y, "z": z })
}

#[test]
fn a_place_is_for_others_only_while_its_page_shares_it() {
    let mut session = Session::new();
    let alice = session.page("Alice");
    let id = id_of(&session, alice);
    assert_eq!(session.guests[alice].player.shared_place(), None);
    for (message, shared) in [
        (r#"{"type":"place","x":1.5,"y":0,"z":-2}"#, None),
        (r#"{"type":"place","x":1.5,"y":0,"z":-2,"shared":true}"#, Some((id, position()))),
        (r#"{"type":"place","x":1.5,"y":0,"z":-2,"shared":false}"#, None),
    ] {
        session.say(alice, message);
        assert_eq!(session.guests[alice].player.shared_place(), shared, "{message}");
    }
}

#[test]
fn a_page_is_in_the_world_that_its_last_place_names_shared_or_not() {
    let mut session = Session::new();
    let alice = session.page("Alice");
    assert_eq!(session.guests[alice].player.world(), "");
    for (message, world) in [
        (r#"{"type":"place","x":0,"y":0,"z":0,"world":"Map 7\u0000ü"}"#, "Map 7\0ü"),
        (r#"{"type":"place","x":0,"y":0,"z":0,"shared":true,"world":"map 8"}"#, "map 8"),
        (r#"{"type":"place","x":0,"y":0,"z":0,"shared":true}"#, ""),
    ] {
        session.say(alice, message);
        assert_eq!(session.guests[alice].player.world(), world, "{message}");
    }
}

#[test]
fn a_place_in_a_world_with_too_long_a_name_is_refused_and_changes_nothing() {
    let mut session = Session::new();
    let alice = session.page("Alice");
    session.say(alice, r#"{"type":"place","x":1.5,"y":0,"z":-2,"shared":true,"world":"map 7"}"#);
    let shared = session.guests[alice].player.shared_place();
    session.told(alice);
    let message = json!({ "type": "place", "x": 0, "y": 0, "z": 0, "world": "w".repeat(257) });
    session.say(alice, &message.to_string());
    let player = &session.guests[alice].player;
    assert_eq!((player.shared_place(), player.world()), (shared, "map 7"));
    assert_eq!(session.told_of(alice, "problem").len(), 1);
}

#[test]
fn a_page_is_told_of_moves_and_not_of_what_it_knows() {
    let mut session = Session::new();
    let (alice, bob) = (session.page("Alice"), session.page("Bob"));
    let id = id_of(&session, alice);
    session.told(bob);
    for position in [Some(position()), Some(position()), None, None] {
        hand(&mut session, bob, id, position);
    }
    let nowhere = [Value::Null, Value::Null, Value::Null];
    let there = PLACE.map(Value::from);
    assert_eq!(session.told(bob), [placed(id, "Alice", there), placed(id, "Alice", nowhere)]);
}

#[test]
fn a_position_of_an_unknown_player_is_told_when_it_is_known() {
    let mut session = Session::new();
    let bob = session.page("Bob");
    let next = ClientId(id_of(&session, bob).0 + 1);
    hand(&mut session, bob, next, Some(position()));
    session.told(bob);
    let alice = session.page("Alice");
    assert_eq!(id_of(&session, alice), next, "ids count up");
    assert_eq!(session.told_of(bob, "placed"), [placed(next, "Alice", PLACE.map(Value::from))]);
}

#[test]
fn a_page_that_comes_back_is_told_all_places_again_and_those_of_the_gone_are_forgotten() {
    let mut session = Session::new();
    let (alice, bob) = (session.page("Alice"), session.page("Bob"));
    let id = id_of(&session, alice);
    hand(&mut session, bob, id, Some(position()));
    session.told(bob);
    let now = session.now;
    session.guests[bob].player.page_lost(now);
    session.guests[bob].player.page_is_back(now, 16);
    session.run();
    assert_eq!(session.told_of(bob, "placed").len(), 1);
    session.say(alice, r#"{"type":"leave"}"#);
    session.wait(Duration::from_secs(1));
    let carol = session.page("Carol");
    assert_eq!(id_of(&session, carol), id, "the id is used again");
    assert_eq!(session.told_of(bob, "placed"), [] as [Value; 0], "it is another player's");
}

/// There is one convention for all: Unity's coordinates equal those of a page and of the server, and an engine with
/// other axes converts its positions first.
#[test]
fn pages_native_players_and_unity_share_a_proximity_room_with_the_same_axes() {
    let mut session = Session::with(|settings| {
        settings.proximity = vec![("world".into(), ProximitySettings::new(10.0))];
    });
    let (near, far) = (session.page("Near"), session.page("Mirrored"));
    let (unity, bevy) = (session.native("Unity"), session.native("Bevy"));
    // `transform.position` of Unity, unchanged, and `Transform::translation` of Bevy, whose z axis is reversed, after
    // `axes::from_right_handed` of the audio crate.
    let [x, y, z] = [3.0, 1.5, -24.0];
    let (from_unity, from_bevy) = ([3.0, 1.5, 20.0], [x, y, -z]);
    for (native, place) in [(unity, from_unity), (bevy, from_bevy)] {
        let client = &mut session.natives[native].client;
        client.join_room("world").expect("a room that fits");
        client.set_position(Some(Position::new(place).expect("near enough")));
    }
    for (page, z) in [(near, 28), (far, -28)] {
        session.say(page, r#"{"type":"listen","room":"world"}"#);
        let place = json!({ "type": "place", "x": 3, "y": 1.5, "z": z, "shared": true });
        session.say(page, &place.to_string());
    }
    session.wait(Duration::from_secs(2));
    let world = Target::Room("world".into());
    let positional = ChannelProperties { positional: true, ..ChannelProperties::default() };
    session.natives[unity].client.open_channel(world, positional).expect("a channel more");
    for nth in 0..20 {
        session.speak_natively(unity, &frame(nth));
        session.wait(FRAME);
    }
    assert!(!session.natives[bevy].heard.is_empty(), "Bevy is 4 m away");
    assert_eq!(session.heard(near).len(), 20, "the page is 8 m away");
    assert!(session.heard(far).is_empty(), "behind the origin it is 48 m away");

    session.say(near, r#"{"type":"open","channel":1,"to":{"room":"world"},"positional":true}"#);
    for nth in 0..20 {
        session.speak(near, &frame(nth), false);
    }
    let (heard_by_unity, heard_by_bevy) = (&session.natives[unity].heard, &session.natives[bevy].heard);
    assert!(!heard_by_unity.is_empty() && !heard_by_bevy.is_empty(), "the page is near both");
}
