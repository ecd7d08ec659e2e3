//! Reflection for inspectors and scenes: every component, with its fields.

#![expect(clippy::transmute_ptr_to_ptr, reason = "`reflect_remote` writes it")]

use std::collections::BTreeSet;

use bevy_app::App;
use bevy_reflect::prelude::*;
use bevy_reflect::{ReflectDeserialize, ReflectSerialize, reflect_remote};
use consonance::Priority;
use consonance::trigger::TriggerActivation;

use crate::activity::VoiceActivity;
use crate::buttons::{PushToTalk, VoiceButton};
use crate::places::{VoiceListener, VoiceSpeaker};
use crate::rooms::{VoiceRoom, VoiceRoomState, VoiceWhisper};
use crate::zone::VoiceZone;

/// Registers the types even if the app does not collect them automatically.
pub(crate) fn register(app: &mut App) {
    app.register_type::<PushToTalk>()
        .register_type::<VoiceActivity>()
        .register_type::<VoiceButton>()
        .register_type::<VoiceListener>()
        .register_type::<VoiceRoom>()
        .register_type::<VoiceRoomState>()
        .register_type::<VoiceSpeaker>()
        .register_type::<VoiceWhisper>()
        .register_type::<VoiceZone>()
        // For a room's tokens: Bevy treats such a set as opaque, and cannot serialize it without these.
        .register_type_data::<BTreeSet<String>, ReflectSerialize>()
        .register_type_data::<BTreeSet<String>, ReflectDeserialize>();
}

/// Reflection for [`TriggerActivation`], which does not depend on Bevy.
#[reflect_remote(TriggerActivation)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[reflect(Clone, Debug, Default, PartialEq)]
pub(crate) enum ReflectedActivation {
    /// Never.
    None,
    /// While speech is detected.
    Voice,
    /// While a button is held.
    PushToTalk,
    /// Always.
    Open,
}

/// The priority of a room or a whisper; `None` is the chat's own.
#[reflect_remote(Option<Priority>)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[reflect(Clone, Debug, Default, PartialEq)]
pub(crate) enum ReflectedPriority {
    /// The chat's own.
    None,
    /// This one.
    Some(#[reflect(remote = ReflectedLevel)] Priority),
}

/// Reflection for [`Priority`], which does not depend on Bevy.
#[reflect_remote(Priority)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[reflect(Clone, Debug, Default, PartialEq)]
pub(crate) enum ReflectedLevel {
    /// Below the default.
    Low,
    /// The default.
    Default,
    /// Above the default.
    Medium,
    /// Above all.
    High,
}
