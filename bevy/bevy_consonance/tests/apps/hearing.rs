//! Voices come from the places of entities.

use std::f32::consts::PI;

use bevy_app::App;
use bevy_consonance::prelude::*;
use bevy_ecs::hierarchy::ChildOf;
use bevy_ecs::prelude::*;
use bevy_math::Quat;
use bevy_transform::components::Transform;

use crate::ear::Ear;
use crate::fixture::{Fixture, open_room, spawn, until};

/// Alice sings in the world; Bob listens to it, looking along −z.
struct Pair {
    alice: App,
    bob: App,
    ear: Ear,
    listener: Entity,
    _stage: Fixture,
}

impl Pair {
    fn meet() -> Self {
        let fixture = Fixture::open();
        let (mut alice, (mut bob, ear)) = (fixture.singer("Alice"), fixture.listener("Bob"));
        spawn(&mut alice, open_room("world"));
        spawn(&mut bob, VoiceRoom::new("world"));
        let listener = spawn(&mut bob, VoiceListener);
        Self { alice, bob, ear, listener, _stage: fixture }
    }

    fn until(&mut self, what: &str, is_so: impl Fn(&Ear, &App) -> bool) {
        until(what, || {
            self.alice.update();
            self.bob.update();
            is_so(&self.ear, &self.bob)
        });
    }

    fn put(&mut self, entity: Entity, transform: Transform) {
        *self.bob.world_mut().get_mut::<Transform>(entity).unwrap() = transform;
    }
}

fn at(x: f32) -> Transform {
    Transform::from_xyz(x, 0.0, 0.0)
}

#[test]
fn a_voice_comes_from_the_side_where_its_entity_stands() {
    let mut pair = Pair::meet();
    let speaker = spawn(&mut pair.bob, (VoiceSpeaker::new("Alice"), at(4.0)));
    pair.until("Alice is heard on the right", |ear, _| ear.hears_right());
    pair.put(speaker, at(-4.0));
    pair.until("she has walked to the left", |ear, _| ear.hears_left());
    let listener = pair.listener;
    pair.put(listener, Transform::from_rotation(Quat::from_rotation_y(PI)));
    pair.until("the listener has turned round", |ear, _| ear.hears_right());
    pair.put(listener, Transform::from_xyz(-8.0, 0.0, 0.0));
    pair.until("the listener has turned back and walked past her", |ear, _| ear.hears_right());
    pair.bob.world_mut().despawn(speaker);
    pair.until("she has no place any more", |ear, _| ear.hears_middle());
}

#[test]
fn a_voice_moves_with_the_parent_of_its_entity() {
    let mut pair = Pair::meet();
    let ship = spawn(&mut pair.bob, at(10.0));
    spawn(&mut pair.bob, (VoiceSpeaker::new("Alice"), at(-4.0), ChildOf(ship)));
    pair.until("she is on the ship, to the right", |ear, _| ear.hears_right());
    pair.put(ship, at(0.0));
    pair.until("the ship has moved to the left", |ear, _| ear.hears_left());
}

#[test]
fn without_a_listener_voices_are_in_the_middle() {
    let mut pair = Pair::meet();
    spawn(&mut pair.bob, (VoiceSpeaker::new("Alice"), at(4.0)));
    pair.until("Alice is heard on the right", |ear, _| ear.hears_right());
    pair.bob.world_mut().despawn(pair.listener);
    pair.until("there are no ears", |ear, _| ear.hears_middle());
}

#[test]
fn beside_the_entity_stands_whether_its_player_speaks_and_how_loud() {
    let mut pair = Pair::meet();
    let speaker = spawn(&mut pair.bob, VoiceSpeaker::new("Alice"));
    let absent = spawn(&mut pair.bob, VoiceSpeaker::new("Carol"));
    let activity = |bob: &App, entity| *bob.world().get::<VoiceActivity>(entity).unwrap();
    pair.until("Alice is heard", |_, bob| {
        let alice = activity(bob, speaker);
        alice.is_present && alice.is_speaking && alice.amplitude > 0.05
    });
    assert_eq!(activity(&pair.bob, absent), VoiceActivity::default());
    let own = activity(&pair.bob, pair.listener);
    assert!(own.is_present && !own.is_speaking, "Bob is there, and silent");
    pair.alice.world_mut().resource_mut::<Voice>().disconnect();
    pair.until("Alice is gone", |_, bob| activity(bob, speaker) == VoiceActivity::default());
}

#[test]
fn a_voice_that_is_not_positional_is_in_the_middle_wherever_its_player_is() {
    let fixture = Fixture::open();
    let (mut alice, (mut bob, ear)) = (fixture.singer("Alice"), fixture.listener("Bob"));
    spawn(&mut alice, VoiceRoom { positional: false, ..open_room("radio") });
    spawn(&mut bob, VoiceRoom::new("radio"));
    spawn(&mut bob, VoiceListener);
    spawn(&mut bob, (VoiceSpeaker::new("Alice"), at(4.0)));
    until("Alice is heard in the middle", || {
        alice.update();
        bob.update();
        ear.hears_middle()
    });
}
