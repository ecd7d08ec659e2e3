//! The components as used by inspectors and scenes.

use std::any::TypeId;
use std::collections::BTreeSet;

use bevy_app::prelude::*;
use bevy_consonance::consonance::Priority;
use bevy_consonance::prelude::*;
use bevy_ecs::prelude::*;
use bevy_ecs::reflect::{AppTypeRegistry, ReflectResource};
use bevy_input::keyboard::KeyCode;
use bevy_input::mouse::MouseButton;
use bevy_math::Vec3;
use bevy_reflect::serde::{ReflectDeserializer, ReflectSerializer};
use bevy_reflect::{GetPath, TypePath};
use serde::de::DeserializeSeed;

use crate::fixture::{Fixture, open_room, spawn, state_of, until};

/// The reflection of a component type, found by its name.
fn reflected<C: TypePath>(app: &App) -> ReflectComponent {
    let registry = app.world().resource::<AppTypeRegistry>().read();
    let registration = registry.get_with_type_path(C::type_path()).unwrap();
    registration.data::<ReflectComponent>().unwrap().clone()
}

/// Serializes a component as in a scene.
fn save<C: TypePath>(app: &App, entity: Entity) -> String {
    let registry = app.world().resource::<AppTypeRegistry>().read();
    let value = reflected::<C>(app).reflect(app.world().entity(entity)).unwrap();
    serde_json::to_string(&ReflectSerializer::new(value.as_partial_reflect(), &registry)).unwrap()
}

/// Loads a component from a scene onto a new entity.
fn load<C: TypePath + Component + Clone>(app: &mut App, text: &str) -> C {
    let registry = app.world().resource::<AppTypeRegistry>().clone();
    let registry = registry.read();
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = ReflectDeserializer::new(&registry).deserialize(&mut reader).unwrap();
    let (reflected, loaded) = (reflected::<C>(app), spawn(app, ()));
    reflected.insert(&mut app.world_mut().entity_mut(loaded), &*read, &registry);
    app.world().get::<C>(loaded).unwrap().clone()
}

fn saved_and_loaded<C: TypePath + Component + Clone>(app: &mut App, component: &C) -> C {
    let entity = spawn(app, component.clone());
    let text = save::<C>(app, entity);
    load(app, &text)
}

#[test]
fn components_are_the_same_after_they_were_saved_and_loaded() {
    let mut app = Fixture::app("Alice");
    let room = VoiceRoom {
        priority: Some(Priority::High),
        tokens: BTreeSet::from(["red".to_owned()]),
        muted: true,
        ..VoiceRoom::radio("red team", [KeyCode::KeyV])
    };
    assert_eq!(saved_and_loaded(&mut app, &room), room);
    let whisper = VoiceWhisper {
        speak: TriggerActivation::Open,
        buttons: vec![MouseButton::Left.into()],
        ..VoiceWhisper::new("Bob")
    };
    assert_eq!(saved_and_loaded(&mut app, &whisper), whisper);
    let speaker = VoiceSpeaker { occlusion: 0.5, ..VoiceSpeaker::new("Bob") };
    assert_eq!(saved_and_loaded(&mut app, &speaker), speaker);
    for zone in [VoiceZone::Sphere(2.0), VoiceZone::Cuboid(Vec3::new(1.0, 2.0, 3.0))] {
        assert_eq!(saved_and_loaded(&mut app, &zone), zone);
    }
    assert_eq!(saved_and_loaded(&mut app, &VoiceListener), VoiceListener);
}

#[test]
fn what_a_scene_does_not_say_of_a_room_is_as_in_a_new_one() {
    let mut app = Fixture::app("Alice");
    let text = r#"{"bevy_consonance::rooms::VoiceRoom": {"name": "lobby", "speak": "PushToTalk"}}"#;
    let expected = VoiceRoom { speak: TriggerActivation::PushToTalk, ..VoiceRoom::new("lobby") };
    assert_eq!(load::<VoiceRoom>(&mut app, text), expected);
}

#[test]
fn a_field_that_an_inspector_changes_takes_effect() {
    let fixture = Fixture::open();
    let mut app = fixture.singer("Alice");
    let room = spawn(&mut app, open_room("lobby"));
    until("it speaks in the room", || {
        app.update();
        state_of(&app, room).is_transmitting
    });
    let reflected = reflected::<VoiceRoom>(&app);
    let mut value = reflected.reflect_mut(app.world_mut().entity_mut(room)).unwrap();
    *value.path_mut::<bool>("muted").unwrap() = true;
    until("it is muted", || {
        app.update();
        !state_of(&app, room).is_transmitting
    });
}

#[test]
fn an_inspector_finds_states_and_the_buttons() {
    let app = Fixture::app("Alice");
    let registry = app.world().resource::<AppTypeRegistry>().read();
    for state in [TypeId::of::<VoiceActivity>(), TypeId::of::<VoiceRoomState>()] {
        assert!(registry.get_type_data::<ReflectComponent>(state).is_some());
    }
    assert!(registry.get_type_data::<ReflectResource>(TypeId::of::<PushToTalk>()).is_some());
}
