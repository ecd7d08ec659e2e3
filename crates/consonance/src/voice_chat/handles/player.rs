//! A player by its name, in the session or not.

use std::fmt;
use std::sync::Arc;

use consonance_audio::{EffectChain, SpeakerPlace};
use consonance_device::clock_bridge::Clock;
use consonance_inspector::{Diagnosis, why};
use consonance_session::{ModeratorAction, Target};

use super::channel::Channel;
use crate::channel::ChannelSettings;
use crate::command::{Command, Hearing};
use crate::engine_sound::{PlayerStream, player_stream};
use crate::event_queue::EventReader;
use crate::player_state::PlayerState;
use crate::tap::{Tap, TapSource};
use crate::text::{SendTextError, TextId};
use crate::voice_chat::voice_thread_handle::VoiceThreadHandle;

/// A player: how it is heard here, its sound, and what is sent to it.
///
/// It may be used before the player joins and after it left. Settings for hearing a player belong to its name, in every
/// spelling, and survive that; its [position](Self::set_place) lasts until the player leaves. Settings have no effect
/// on the local player.
///
/// ```no_run
/// # fn of(voice: &consonance::VoiceChat) -> Result<(), Box<dyn std::error::Error>> {
/// let alice = voice.player("Alice");
/// alice.set_volume(0.5);
/// alice.set_effects("radio strength=0.4".parse()?);
/// alice.send_text("You are too loud.")?;
/// if alice.state().is_some_and(|state| state.is_speaking()) {
///     println!("Alice speaks");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Player {
    name: Arc<str>,
    thread: Arc<VoiceThreadHandle>,
}

impl Player {
    pub(crate) fn new(name: Arc<str>, thread: Arc<VoiceThreadHandle>) -> Self {
        Self { name, thread }
    }

    /// Its name, unique in the session.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its state, which stays up to date while it is held; `None` if the player is not in the session. Always there for
    /// the local player.
    pub fn state(&self) -> Option<Arc<PlayerState>> {
        self.thread.shared.players.find(&self.name)
    }

    /// Sets its volume here: an amplitude factor from 0 to 4 (+12 dB), 1 by default. Other values are clamped to that
    /// range, and NaN is ignored.
    pub fn set_volume(&self, volume: f32) {
        self.hear(|name| Hearing::Volume { name, volume });
    }

    /// Mutes or unmutes it here. Other players do not notice. The local voice is muted by
    /// [`VoiceMicrophone::set_muted`](crate::VoiceMicrophone::set_muted).
    pub fn set_muted(&self, muted: bool) {
        self.hear(|name| Hearing::Muted { name, muted });
    }

    /// Sets the effects on its voice before its volume, such as those of a radio; [`EffectChain::OFF`] removes them. A
    /// change does not click, so settings can be moved while the player speaks. At most 4096 players have effects.
    pub fn set_effects(&self, effects: EffectChain) {
        self.hear(|name| Hearing::Effects { name, effects: Box::new(effects) });
    }

    /// Brings it to the loudness of the others, or leaves it unchanged, regardless of
    /// [`VoicePlayback::set_auto_volume`](crate::VoicePlayback::set_auto_volume); `None`, the default, follows that
    /// setting.
    pub fn set_auto_volume(&self, enabled: Option<bool>) {
        self.hear(|name| Hearing::PlayerAutoVolume { name, enabled });
    }

    /// Turns down noise between its words, or leaves it unchanged, which is the default: for players whose program
    /// sends noise unsuppressed, such as the original's.
    pub fn set_noise_gate(&self, enabled: bool) {
        self.hear(|name| Hearing::NoiseGate { name, enabled });
    }

    /// Sets its position; `None` if that is no longer known. While the
    /// [listener's](crate::VoicePlayback::set_listener) own position is known too, the player's voice over positional
    /// channels comes from there. The position is forgotten when the player leaves.
    ///
    /// For many players in every frame, [`VoicePlayback::set_places`](crate::VoicePlayback::set_places) is one command
    /// instead of many.
    pub fn set_place(&self, place: Option<SpeakerPlace>) {
        self.hear(|name| Hearing::Place { name, place });
    }

    /// Taps its voice as received: before volume, place and everything else that only concerns this listener. All taps
    /// of a chat share one time line, and a [`Recorder`](crate::Recorder) writes them to files.
    pub fn tap(&self) -> Tap {
        self.thread.tap(TapSource::Player(self.name.to_string()))
    }

    /// Takes it out of the mix, for an engine that places voices itself: with its own occlusion, reverberation or
    /// object audio. Volume, mute, ducking, fades and priority are applied; the position is not. The stream remains
    /// that player's until it is dropped, before the player joins and after it leaves; a second one for the same player
    /// ends the first. At most 1024 players have one.
    pub fn stream(&self) -> PlayerStream {
        let (stream, writer) = player_stream(Clock::system());
        self.thread.ask(Command::PlayerStream(self.name.to_string(), Box::new(writer)));
        stream
    }

    /// Speaks to it while there is input and the player is in the session, until the channel is dropped.
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
    /// use consonance::{ChannelProperties, Priority};
    ///
    /// let loud = ChannelProperties { priority: Some(Priority::High), ..ChannelProperties::default() };
    /// voice.player("Alice").speak_with(loud)
    /// # }
    /// ```
    pub fn speak_with(&self, settings: impl Into<ChannelSettings>) -> Channel {
        Channel::open(&self.thread, self.target(), settings.into())
    }

    /// Sends it a text message, reliably and in order.
    ///
    /// [`EventKind::TextSent`](crate::EventKind::TextSent) reports that it was sent, or
    /// [`EventKind::TextNotSent`](crate::EventKind::TextNotSent) why not.
    ///
    /// # Errors
    /// If it is longer than [`TEXT_BYTES_MAX`](crate::TEXT_BYTES_MAX).
    pub fn send_text(&self, text: impl Into<String>) -> Result<TextId, SendTextError> {
        self.thread.send_text(self.target(), text.into())
    }

    /// Subscribes to its events from now on: it joins or leaves, starts or stops speaking, enters or exits rooms, or
    /// sends texts.
    pub fn subscribe(&self) -> EventReader {
        self.thread.shared.events.subscribe(Some(&self.name))
    }

    /// Why it is not heard here, as far as this chat knows: link by link, and the first broken one. With snapshots of
    /// others too, [`why`](consonance_inspector::why()) knows more.
    pub fn why(&self) -> Diagnosis {
        why(&[self.thread.snapshot()], &self.name, self.thread.shared.players.local().name())
    }

    /// Marks it as verified, after its safety number was compared and equal on both sides. False if it is not a member
    /// of the [encrypted](crate::VoiceEncryption) session, or if there is no room to remember it:
    /// [`KnownKeysFull`](crate::EncryptionEvent::KnownKeysFull) reports that.
    pub fn verify(&self) -> bool {
        self.thread.shared.encryption.verify(&self.name)
    }

    /// Asks the server to act on it, if our join token allows us to moderate. The server acts as for its operator, and
    /// writes the reason to its audit log; the player is told the reason only when it is muted or kicked.
    /// [`EventKind::Moderated`](crate::EventKind::Moderated) reports the outcome; a request that cannot be made, for
    /// example to a server of the original, is an [`EventKind::Problem`](crate::EventKind::Problem), and one too many
    /// at once has [failed](crate::ModeratorAnswer::Failed).
    pub fn moderate(&self, action: ModeratorAction, reason: impl Into<String>) {
        let player = self.name.to_string();
        self.thread.ask(Command::Moderate { player, action, reason: reason.into() });
    }

    fn hear(&self, hearing: impl FnOnce(Arc<str>) -> Hearing) {
        if *self.name != *self.thread.shared.players.local().name {
            self.thread.hear(hearing(Arc::clone(&self.name)));
        }
    }

    fn target(&self) -> Target {
        Target::Player((&*self.name).into())
    }
}

impl fmt::Debug for Player {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Player").field("name", &self.name).finish_non_exhaustive()
    }
}
