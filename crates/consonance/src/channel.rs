//! A channel as the game knows it: its name, when it is heard, and how it fades in and out.

use std::sync::Weak;

use consonance_session::{ChannelProperties, Target};

use crate::fader::Fade;

/// A channel that was opened; the name for changing and closing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Channel(pub(crate) u32);

impl Channel {
    /// The same as a number, for what is not Rust: never 0, and another one for each channel of a chat.
    pub fn number(self) -> u32 {
        self.0
    }

    /// The channel with this number. Where a chat has none, what is asked of it does nothing.
    pub fn from_number(number: u32) -> Self {
        Self(number)
    }
}

/// When a channel is heard. The voice thread sees to it, so that a frame hitch of the game cuts no word off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChannelActivation {
    /// When the chat as a whole is: as its [activation](crate::VoiceChat::set_activation) and the talk key say.
    #[default]
    Inherit,
    /// Always. For push to talk, a game changes between this and [`Closed`](Self::Closed).
    Open,
    /// While speech is detected, from the first syllable on.
    Voice,
    /// Not now: it fades out and closes.
    Closed,
}

/// What has become of a channel, as of the last 10 ms that were captured.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ChannelState {
    /// Whether one's voice goes out over it. A channel to a player that is not here counts as soon as that player
    /// joins.
    pub is_open: bool,
    /// How far it is faded in, 0 to the [volume of its fade](Fade::volume). What is sent is that times the amplitude of
    /// its properties.
    pub volume: f32,
}

/// What the game wants of a channel.
#[derive(Debug)]
pub(crate) enum ChannelOrder {
    Open(NewChannel),
    Properties(ChannelProperties),
    Activation(ChannelActivation),
    Fade(Fade),
    /// Without fading.
    Close,
}

/// A channel that is to be opened.
#[derive(Debug)]
pub(crate) struct NewChannel {
    pub(crate) target: Target,
    pub(crate) properties: ChannelProperties,
    pub(crate) activation: ChannelActivation,
    pub(crate) fade: Fade,
    /// Once it has gone, the channel closes.
    pub(crate) owner: Option<Weak<()>>,
}

impl NewChannel {
    /// One that is heard when the chat is.
    pub(crate) fn new(target: Target, properties: ChannelProperties) -> Self {
        let (activation, fade) = (ChannelActivation::default(), Fade::default());
        Self { target, properties, activation, fade, owner: None }
    }
}
