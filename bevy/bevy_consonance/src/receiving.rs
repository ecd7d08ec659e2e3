//! Turns the chat's events into messages.

use bevy_ecs::prelude::*;

use crate::messages::{VoiceError, VoiceEvent, VoiceStateChanged};
use crate::voice::Voice;

/// Writes everything that has happened since the last frame as messages.
pub(crate) fn receive(
    mut voice: ResMut<Voice>,
    mut events: MessageWriter<VoiceEvent>,
    mut errors: MessageWriter<VoiceError>,
    mut changes: MessageWriter<VoiceStateChanged>,
) {
    // Change detection must only report changes of state, not every poll.
    let quietly = voice.bypass_change_detection();
    for event in quietly.take_events() {
        if let Some(error) = VoiceError::of(&event.kind) {
            tracing::warn!(code = error.code(), "{error}");
            errors.write(error);
        }
        events.write(VoiceEvent { at: event.at, kind: event.kind });
    }
    if let Some(change) = quietly.follow_state() {
        voice.set_changed();
        changes.write(change);
    }
}
