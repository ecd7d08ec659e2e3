//! A channel that the game has opened.

use std::fmt;
use std::sync::Arc;

use consonance_session::{ChannelProperties, Target};

use crate::channel::{
    ChannelActivation, ChannelClosed, ChannelNumber, ChannelOrder, ChannelSettings, ChannelState, NewChannel,
};
use crate::command::Command;
use crate::fader::Fade;
use crate::voice_chat::voice_thread_handle::VoiceThreadHandle;

/// An open channel: it carries the local voice to a room or a player.
///
/// It closes when it is dropped, or when the chat ends; [`detach`](Self::detach) leaves it open until then. Opened by
/// [`Room::speak`](crate::Room::speak) and [`Player::speak`](crate::Player::speak).
///
/// ```no_run
/// # fn of(voice: &consonance::VoiceChat) {
/// use consonance::{ChannelActivation, ChannelSettings};
///
/// let closed = ChannelSettings { activation: ChannelActivation::Closed, ..ChannelSettings::default() };
/// let radio = voice.room("red team").speak_with(closed);
/// // The button of the radio is pressed, and released.
/// radio.set_activation(ChannelActivation::Open);
/// radio.set_activation(ChannelActivation::Closed);
/// // The radio is broken.
/// radio.close();
/// # }
/// ```
#[must_use = "a channel closes when it is dropped; `detach` leaves it open"]
pub struct Channel {
    number: ChannelNumber,
    closed: ChannelClosed,
    is_detached: bool,
    thread: Arc<VoiceThreadHandle>,
}

impl Channel {
    pub(crate) fn open(thread: &Arc<VoiceThreadHandle>, target: Target, settings: ChannelSettings) -> Self {
        let (channel, command) = Self::prepare(thread, target, settings);
        thread.ask(command);
        channel
    }

    /// `None` if the voice thread is too busy, in which case it may be requested again.
    pub(crate) fn try_open(
        thread: &Arc<VoiceThreadHandle>,
        target: Target,
        settings: ChannelSettings,
    ) -> Option<Self> {
        let (channel, command) = Self::prepare(thread, target, settings);
        thread.try_ask(command).then_some(channel)
    }

    fn prepare(
        thread: &Arc<VoiceThreadHandle>,
        target: Target,
        settings: ChannelSettings,
    ) -> (Self, Command) {
        let (number, closed) = (thread.new_channel(), ChannelClosed::default());
        let new = NewChannel { closed: closed.clone(), ..NewChannel::new(target, settings) };
        let command = Command::Channel(number, ChannelOrder::Open(new));
        (Self { number, closed, is_detached: false, thread: Arc::clone(thread) }, command)
    }

    /// The channel's number, for logs and other languages: never 0, and different for each channel of a chat.
    pub fn id(&self) -> u32 {
        self.number.0
    }

    /// Its state as of the last captured 10 ms; `None` before the voice thread knows it, and once the chat has ended.
    /// May be called in every frame.
    pub fn state(&self) -> Option<ChannelState> {
        self.thread.shared.own_voice.channel(self.number)
    }

    /// Changes its properties from the next frame on.
    pub fn set_properties(&self, properties: ChannelProperties) {
        self.thread.ask(self.order(ChannelOrder::Properties(properties)));
    }

    /// Changes when it is heard, for speech from now on. With [`ChannelActivation::Closed`] it fades out, and may be
    /// opened again.
    pub fn set_activation(&self, activation: ChannelActivation) {
        self.thread.ask(self.order(ChannelOrder::Activation(activation)));
    }

    /// Changes how it fades in and out.
    pub fn set_fade(&self, fade: Fade) {
        self.thread.ask(self.order(ChannelOrder::Fade(fade)));
    }

    /// Closes it without fading, as dropping it does; the next frame is its last.
    pub fn close(self) {
        drop(self);
    }

    /// Leaves it open as it is, until the chat ends.
    pub fn detach(mut self) {
        self.is_detached = true;
    }

    /// False if the voice thread is too busy; the order is then dropped without an event.
    pub(crate) fn try_order(&self, order: ChannelOrder) -> bool {
        self.thread.try_ask(self.order(order))
    }

    /// Whether it belongs to the chat of this voice thread.
    pub(crate) fn is_of(&self, thread: &Arc<VoiceThreadHandle>) -> bool {
        Arc::ptr_eq(&self.thread, thread)
    }

    fn order(&self, order: ChannelOrder) -> Command {
        Command::Channel(self.number, order)
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        if !self.is_detached {
            self.closed.set();
            self.thread.wake();
        }
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel").field("id", &self.id()).finish_non_exhaustive()
    }
}
