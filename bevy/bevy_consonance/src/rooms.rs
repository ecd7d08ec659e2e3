//! Rooms to join and players to whisper to while an entity exists.

mod triggers;

use std::collections::BTreeSet;
use std::time::Instant;

use bevy_ecs::prelude::*;
use bevy_reflect::prelude::*;
use bevy_transform::components::GlobalTransform;
use consonance::Priority;
use consonance::trigger::{Blocked, FrameInput, TriggerActivation, Zone};

use crate::buttons::{PushToTalk, VoiceButton, VoiceButtons};
use crate::places::{MetresPerUnit, VoiceListener, position_m};
use crate::reflection::{ReflectedActivation, ReflectedPriority};
use crate::voice::Voice;
use crate::zone::VoiceZone;
use triggers::Triggers;

/// While this entity exists, its room is listened to and spoken in; changed fields count from the next frame on.
///
/// Several entities may have the same room. With a [`VoiceZone`] beside it, it works only near the entity.
#[derive(Component, Reflect, Clone, Debug, PartialEq)]
#[reflect(Component, Clone, Debug, Default, PartialEq)]
#[require(VoiceRoomState, Triggers)]
pub struct VoiceRoom {
    /// The room's name, 1 to 128 bytes.
    pub name: String,
    /// Whether the room is listened to (default true).
    pub listen: bool,
    /// When it is spoken in (default: while speech is detected); [`TriggerActivation::None`] is never.
    #[reflect(remote = ReflectedActivation)]
    pub speak: TriggerActivation,
    /// With [`TriggerActivation::PushToTalk`], any of these opens it; if there are none (default), those of the
    /// resource [`PushToTalk`] do.
    pub buttons: Vec<VoiceButton>,
    /// Whether our voice comes from our place (default true), or has no direction, as over a radio.
    pub positional: bool,
    /// Players of a lower priority are not heard while one of a higher priority speaks; `None` is the chat's own
    /// priority (default).
    #[reflect(remote = ReflectedPriority)]
    pub priority: Option<Priority>,
    /// Immediately stops sending to it (default false).
    pub muted: bool,
    /// [Tokens](consonance::VoiceChat::tokens) of which we must hold one; if empty (default), none is required.
    pub tokens: BTreeSet<String>,
}

/// As [`VoiceRoom::new`], but without a name: it does nothing yet.
impl Default for VoiceRoom {
    fn default() -> Self {
        Self::new("")
    }
}

impl VoiceRoom {
    /// Listens to this room, and speaks in it while speech is detected, from our place.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            listen: true,
            speak: TriggerActivation::default(),
            buttons: Vec::new(),
            positional: true,
            priority: None,
            muted: false,
            tokens: BTreeSet::new(),
        }
    }

    /// Listens to this room, and speaks in it while one of these buttons is held, without direction.
    pub fn radio(name: impl Into<String>, buttons: impl IntoIterator<Item = impl Into<VoiceButton>>) -> Self {
        Self { positional: false, ..Self::new(name).push_to_talk(buttons) }
    }

    /// The same room, but we speak only while one of these buttons is held, or one of [`PushToTalk`] if there are
    /// none.
    #[must_use]
    pub fn push_to_talk(self, buttons: impl IntoIterator<Item = impl Into<VoiceButton>>) -> Self {
        let buttons = buttons.into_iter().map(Into::into).collect();
        Self { speak: TriggerActivation::PushToTalk, buttons, ..self }
    }
}

/// While this entity exists, we can whisper to one player; no other player hears it. Ignored on an entity with a
/// [`VoiceRoom`].
#[derive(Component, Reflect, Clone, Debug, PartialEq)]
#[reflect(Component, Clone, Debug, Default, PartialEq)]
#[require(VoiceRoomState, Triggers)]
pub struct VoiceWhisper {
    /// The player's name in the session. It may be absent: it is spoken to once it is there.
    pub player: String,
    /// When it is spoken to (default: while speech is detected).
    #[reflect(remote = ReflectedActivation)]
    pub speak: TriggerActivation,
    /// As [those of a room](VoiceRoom::buttons).
    pub buttons: Vec<VoiceButton>,
    /// Whether our voice comes from our place (default true).
    pub positional: bool,
    /// As [that of a room](VoiceRoom::priority).
    #[reflect(remote = ReflectedPriority)]
    pub priority: Option<Priority>,
}

/// As [`VoiceWhisper::new`], but without a name: it does nothing yet.
impl Default for VoiceWhisper {
    fn default() -> Self {
        Self::new("")
    }
}

impl VoiceWhisper {
    /// Speaks to this player while speech is detected, from our place.
    pub fn new(player: impl Into<String>) -> Self {
        let (speak, buttons) = (TriggerActivation::default(), Vec::new());
        Self { player: player.into(), speak, buttons, positional: true, priority: None }
    }
}

/// The state of a [`VoiceRoom`] or [`VoiceWhisper`]; written only when it changes.
#[derive(Component, Reflect, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[reflect(Component, Clone, Debug, Default, PartialEq)]
pub struct VoiceRoomState {
    /// Whether the room is listened to.
    pub is_listening: bool,
    /// Whether our voice goes out to it.
    pub is_transmitting: bool,
    /// Why the room is not listened to; inspectors do not see it.
    #[reflect(ignore)]
    pub listening_blocked: Option<Blocked>,
    /// Why our voice does not go out to it: the button is not held, there is no speech, no chat, …; inspectors do not
    /// see it.
    #[reflect(ignore)]
    pub speaking_blocked: Option<Blocked>,
}

type Rooms<'w, 's> = Query<
    'w,
    's,
    (
        Option<&'static VoiceRoom>,
        Option<&'static VoiceWhisper>,
        Option<(&'static VoiceZone, &'static GlobalTransform)>,
        &'static mut Triggers,
        &'static mut VoiceRoomState,
    ),
>;

/// Applies the fields of every room and whisper.
pub(crate) fn update_rooms(
    voice: Res<Voice>,
    buttons: VoiceButtons,
    push_to_talk: Res<PushToTalk>,
    scale: Res<MetresPerUnit>,
    mut last: Local<Option<Instant>>,
    listeners: Query<&GlobalTransform, With<VoiceListener>>,
    mut rooms: Rooms,
) {
    // Real time, as voice does not pause with the game's time.
    let now = Instant::now();
    let seconds = last.replace(now).map_or(0.0, |last| now.duration_since(last).as_secs_f32());
    let ears = listeners.iter().next().map(GlobalTransform::translation);
    let position_m = ears.map(|ears| position_m(ears, *scale));
    let general = is_held(&buttons, &push_to_talk);
    for (room, whisper, zone, mut triggers, mut state) in &mut rooms {
        let triggers = triggers.bypass_change_detection();
        let own = room.map(|room| &room.buttons).or(whisper.map(|whisper| &whisper.buttons));
        let held = match own {
            Some(own) if !own.is_empty() => buttons.any_held(own),
            _ => general,
        };
        let tick = FrameInput { seconds, position_m, push_to_talk: held };
        let zone =
            zone.map(|(zone, entity)| Zone::Manual(ears.is_some_and(|ears| zone.contains(entity, ears))));
        match (voice.chat(), room, whisper) {
            (Some(chat), Some(room), _) => triggers.follow_room(room, zone, chat, &tick),
            (Some(chat), None, Some(whisper)) => triggers.follow_whisper(whisper, zone, chat, &tick),
            _ => triggers.close(),
        }
        state.set_if_neq(triggers.state());
    }
}

/// Tells the chat whether the general buttons are held, for channels that the game opens by itself.
pub(crate) fn send_push_to_talk(
    voice: Res<Voice>,
    buttons: VoiceButtons,
    push_to_talk: Res<PushToTalk>,
    mut told: Local<(u64, bool)>,
) {
    let now = (voice.generation(), is_held(&buttons, &push_to_talk));
    if let Some(chat) = voice.chat()
        && *told != now
    {
        *told = now;
        chat.microphone().set_push_to_talk(now.1);
    }
}

fn is_held(buttons: &VoiceButtons, push_to_talk: &PushToTalk) -> bool {
    push_to_talk.held || buttons.any_held(&push_to_talk.buttons)
}
