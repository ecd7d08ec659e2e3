//! A channel as seen by the game: its name, when it is heard, and how it fades in and out.

use std::sync::Weak;

use consonance_session::{ChannelProperties, Target};

use crate::fader::Fade;

/// The name of an opened channel, for changing and closing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Channel(pub(crate) u32);

impl Channel {
    /// The channel's number, for other languages: never 0, and different for each channel of a chat.
    pub fn number(self) -> u32 {
        self.0
    }

    /// The channel with this number. If a chat has no such channel, requests for it have no effect.
    pub fn from_number(number: u32) -> Self {
        Self(number)
    }
}

/// When a channel is heard. Decided by the voice thread, so that a frame hitch of the game cuts no word off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChannelActivation {
    /// Whenever the chat as a whole is heard: depending on its [activation](crate::VoiceChat::set_activation) and the
    /// talk key.
    #[default]
    Inherit,
    /// Always. For push to talk, a game changes between this and [`Closed`](Self::Closed).
    Open,
    /// While speech is detected, from the first syllable on.
    Voice,
    /// Never: it fades out and closes.
    Closed,
}

/// The state of a channel, as of the last captured 10 ms.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ChannelState {
    /// Whether the local voice is sent over it. A channel to an absent player becomes open when that player joins.
    pub is_open: bool,
    /// The current volume of its fade, 0 to the [volume when faded in](Fade::volume). The volume sent is this times the
    /// amplitude of its properties.
    pub volume: f32,
}

/// A command from the game about a channel.
#[derive(Debug)]
pub(crate) enum ChannelOrder {
    Open(NewChannel),
    Properties(ChannelProperties),
    Activation(ChannelActivation),
    Fade(Fade),
    /// Close it without fading.
    Close,
}

/// A channel to be opened.
#[derive(Debug)]
pub(crate) struct NewChannel {
    pub(crate) target: Target,
    pub(crate) properties: ChannelProperties,
    pub(crate) activation: ChannelActivation,
    pub(crate) fade: Fade,
    /// Once the owner is dropped, the channel closes.
    pub(crate) owner: Option<Weak<()>>,
}

impl NewChannel {
    /// A channel that is heard whenever the chat is.
    pub(crate) fn new(target: Target, properties: ChannelProperties) -> Self {
        let (activation, fade) = (ChannelActivation::default(), Fade::default());
        Self { target, properties, activation, fade, owner: None }
    }
}
