//! Buttons open channels while they are held.

use bevy_app::App;
use bevy_consonance::consonance::EventKind;
use bevy_consonance::consonance::trigger::Blocked;
use bevy_consonance::prelude::*;
use bevy_ecs::prelude::*;
use bevy_input::ButtonInput;
use bevy_input::gamepad::{Gamepad, GamepadButton};
use bevy_input::keyboard::KeyCode;
use bevy_input::mouse::MouseButton;

use crate::fixture::{Fixture, cursor, spawn, state_of, until, until_event};

fn keys(app: &mut App) -> Mut<'_, ButtonInput<KeyCode>> {
    app.world_mut().resource_mut()
}

fn until_transmitting(app: &mut App, rooms: [(Entity, bool); 2]) {
    until(&format!("transmitting: {rooms:?}"), || {
        app.update();
        rooms.iter().all(|(room, transmitting)| state_of(app, *room).is_transmitting == *transmitting)
    });
}

#[test]
fn a_voice_is_heard_while_the_button_is_held() {
    let fixture = Fixture::open();
    let (mut alice, mut bob) = (fixture.singer("Alice"), fixture.player("Bob"));
    let radio = spawn(&mut alice, VoiceRoom::radio("team", [KeyCode::KeyV]));
    spawn(&mut bob, VoiceRoom::new("team"));
    until("the radio waits for its button", || {
        alice.update();
        bob.update();
        state_of(&alice, radio).speaking_blocked == Some(Blocked::KeyUp)
    });
    let mut events = cursor(&bob);
    for _ in 0..2 {
        keys(&mut alice).press(KeyCode::KeyV);
        let started = EventKind::StartedSpeaking { name: "Alice".into() };
        until_event(&mut events, &mut bob, &mut [&mut alice], &started);
        keys(&mut alice).release(KeyCode::KeyV);
        let stopped = EventKind::StoppedSpeaking { name: "Alice".into() };
        until_event(&mut events, &mut bob, &mut [&mut alice], &stopped);
    }
}

#[test]
fn each_room_has_its_own_buttons() {
    let fixture = Fixture::open();
    let mut alice = fixture.singer("Alice");
    let team = spawn(&mut alice, VoiceRoom::radio("team", [KeyCode::KeyV]));
    let world = spawn(&mut alice, VoiceRoom::new("world").push_to_talk([KeyCode::KeyB]));
    until_transmitting(&mut alice, [(team, false), (world, false)]);
    keys(&mut alice).press(KeyCode::KeyV);
    until_transmitting(&mut alice, [(team, true), (world, false)]);
    keys(&mut alice).press(KeyCode::KeyB);
    until_transmitting(&mut alice, [(team, true), (world, true)]);
    keys(&mut alice).release(KeyCode::KeyV);
    until_transmitting(&mut alice, [(team, false), (world, true)]);
}

#[test]
fn rooms_without_buttons_follow_those_of_the_app() {
    let fixture = Fixture::open();
    let mut alice = fixture.singer("Alice");
    let general = spawn(&mut alice, VoiceRoom::new("world").push_to_talk([] as [KeyCode; 0]));
    let own = spawn(&mut alice, VoiceRoom::radio("team", [KeyCode::KeyV]));
    *alice.world_mut().resource_mut() = PushToTalk::new([MouseButton::Forward]);
    until_transmitting(&mut alice, [(general, false), (own, false)]);
    alice.world_mut().resource_mut::<ButtonInput<MouseButton>>().press(MouseButton::Forward);
    until_transmitting(&mut alice, [(general, true), (own, false)]);
    alice.world_mut().resource_mut::<ButtonInput<MouseButton>>().release(MouseButton::Forward);
    until_transmitting(&mut alice, [(general, false), (own, false)]);
    alice.world_mut().resource_mut::<PushToTalk>().held = true;
    until_transmitting(&mut alice, [(general, true), (own, false)]);
}

#[test]
fn any_of_several_buttons_will_do_also_one_of_a_gamepad() {
    let fixture = Fixture::open();
    let mut alice = fixture.singer("Alice");
    let buttons = [VoiceButton::Key(KeyCode::KeyV), VoiceButton::Gamepad(GamepadButton::LeftTrigger)];
    let team = spawn(&mut alice, VoiceRoom::radio("team", buttons));
    spawn(&mut alice, Gamepad::default());
    let second = spawn(&mut alice, Gamepad::default());
    let gamepad = |alice: &mut App, pressed: bool| {
        let mut gamepad = alice.world_mut().get_mut::<Gamepad>(second).unwrap();
        let buttons = gamepad.digital_mut();
        if pressed { buttons.press(GamepadButton::LeftTrigger) } else { buttons.release_all() }
    };
    gamepad(&mut alice, true);
    until_transmitting(&mut alice, [(team, true); 2]);
    keys(&mut alice).press(KeyCode::KeyV);
    gamepad(&mut alice, false);
    until_transmitting(&mut alice, [(team, true); 2]);
    keys(&mut alice).release(KeyCode::KeyV);
    until_transmitting(&mut alice, [(team, false); 2]);
}
