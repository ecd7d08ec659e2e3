//! Channels and room memberships that a trigger holds, and that end with it.

use std::sync::Arc;

use consonance_session::ChannelProperties;

use crate::channel::{Channel, ChannelActivation, ChannelOrder, ChannelState, NewChannel};
use crate::command::Command;
use crate::fader::Fade;
use crate::own_voice::OwnVoice;
use crate::voice_chat::VoiceChat;

/// A channel that closes when this is dropped: the voice thread notices by itself, however full its queue is.
#[derive(Debug)]
pub(super) struct HeldChannel {
    channel: Channel,
    /// Keeps the channel open: the voice thread closes it once this is dropped.
    _owner: Arc<()>,
    chat: Arc<OwnVoice>,
    properties: ChannelProperties,
    activation: ChannelActivation,
    fade: Fade,
}

impl HeldChannel {
    /// Opens a channel; `None` if the voice thread is too busy.
    pub(super) fn open(voice: &VoiceChat, new: NewChannel) -> Option<Self> {
        let owner = Arc::new(());
        let NewChannel { properties, activation, fade, .. } = new;
        let channel = voice.open_owned(new, Arc::downgrade(&owner))?;
        let chat = Arc::clone(voice.own_voice());
        Some(Self { channel, _owner: owner, chat, properties, activation, fade })
    }

    /// Whether it belongs to this chat: a game may have started another one.
    pub(super) fn is_of(&self, voice: &VoiceChat) -> bool {
        Arc::ptr_eq(&self.chat, voice.own_voice())
    }

    /// Applies changes. Those for which the voice thread has no room are applied the next time.
    pub(super) fn set(
        &mut self,
        voice: &VoiceChat,
        properties: ChannelProperties,
        activation: ChannelActivation,
        fade: Fade,
    ) {
        if self.fade != fade && voice.try_ask(Command::Channel(self.channel, ChannelOrder::Fade(fade))) {
            self.fade = fade;
        }
        if self.properties != properties
            && voice.try_ask(Command::Channel(self.channel, ChannelOrder::Properties(properties)))
        {
            self.properties = properties;
        }
        self.set_activation(voice, activation);
    }

    pub(super) fn set_activation(&mut self, voice: &VoiceChat, activation: ChannelActivation) {
        if self.activation != activation
            && voice.try_ask(Command::Channel(self.channel, ChannelOrder::Activation(activation)))
        {
            self.activation = activation;
        }
    }

    pub(super) fn is_shut(&self) -> bool {
        self.activation == ChannelActivation::Closed
    }

    /// Closed until the voice thread knows it.
    pub(super) fn state(&self) -> ChannelState {
        self.chat.channel(self.channel).unwrap_or_default()
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
        let is_taken = voice.try_ask(Command::HoldRoom(room.to_owned()));
        let chat = Arc::clone(voice.own_voice());
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
        Arc::ptr_eq(&self.chat, voice.own_voice())
    }
}

impl Drop for HeldRoom {
    fn drop(&mut self) {
        self.chat.give_up(std::mem::take(&mut self.room));
    }
}
