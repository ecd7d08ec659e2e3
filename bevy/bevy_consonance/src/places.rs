//! Places: the listener's, and those of the speakers.

use std::collections::BTreeMap;

use bevy_ecs::prelude::*;
use bevy_math::Vec3;
use bevy_reflect::prelude::*;
use bevy_transform::components::{GlobalTransform, Transform};
use consonance::audio::{Orientation, Pose, SpeakerPlace, axes};
use consonance::{EventKind, ProblemKind};

use crate::activity::VoiceActivity;
use crate::messages::VoiceEvent;
use crate::voice::Voice;

/// The listener: we hear from this entity's place, facing where it looks (along −z, as Bevy's cameras do), and that
/// is also our position: usually the camera, or the player's head. Only one entity has it; of several, an arbitrary
/// one counts.
///
/// Without it, all voices are heard in the middle at full volume.
#[derive(Component, Reflect, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[reflect(Component, Clone, Debug, Default, PartialEq)]
#[require(Transform, VoiceActivity)]
pub struct VoiceListener;

/// The voice of another player comes from this entity's place if it speaks over positional channels. Its
/// [`VoiceActivity`] tells whether it speaks. A player may be absent: its voice comes from here once it joins.
///
/// Each player has one such entity; of several, an arbitrary one counts.
#[derive(Component, Reflect, Clone, Debug, Default, PartialEq)]
#[reflect(Component, Clone, Debug, Default, PartialEq)]
#[require(Transform, VoiceActivity)]
pub struct VoiceSpeaker {
    /// The player's name in the session.
    pub player: String,
    /// The occlusion between the player and us, from 0 (nothing) to 1 (a wall), as found by the game's own physics.
    /// Other values are clamped to that range.
    pub occlusion: f32,
}

impl VoiceSpeaker {
    /// The voice of this player, with nothing in between.
    pub fn new(player: impl Into<String>) -> Self {
        Self { player: player.into(), occlusion: 0.0 }
    }
}

/// The length of a unit of the world, in metres.
#[derive(Resource, Clone, Copy, Debug)]
pub(crate) struct MetresPerUnit(pub(crate) f32);

/// The values that the chat was given last, so that only changes are passed on.
#[derive(Debug, Default)]
pub(crate) struct Told {
    generation: u64,
    ears: Option<Pose>,
    places: BTreeMap<String, SpeakerPlace>,
}

/// Passes the places of the listener and of speakers to the chat.
pub(crate) fn send_places(
    voice: Res<Voice>,
    scale: Res<MetresPerUnit>,
    mut events: MessageReader<VoiceEvent>,
    mut told: Local<Told>,
    listeners: Query<&GlobalTransform, With<VoiceListener>>,
    speakers: Query<(&VoiceSpeaker, &GlobalTransform)>,
) {
    if told.generation != voice.generation() {
        *told = Told { generation: voice.generation(), ..Told::default() };
    }
    for event in events.read() {
        told.forget(&event.kind);
    }
    let Some(chat) = voice.chat() else { return };
    let ears = listeners.iter().next().map(|transform| pose(transform, *scale));
    if told.ears != ears {
        told.ears = ears;
        chat.playback().set_listener(ears);
    }
    let places = speakers.iter().map(|(speaker, transform)| {
        let position_m = position_m(transform.translation(), *scale);
        (speaker.player.clone(), SpeakerPlace { position_m, occlusion: speaker.occlusion })
    });
    let changes = told.changes(places.collect());
    if !changes.is_empty() {
        chat.playback().set_places(changes);
    }
}

impl Told {
    /// Forgets sent values that the chat no longer has after this event.
    fn forget(&mut self, event: &EventKind) {
        match event {
            // The chat forgets the player's place too.
            EventKind::PlayerLeft { name } => {
                self.places.remove(name);
            }
            // A new session has other players; and a command that was dropped from a full queue may have been a
            // place.
            EventKind::Joined | EventKind::Problem { about: ProblemKind::Commands, .. } => {
                (self.ears, self.places) = (None, BTreeMap::new());
            }
            _ => {}
        }
    }

    fn changes(&mut self, places: BTreeMap<String, SpeakerPlace>) -> Vec<(String, Option<SpeakerPlace>)> {
        let gone = self.places.keys().filter(|name| !places.contains_key(*name));
        let mut changes: Vec<_> = gone.map(|name| (name.clone(), None)).collect();
        let moved = places.iter().filter(|(name, place)| self.places.get(*name) != Some(*place));
        changes.extend(moved.map(|(name, place)| (name.clone(), Some(*place))));
        self.places = places;
        changes
    }
}

/// A position on the chat's axes, in metres.
pub(crate) fn position_m(position: Vec3, scale: MetresPerUnit) -> [f32; 3] {
    axes::from_right_handed((position * scale.0).to_array())
}

/// Taken from the directions of the entity's axes, which are valid whatever its scale.
fn pose(transform: &GlobalTransform, scale: MetresPerUnit) -> Pose {
    let towards = |axis: Vec3| axes::from_right_handed(transform.affine().transform_vector3(axis).to_array());
    Pose {
        position_m: position_m(transform.translation(), scale),
        orientation: Orientation::looking(towards(Vec3::NEG_Z), towards(Vec3::Y)),
    }
}

#[cfg(test)]
mod tests {
    use bevy_math::{Mat4, vec4};

    use super::*;

    fn place(x: f32) -> SpeakerPlace {
        SpeakerPlace { position_m: [x, 0.0, 0.0], occlusion: 0.0 }
    }

    fn places<const N: usize>(places: [(&str, f32); N]) -> BTreeMap<String, SpeakerPlace> {
        places.map(|(name, x)| (name.to_owned(), place(x))).into()
    }

    #[test]
    fn the_chat_is_told_only_of_places_that_are_different() {
        let mut told = Told::default();
        let both = [("Alice".to_owned(), Some(place(1.0))), ("Bob".to_owned(), Some(place(2.0)))];
        assert_eq!(told.changes(places([("Alice", 1.0), ("Bob", 2.0)])), both);
        assert_eq!(told.changes(places([("Alice", 1.0), ("Bob", 2.0)])), []);
        assert_eq!(
            told.changes(places([("Bob", 3.0)])),
            [("Alice".to_owned(), None), ("Bob".to_owned(), Some(place(3.0)))]
        );
    }

    #[test]
    fn a_player_that_left_is_placed_again_for_when_it_comes_back() {
        let mut told = Told::default();
        told.changes(places([("Alice", 1.0)]));
        told.forget(&EventKind::PlayerLeft { name: "Alice".into() });
        assert_eq!(told.changes(places([("Alice", 1.0)])), [("Alice".to_owned(), Some(place(1.0)))]);
    }

    #[test]
    fn a_listener_looks_where_its_entity_looks_however_it_is_scaled() {
        // A quarter turn to the left, from −z to −x, and three times as large.
        let (x, y, z) = (vec4(0.0, 0.0, -3.0, 0.0), vec4(0.0, 3.0, 0.0, 0.0), vec4(3.0, 0.0, 0.0, 0.0));
        let entity = GlobalTransform::from(Mat4::from_cols(x, y, z, vec4(1.0, 2.0, 3.0, 1.0)));
        let expected = Orientation::looking([-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]);
        let seen = pose(&entity, MetresPerUnit(0.5));
        assert_eq!(seen, Pose { position_m: [0.5, 1.0, -1.5], orientation: expected });
    }
}
