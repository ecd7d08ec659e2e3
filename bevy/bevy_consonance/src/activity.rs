//! The loudness of a player, as a component of the entity that its voice comes from.

use std::sync::Arc;

use bevy_ecs::prelude::*;
use bevy_reflect::prelude::*;
use consonance::{PlayerState, VoiceChat};

use crate::places::{VoiceListener, VoiceSpeaker};
use crate::voice::Voice;

/// Whether the player of a [`VoiceSpeaker`] speaks, and how loud: for speech bubbles, moving lips and name plates. On
/// the entity of the [`VoiceListener`], the same of the local player.
///
/// It changes only when something is different, so that `Changed<VoiceActivity>` finds players that started or stopped.
#[derive(Component, Reflect, Clone, Copy, Debug, Default, PartialEq)]
#[reflect(Component, Clone, Debug, Default, PartialEq)]
pub struct VoiceActivity {
    /// Whether the player is in the session.
    pub is_present: bool,
    /// Whether it speaks to us; of the local player, whether any listener receives us.
    pub is_speaking: bool,
    /// The mean absolute value of its last 10 ms, 0 to 1, before volume and distance. Of the local player, of what the
    /// microphone gives after it was cleaned.
    pub amplitude: f32,
}

impl VoiceActivity {
    fn of(player: Option<Arc<PlayerState>>) -> Self {
        player.map_or_else(Self::default, |player| Self {
            is_present: player.is_connected(),
            is_speaking: player.is_speaking(),
            amplitude: player.amplitude(),
        })
    }
}

/// Copies each player's activity from the voice thread to the player's entity.
pub(crate) fn show_activity(
    voice: Res<Voice>,
    mut speakers: Query<(&VoiceSpeaker, &mut VoiceActivity), Without<VoiceListener>>,
    mut listeners: Query<&mut VoiceActivity, With<VoiceListener>>,
) {
    let chat = voice.chat();
    for (speaker, mut activity) in &mut speakers {
        activity.set_if_neq(VoiceActivity::of(chat.and_then(|chat| chat.player_state(&speaker.player))));
    }
    for mut activity in &mut listeners {
        activity.set_if_neq(VoiceActivity::of(chat.map(VoiceChat::local_player)));
    }
}
