//! A room by its name.

use std::fmt;
use std::sync::Arc;

use consonance_audio::EffectChain;
use consonance_session::Target;

use super::channel::Channel;
use crate::channel::ChannelSettings;
use crate::command::{Command, Hearing};
use crate::text::{SendTextError, TextId};
use crate::voice_chat::voice_thread_handle::VoiceThreadHandle;

/// A room: whether it is listened to, its effects, and what is sent to it.
///
/// Dropping it changes nothing: a room is listened to until [`stop_listening`](Self::stop_listening).
///
/// ```no_run
/// # fn of(voice: &consonance::VoiceChat) -> Result<(), Box<dyn std::error::Error>> {
/// let team = voice.room("red team");
/// team.listen();
/// team.set_effects("radio".parse()?);
/// let channel = team.speak();
/// team.send_text("Go!")?;
/// channel.close();
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Room {
    name: Arc<str>,
    thread: Arc<VoiceThreadHandle>,
}

impl Room {
    pub(crate) fn new(name: Arc<str>, thread: Arc<VoiceThreadHandle>) -> Self {
        Self { name, thread }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Listens to it from now on. Calls are counted: a room listened to twice is left with the second
    /// [`stop_listening`](Self::stop_listening).
    pub fn listen(&self) {
        self.thread.ask(Command::JoinRoom(self.name.to_string()));
    }

    /// Stops listening to it, or undoes one of several [`listen`](Self::listen). Without any it has no effect.
    pub fn stop_listening(&self) {
        self.thread.ask(Command::LeaveRoom(self.name.to_string()));
    }

    /// Sets the effects on all voices that come over it, after the effects of each player; [`EffectChain::OFF`] removes
    /// them. If a voice comes over several rooms with effects, the first one counts. At most 4096 rooms have effects.
    pub fn set_effects(&self, effects: EffectChain) {
        let (room, effects) = (Arc::clone(&self.name), Box::new(effects));
        self.thread.hear(Hearing::RoomEffects { room, effects });
    }

    /// Speaks to all of its listeners while there is input, until the channel is dropped. The room need not be listened
    /// to.
    ///
    /// Keep the channel in a variable with a name, such as `let _channel = …`, or [detach](Channel::detach) it:
    /// `let _ = …` drops it at once, so that nothing is spoken, and the compiler does not warn.
    pub fn speak(&self) -> Channel {
        self.speak_with(ChannelSettings::default())
    }

    /// The same, with other settings of the channel than the default ones.
    ///
    /// ```no_run
    /// # fn of(voice: &consonance::VoiceChat) -> consonance::Channel {
    /// use consonance::ChannelProperties;
    ///
    /// let nearby = ChannelProperties { positional: true, ..ChannelProperties::default() };
    /// voice.room("lobby").speak_with(nearby)
    /// # }
    /// ```
    pub fn speak_with(&self, settings: impl Into<ChannelSettings>) -> Channel {
        Channel::open(&self.thread, self.target(), settings.into())
    }

    /// Sends a text message to all of its listeners, reliably and in order, but not to the sender.
    ///
    /// [`EventKind::TextSent`](crate::EventKind::TextSent) reports the number of recipients, or
    /// [`EventKind::TextNotSent`](crate::EventKind::TextNotSent) why it was not sent.
    ///
    /// # Errors
    /// If it is longer than [`TEXT_BYTES_MAX`](crate::TEXT_BYTES_MAX).
    pub fn send_text(&self, text: impl Into<String>) -> Result<TextId, SendTextError> {
        self.thread.send_text(self.target(), text.into())
    }

    fn target(&self) -> Target {
        Target::Room((&*self.name).into())
    }
}

impl fmt::Debug for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Room").field("name", &self.name).finish_non_exhaustive()
    }
}
