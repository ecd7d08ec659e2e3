//! The parts of the chat that an entity owns: a joined room and a channel. They are closed with the entity.

use bevy_ecs::component::Component;
use consonance::VoiceChat;
use consonance::trigger::{BroadcastTrigger, FrameInput, ReceiptTrigger, TriggerTarget, Zone};

use super::{VoiceRoom, VoiceRoomState, VoiceWhisper};

/// A component on the entity of each room and whisper.
#[derive(Component, Debug, Default)]
pub(crate) struct Triggers {
    listening: Option<ReceiptTrigger>,
    speaking: Option<BroadcastTrigger>,
}

impl Triggers {
    /// Applies the room's fields in this frame.
    pub(super) fn follow_room(
        &mut self,
        room: &VoiceRoom,
        zone: Option<Zone>,
        chat: &VoiceChat,
        tick: &FrameInput,
    ) {
        if room.listen {
            let listening = self.listening.get_or_insert_with(|| ReceiptTrigger::new(&room.name));
            keep(&mut listening.room, &room.name);
            keep(&mut listening.tokens, &room.tokens);
            listening.zone.clone_from(&zone);
            listening.update(chat, tick);
        } else {
            self.listening = None;
        }
        let speaking = self.speaking.get_or_insert_with(|| BroadcastTrigger::to_room(&room.name));
        if !matches!(&speaking.target, TriggerTarget::Room(name) if *name == room.name) {
            speaking.target = TriggerTarget::Room(room.name.clone());
        }
        keep(&mut speaking.tokens, &room.tokens);
        (speaking.activation, speaking.positional) = (room.speak, room.positional);
        (speaking.priority, speaking.muted) = (room.priority, room.muted);
        speaking.zone = zone;
        speaking.update(chat, tick);
    }

    /// Applies the whisper's fields in this frame.
    pub(super) fn follow_whisper(
        &mut self,
        whisper: &VoiceWhisper,
        zone: Option<Zone>,
        chat: &VoiceChat,
        tick: &FrameInput,
    ) {
        self.listening = None;
        let speaking = self.speaking.get_or_insert_with(|| BroadcastTrigger::to_player(&whisper.player));
        if !matches!(&speaking.target, TriggerTarget::Player(name) if *name == whisper.player) {
            // The trigger may have belonged to a room or to another player.
            *speaking = BroadcastTrigger::to_player(&whisper.player);
        }
        (speaking.activation, speaking.positional) = (whisper.speak, whisper.positional);
        (speaking.priority, speaking.zone) = (whisper.priority, zone);
        speaking.update(chat, tick);
    }

    /// Leaves the room and closes the channel.
    pub(super) fn close(&mut self) {
        *self = Self::default();
    }

    pub(super) fn state(&self) -> VoiceRoomState {
        VoiceRoomState {
            is_listening: self.listening.as_ref().is_some_and(ReceiptTrigger::is_listening),
            is_transmitting: self.speaking.as_ref().is_some_and(BroadcastTrigger::is_transmitting),
            listening_blocked: self.listening.as_ref().and_then(ReceiptTrigger::blocked),
            speaking_blocked: self.speaking.as_ref().and_then(BroadcastTrigger::blocked),
        }
    }
}

/// Copies the value only if it differs, which is rare from frame to frame.
fn keep<T: Clone + PartialEq>(kept: &mut T, wanted: &T) {
    if kept != wanted {
        kept.clone_from(wanted);
    }
}
