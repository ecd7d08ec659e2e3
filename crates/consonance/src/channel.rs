//! A channel as seen by the voice thread: its settings, its state, and what the game orders.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use consonance_session::{ChannelProperties, Target};

use crate::fader::Fade;

/// The number of a channel of a chat, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ChannelNumber(pub(crate) u32);

/// The settings of a channel: what is sent over it, when, and how it begins and ends.
///
/// By default it is heard whenever the chat is, without a position, at its own volume, and without fading.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ChannelSettings {
    /// Whether the voice is positional, its priority, and its volume.
    pub properties: ChannelProperties,
    /// When the channel is heard. Nothing spoken before it was opened is heard over it.
    pub activation: ChannelActivation,
    /// How it fades in and out.
    pub fade: Fade,
}

impl From<ChannelProperties> for ChannelSettings {
    fn from(properties: ChannelProperties) -> Self {
        Self { properties, ..Self::default() }
    }
}

/// When a channel is heard. Decided by the voice thread, so that a frame hitch of the game cuts no word off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChannelActivation {
    /// Whenever the chat as a whole is heard: depending on its [activation](crate::VoiceMicrophone::set_activation)
    /// and the talk key.
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
}

/// A channel to be opened.
#[derive(Debug)]
pub(crate) struct NewChannel {
    pub(crate) target: Target,
    pub(crate) settings: ChannelSettings,
    pub(crate) closed: ChannelClosed,
}

impl NewChannel {
    pub(crate) fn new(target: Target, settings: ChannelSettings) -> Self {
        Self { target, settings, closed: ChannelClosed::default() }
    }
}

/// Whether the game has closed a channel. The voice thread sees it with the next block, however full its queue is.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChannelClosed(Arc<AtomicBool>);

impl ChannelClosed {
    pub(crate) fn set(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
