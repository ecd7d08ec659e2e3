//! Rooms and whispers follow components.

use bevy_app::App;
use bevy_consonance::consonance::EventKind;
use bevy_consonance::consonance::host::{AccessRule, RoomPattern, SessionsSettings};
use bevy_consonance::consonance::trigger::Blocked;
use bevy_consonance::prelude::*;
use bevy_ecs::prelude::*;
use bevy_transform::components::Transform;

use crate::fixture::{Fixture, chat, cursor, open_room, spawn, state_of, until, until_event};

/// The rooms that a player listens to, as seen by another app.
fn rooms_of(app: &App, player: &str) -> Vec<String> {
    chat(app).player_state(player).map(|player| player.rooms()).unwrap_or_default()
}

#[test]
fn a_room_is_listened_to_and_spoken_in_while_its_entity_exists() {
    let fixture = Fixture::open();
    let (mut alice, (mut bob, ear)) = (fixture.singer("Alice"), fixture.listener("Bob"));
    let (spoken, heard) = (spawn(&mut alice, open_room("lobby")), spawn(&mut bob, VoiceRoom::new("lobby")));
    let mut both = |what: &str, is_so: &dyn Fn(&App, &App) -> bool, change: &dyn Fn(&mut App, &mut App)| {
        change(&mut alice, &mut bob);
        until(what, || {
            alice.update();
            bob.update();
            is_so(&alice, &bob)
        });
    };
    both("Bob hears Alice", &|_, _| ear.hears_middle(), &|_, _| {});
    both(
        "both are told",
        &|alice, bob| state_of(alice, spoken).is_transmitting && state_of(bob, heard).is_listening,
        &|_, _| {},
    );
    both("Bob has left", &|alice, _| ear.hears_nothing() && rooms_of(alice, "Bob").is_empty(), &|_, bob| {
        bob.world_mut().despawn(heard);
    });
    both("Bob is back", &|_, _| ear.hears_middle(), &|_, bob| {
        spawn(bob, VoiceRoom::new("lobby"));
    });
    both("Alice is silent", &|_, _| ear.hears_nothing(), &|alice, _| {
        alice.world_mut().despawn(spoken);
    });
}

#[test]
fn a_component_that_is_changed_or_removed_counts_from_the_next_frame_on() {
    let fixture = Fixture::open();
    let (mut alice, mut bob) = (fixture.player("Alice"), fixture.player("Bob"));
    let room = spawn(&mut bob, VoiceRoom { speak: TriggerActivation::None, ..VoiceRoom::new("red") });
    let mut wait = |bob: &mut App, rooms: &[&str]| {
        until(&format!("Bob listens to {rooms:?}"), || {
            alice.update();
            bob.update();
            rooms_of(&alice, "Bob") == rooms
        });
    };
    wait(&mut bob, &["red"]);
    assert_eq!(state_of(&bob, room).speaking_blocked, Some(Blocked::NotActivated));
    bob.world_mut().get_mut::<VoiceRoom>(room).unwrap().name = "blue".into();
    wait(&mut bob, &["blue"]);
    bob.world_mut().get_mut::<VoiceRoom>(room).unwrap().listen = false;
    wait(&mut bob, &[]);
    bob.world_mut().get_mut::<VoiceRoom>(room).unwrap().listen = true;
    wait(&mut bob, &["blue"]);
    bob.world_mut().entity_mut(room).remove::<VoiceRoom>();
    wait(&mut bob, &[]);
    assert_eq!(state_of(&bob, room), VoiceRoomState::default(), "nothing of it is left");
}

#[test]
fn a_whisper_reaches_its_player_alone() {
    let fixture = Fixture::open();
    let (mut alice, mut bob, mut carol) = (fixture.singer("Alice"), fixture.player("Bob"), fixture.player("Carol"));
    let mut of_carol = cursor::<VoiceEvent>(&carol);
    let whisper = VoiceWhisper { speak: TriggerActivation::Open, ..VoiceWhisper::new("Bob") };
    let whisper = spawn(&mut alice, whisper);
    let (mut of_bob, alice_speaks) = (cursor(&bob), EventKind::StartedSpeaking { name: "Alice".into() });
    until_event(&mut of_bob, &mut bob, &mut [&mut alice], &alice_speaks);
    alice.world_mut().despawn(whisper);
    until_event(
        &mut of_bob,
        &mut bob,
        &mut [&mut alice],
        &EventKind::StoppedSpeaking { name: "Alice".into() },
    );
    // The text reaches Carol after any whispered voice would have.
    chat(&alice).player("Carol").send_text("hello").unwrap();
    let mut heard = false;
    until("Carol is written to", || {
        carol.update();
        let mut events = of_carol.read(carol.world().resource::<Messages<VoiceEvent>>());
        events.any(|event| {
            heard |= event.kind == alice_speaks;
            matches!(event.kind, EventKind::Text { .. })
        })
    });
    assert!(!heard, "Carol was not whispered to");
}

#[test]
fn a_room_with_a_zone_works_while_the_listener_is_inside() {
    let fixture = Fixture::open();
    let mut bob = fixture.player("Bob");
    let listener = spawn(&mut bob, VoiceListener);
    let place = Transform::from_xyz(10.0, 0.0, 0.0);
    let kitchen = spawn(&mut bob, (VoiceRoom::new("kitchen"), VoiceZone::Sphere(3.0), place));
    let mut wait = |what: &str, x: f32, listens: bool| {
        bob.world_mut().get_mut::<Transform>(listener).unwrap().translation.x = x;
        until(what, || {
            bob.update();
            let room = state_of(&bob, kitchen);
            let blocked = (!listens).then_some(Blocked::OutsideZone);
            (room.is_listening, room.listening_blocked) == (listens, blocked)
        });
    };
    wait("he stands outside", 6.9, false);
    wait("he goes in", 7.1, true);
    wait("he goes on and out again", 13.1, false);
}

#[test]
fn a_room_that_the_server_keeps_us_out_of_says_so() {
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    settings.access = vec![(RoomPattern::from("vault"), AccessRule::for_both(["key"]))];
    let fixture = Fixture::open_with(settings);
    let mut bob = fixture.player("Bob");
    let vault = spawn(&mut bob, VoiceRoom::new("vault"));
    until("Bob is kept out", || {
        bob.update();
        state_of(&bob, vault).listening_blocked == Some(Blocked::TakenOut)
    });
}
