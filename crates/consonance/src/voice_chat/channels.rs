//! The targets of the local voice, when each is spoken to, and their state.

use std::sync::atomic::Ordering;
use std::sync::mpsc::TrySendError;
use std::sync::{Arc, Weak};

use consonance_session::{ChannelProperties, Target};

use super::VoiceChat;
use crate::channel::{Channel, ChannelActivation, ChannelOrder, ChannelState, NewChannel};
use crate::command::Command;
use crate::fader::Fade;
use crate::own_voice::OwnVoice;
use crate::tokens::Tokens;

impl VoiceChat {
    /// Speaks to this room while there is input, until the channel is [closed](Self::close_channel).
    pub fn speak_in_room(&self, room: impl Into<Box<str>>) -> Channel {
        self.speak_to(Target::Room(room.into()), ChannelProperties::default())
    }

    /// Speaks to this player while there is input and the player is in the session, until the channel is
    /// [closed](Self::close_channel).
    pub fn speak_to_player(&self, name: impl Into<Box<str>>) -> Channel {
        self.speak_to(Target::Player(name.into()), ChannelProperties::default())
    }

    /// Speaks to this target, with the given properties.
    pub fn speak_to(&self, target: Target, properties: ChannelProperties) -> Channel {
        let channel = self.new_channel();
        self.ask(Command::Channel(channel, ChannelOrder::Open(NewChannel::new(target, properties))));
        channel
    }

    /// The same, with its own activation and fade. Nothing spoken earlier is heard over it.
    pub fn speak_to_with(
        &self,
        target: Target,
        properties: ChannelProperties,
        activation: ChannelActivation,
        fade: Fade,
    ) -> Channel {
        let channel = self.new_channel();
        let new = NewChannel { activation, fade, ..NewChannel::new(target, properties) };
        self.ask(Command::Channel(channel, ChannelOrder::Open(new)));
        channel
    }

    /// Changes a channel from the next frame on.
    pub fn set_channel(&self, channel: Channel, properties: ChannelProperties) {
        self.ask(Command::Channel(channel, ChannelOrder::Properties(properties)));
    }

    /// Changes when a channel is heard, for speech from now on. A closed one fades out, and may be opened again.
    pub fn set_channel_activation(&self, channel: Channel, activation: ChannelActivation) {
        self.ask(Command::Channel(channel, ChannelOrder::Activation(activation)));
    }

    /// Changes how a channel fades in and out.
    pub fn set_channel_fade(&self, channel: Channel, fade: Fade) {
        self.ask(Command::Channel(channel, ChannelOrder::Fade(fade)));
    }

    /// Closes a channel without fading it; the next frame is its last.
    pub fn close_channel(&self, channel: Channel) {
        match self.running.commands.try_send(Command::Channel(channel, ChannelOrder::Close)) {
            Ok(()) | Err(TrySendError::Disconnected(_)) => {}
            // An overloaded queue may also have rejected the command that opens the channel.
            Err(TrySendError::Full(_)) => self.running.shared.own_voice.close(channel),
        }
        self.running.thread.unpark();
    }

    /// The state of a channel; `None` before the voice thread knows it, and once it is closed. May be called in every
    /// frame.
    pub fn channel_state(&self, channel: Channel) -> Option<ChannelState> {
        self.running.shared.own_voice.channel(channel)
    }

    /// Whether the voice detector currently hears speech, whatever channels are open. May be called in every frame.
    pub fn is_voice_detected(&self) -> bool {
        self.running.shared.own_voice.is_voice_detected()
    }

    /// Whether the local voice is currently sent over any channel. May be called in every frame.
    pub fn is_transmitting(&self) -> bool {
        self.running.shared.own_voice.is_heard()
    }

    /// The local player's tokens, for [triggers](crate::trigger). All callers share one set.
    pub fn tokens(&self) -> Tokens {
        self.running.shared.own_voice.tokens().clone()
    }

    /// Opens a channel that closes when its owner is dropped; `None` if the voice thread is too busy, in which case it
    /// may be requested again.
    pub(crate) fn open_owned(&self, mut new: NewChannel, owner: Weak<()>) -> Option<Channel> {
        let channel = self.new_channel();
        new.owner = Some(owner);
        self.try_ask(Command::Channel(channel, ChannelOrder::Open(new))).then_some(channel)
    }

    /// False if the voice thread is too busy; the request is then dropped without an event.
    pub(crate) fn try_ask(&self, command: Command) -> bool {
        let is_taken = self.running.commands.try_send(command).is_ok();
        self.running.thread.unpark();
        is_taken
    }

    pub(crate) fn own_voice(&self) -> &Arc<OwnVoice> {
        &self.running.shared.own_voice
    }

    fn new_channel(&self) -> Channel {
        Channel(self.running.next_channel.fetch_add(1, Ordering::Relaxed))
    }
}
