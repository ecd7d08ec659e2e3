//! Channels and room memberships that a trigger holds, and that end with it.

use std::sync::Arc;

use consonance_session::Target;

use crate::channel::{ChannelActivation, ChannelOrder, ChannelSettings, ChannelState};
use crate::command::Command;
use crate::own_voice::OwnVoice;
use crate::voice_chat::VoiceChat;
use crate::voice_chat::handles::Channel;

/// A channel that closes when this is dropped: the voice thread notices by itself, however full its queue is.
#[derive(Debug)]
pub(super) struct HeldChannel {
    channel: Channel,
    settings: ChannelSettings,
}

impl HeldChannel {
    /// Opens a channel; `None` if the voice thread is too busy.
    pub(super) fn open(voice: &VoiceChat, target: Target, settings: ChannelSettings) -> Option<Self> {
        let channel = Channel::try_open(voice.thread(), target, settings)?;
        Some(Self { channel, settings })
    }

    /// Whether it belongs to this chat: a game may have started another one.
    pub(super) fn is_of(&self, voice: &VoiceChat) -> bool {
        self.channel.is_of(voice.thread())
    }

    /// Applies changes. Those for which the voice thread has no room are applied the next time.
    pub(super) fn set(&mut self, settings: ChannelSettings) {
        let ChannelSettings { properties, activation, fade } = settings;
        if self.settings.fade != fade && self.channel.try_order(ChannelOrder::Fade(fade)) {
            self.settings.fade = fade;
        }
        if self.settings.properties != properties
            && self.channel.try_order(ChannelOrder::Properties(properties))
        {
            self.settings.properties = properties;
        }
        self.set_activation(activation);
    }

    pub(super) fn set_activation(&mut self, activation: ChannelActivation) {
        if self.settings.activation != activation
            && self.channel.try_order(ChannelOrder::Activation(activation))
        {
            self.settings.activation = activation;
        }
    }

    pub(super) fn is_shut(&self) -> bool {
        self.settings.activation == ChannelActivation::Closed
    }

    /// Closed until the voice thread knows it.
    pub(super) fn state(&self) -> ChannelState {
        self.channel.state().unwrap_or_default()
    }
}

/// The membership of a room, left when this is dropped, however full the voice thread's queue.
#[derive(Debug)]
pub(super) struct HeldRoom {
    room: String,
    chat: Arc<OwnVoice>,
}

impl HeldRoom {
    /// Joins a room; `None` if the voice thread is too busy.
    pub(super) fn join(voice: &VoiceChat, room: &str) -> Option<Self> {
        let is_taken = voice.thread().try_ask(Command::HoldRoom(room.to_owned()));
        let chat = Arc::clone(own_voice(voice));
        is_taken.then(|| Self { room: room.to_owned(), chat })
    }

    pub(super) fn room(&self) -> &str {
        &self.room
    }

    /// Whether the server has removed the player from it since.
    pub(super) fn is_taken_out(&self) -> bool {
        self.chat.is_taken_out_of(&self.room)
    }

    /// Whether it waits for a place in the session.
    pub(super) fn is_without_place(&self) -> bool {
        self.chat.is_without_place(&self.room)
    }

    /// Whether it belongs to this chat: a game may have started another one.
    pub(super) fn is_of(&self, voice: &VoiceChat) -> bool {
        Arc::ptr_eq(&self.chat, own_voice(voice))
    }
}

impl Drop for HeldRoom {
    fn drop(&mut self) {
        self.chat.give_up(std::mem::take(&mut self.room));
    }
}

/// The state of the local voice, for triggers.
pub(super) fn own_voice(voice: &VoiceChat) -> &Arc<OwnVoice> {
    &voice.thread().shared.own_voice
}
