//! The server's decisions: access to rooms, and proximity.

use consonance::audio::Pose;
use consonance::inspector::SilenceCause;
use consonance::trigger::{Blocked, FrameInput, Grid, ProximityReceiptTrigger, ReceiptTrigger};
use consonance::{EventKind, VoiceChat};
use consonance_session::{AccessRule, ProximitySettings};

use crate::why::call::{Call, endless, until_cause, until_shown};

/// No player may listen to `vip` or speak in `fixture`: the key for tokens is unknown.
fn call_with_doors() -> Call {
    Call::with_rules(|settings| {
        let mut fixture = AccessRule::default();
        fixture.speak = vec!["singer".into()];
        settings.access = vec![("vip".into(), AccessRule::for_both(["gold"])), ("stage".into(), fixture)];
    })
}

#[test]
fn the_server_does_not_let_the_listener_into_the_room() {
    let call = call_with_doors();
    let bob = call.chat("Bob").start().unwrap();
    let events = bob.subscribe();
    bob.room("vip").listen();
    let alice = call.chat("Alice").speak_in_room("vip").input(endless()).start().unwrap();
    let said = EventKind::RemovedFromRoom { room: "vip".into() };
    let diagnosis = until_cause(&[&call.server()], &SilenceCause::RoomRefused);
    assert!(diagnosis.verdict().contains("let Bob listen to the room \"vip\""), "{diagnosis}");
    until_cause(&[&alice, &bob], &SilenceCause::RoomRefused);
    until_cause(&[&alice, &bob, &call.server()], &SilenceCause::RoomRefused);
    assert!(std::iter::from_fn(|| events.poll()).any(|event| event.kind == said), "the game is told");
    assert!(bob.local_player().rooms().is_empty(), "and knows that it does not listen");
}

#[test]
fn a_receipt_trigger_knows_that_the_server_took_its_player_out() {
    let call = call_with_doors();
    let bob = call.chat("Bob").start().unwrap();
    let (mut listens, tick) = (ReceiptTrigger::new("vip"), FrameInput::default());
    listens.update(&bob, &tick);
    assert!(listens.is_listening(), "as far as is known");
    until_shown(&bob, |bob| bob.client().unwrap().refused_rooms == ["vip"]);
    listens.update(&bob, &tick);
    assert_eq!((listens.is_listening(), listens.blocked()), (false, Some(Blocked::TakenOut)));
    listens.room = "lobby".into();
    listens.update(&bob, &tick);
    assert!(listens.is_listening());
    until_shown(&bob, |bob| bob.client().unwrap().refused_rooms.is_empty());
}

#[test]
fn a_proximity_receipt_trigger_knows_that_the_server_took_its_player_out_of_a_cell() {
    let grid = Grid::new("vault", 10).unwrap();
    let here = [1.0, 0.0, 1.0];
    let cells = grid.cells_around(here).unwrap();
    let closed = grid.room_of(cells[0]);
    let call = Call::with_rules(|settings| {
        settings.access = vec![(closed.as_str().into(), AccessRule::for_both(["gold"]))];
    });
    let bob = call.chat("Bob").start().unwrap();
    let (mut listens, tick) =
        (ProximityReceiptTrigger::new(grid), FrameInput { position_m: Some(here), ..FrameInput::default() });
    listens.update(&bob, &tick);
    until_shown(&bob, |bob| bob.client().unwrap().refused_rooms == [closed.clone()]);
    listens.update(&bob, &tick);
    assert_eq!(listens.blocked(), Some(Blocked::TakenOut));
    assert_eq!(listens.cells().len(), 8, "it is held on to");
}

#[test]
fn the_server_does_not_let_the_speaker_speak_in_the_room() {
    let call = call_with_doors();
    let bob = call.chat("Bob").listen_to_room("stage").start().unwrap();
    let alice = call.chat("Alice").speak_in_room("stage").input(endless()).start().unwrap();
    let diagnosis = until_cause(&[&call.server()], &SilenceCause::RoomRefused);
    assert!(diagnosis.verdict().contains("let Alice speak to the room \"stage\""), "{diagnosis}");
    until_cause(&[&alice, &bob, &call.server()], &SilenceCause::RoomRefused);
}

fn call_of_the_near() -> Call {
    Call::with_rules(|settings| settings.proximity = vec![("lobby".into(), ProximitySettings::new(20.0))])
}

fn stand_at(chat: &VoiceChat, x: f32) {
    chat.playback().set_listener(Some(Pose { position_m: [x, 0.0, 0.0], ..Pose::default() }));
}

#[test]
fn the_speaker_is_too_far_away_for_the_server() {
    let call = call_of_the_near();
    let bob = call.listener("Bob").share_position(true).start().unwrap();
    let alice = call.speaker("Alice").share_position(true).start().unwrap();
    stand_at(&alice, 80.0);
    stand_at(&bob, 0.0);
    let diagnosis = until_cause(&[&call.server()], &SilenceCause::OutOfRange);
    assert!(diagnosis.verdict().contains("80.0 m") && diagnosis.verdict().contains("20.0 m"), "{diagnosis}");
    until_cause(&[&alice, &bob, &call.server()], &SilenceCause::OutOfRange);
    stand_at(&alice, 10.0);
    call.until_in_order(&alice, &bob);
}

#[test]
fn the_listener_does_not_say_where_it_is() {
    let call = call_of_the_near();
    let bob = call.listener("Bob").start().unwrap();
    let alice = call.speaker("Alice").share_position(true).start().unwrap();
    stand_at(&alice, 1.0);
    stand_at(&bob, 0.0);
    let diagnosis = until_cause(&[&call.server()], &SilenceCause::NoPosition);
    assert!(diagnosis.verdict().contains("let Bob share its position"), "{diagnosis}");
    until_cause(&[&alice, &bob, &call.server()], &SilenceCause::NoPosition);
    bob.playback().set_share_position(true);
    call.until_in_order(&alice, &bob);
}
