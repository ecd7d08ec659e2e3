//! The local voice: its input, its processing, and when it is heard.

use std::fmt;
use std::sync::Arc;

use consonance_audio::{ActivationSettings, CaptureSettings, EncoderSettings, Input, Quality};
use consonance_device::clock_bridge::Clock;
#[cfg(feature = "devices")]
use consonance_device::devices::{DeviceSelection, Direction};
use consonance_session::Priority;

use crate::capture::{EchoReference, EchoSource, echo_reference};
use crate::command::Command;
use crate::engine_sound::{EngineInput, engine_input};
use crate::settings::bounds;
use crate::tap::{Tap, TapSource};
use crate::voice_chat::voice_thread_handle::VoiceThreadHandle;

/// The local voice, from the microphone, or the input in its place, to the encoder.
///
/// ```no_run
/// # fn of(voice: &consonance::VoiceChat) {
/// use consonance::audio::{ActivationMode, ActivationSettings};
///
/// let microphone = voice.microphone();
/// let mode = ActivationMode::PushToTalk;
/// microphone.set_activation(ActivationSettings { mode, ..ActivationSettings::default() });
/// // The key is pressed, and released.
/// microphone.set_push_to_talk(true);
/// microphone.set_push_to_talk(false);
/// # }
/// ```
#[derive(Clone)]
pub struct VoiceMicrophone {
    thread: Arc<VoiceThreadHandle>,
}

impl VoiceMicrophone {
    pub(crate) fn new(thread: Arc<VoiceThreadHandle>) -> Self {
        Self { thread }
    }

    /// Uses another microphone from now on, in a chat that was started with one
    /// ([`VoiceChatBuilder::microphone`](crate::VoiceChatBuilder::microphone)).
    #[cfg(feature = "devices")]
    pub fn select_device(&self, selection: DeviceSelection) {
        self.thread.select_device(Direction::Input, selection);
    }

    /// Uses another input from now on.
    pub fn set_input(&self, input: Box<dyn Input>) {
        self.thread.ask(Command::SetInput(input));
    }

    /// Uses a game's engine as the input, which pushes recorded sound at its own rate from its audio thread. Replaces
    /// the former input. To have it processed like a microphone's sound, start the chat with
    /// [`engine_sound`](crate::VoiceChatBuilder::engine_sound).
    pub fn engine_input(&self) -> EngineInput {
        let (input, microphone) = engine_input(Clock::system());
        self.thread.ask(Command::SetEngineInput(microphone));
        input
    }

    /// Mutes or unmutes the local voice. It is still captured while muted, so that meters move.
    pub fn set_muted(&self, muted: bool) {
        self.thread.shared.switches.set_muted(muted);
        self.thread.wake();
    }

    /// Whether the local voice is muted.
    pub fn is_muted(&self) -> bool {
        self.thread.shared.switches.is_muted()
    }

    /// Changes when the local player is heard: always, while a key is held, or during speech. Channels with their own
    /// [activation](crate::ChannelActivation) follow that instead. A pre-roll that is too long is shortened to the
    /// longest.
    pub fn set_activation(&self, settings: ActivationSettings) {
        let settings = bounds::activation(settings);
        self.thread.put_in_force(|in_force| {
            in_force.settings.activation = settings;
            Some(Command::SetActivation(settings))
        });
    }

    /// Sets whether the key for [push to talk](consonance_audio::ActivationMode::PushToTalk) is held.
    pub fn set_push_to_talk(&self, pressed: bool) {
        self.thread.shared.switches.set_key_held(pressed);
        self.thread.wake();
    }

    /// Whether the voice detector currently hears speech, whatever channels are open. May be called in every frame.
    pub fn is_voice_detected(&self) -> bool {
        self.thread.shared.own_voice.is_voice_detected()
    }

    /// Whether the local voice is currently sent over any channel. May be called in every frame.
    pub fn is_transmitting(&self) -> bool {
        self.thread.shared.own_voice.is_heard()
    }

    /// Sets the priority of channels without their own, from the next frame on: while a player of a higher priority
    /// speaks, players of a lower one are not heard.
    pub fn set_priority(&self, priority: Priority) {
        self.thread.shared.switches.set_priority(priority);
        self.thread.wake();
    }

    /// The priority of channels without their own.
    pub fn priority(&self) -> Priority {
        self.thread.shared.switches.priority()
    }

    /// Changes how the local voice is processed, from the next 10 ms on. Numbers are clamped to the ranges that
    /// [`VoiceSettings::validate`](crate::VoiceSettings::validate) checks.
    pub fn set_capture(&self, settings: CaptureSettings) {
        let settings = bounds::capture(settings);
        self.thread.put_in_force(|in_force| {
            in_force.settings.capture = settings;
            Some(Command::SetCapture(settings))
        });
    }

    /// Changes the quality and bit rate of the local voice, from the next frame on, even in the middle of a word. The
    /// frame length stays: the others were told of it when we joined.
    pub fn set_quality(&self, quality: Quality) {
        self.thread.put_in_force(|in_force| {
            in_force.set_quality(quality);
            Some(Command::SetQuality { quality, error_correction: in_force.settings.error_correction })
        });
    }

    /// Changes the encoder of the local voice in full detail. Another frame length means leaving the session and
    /// rejoining it at once, because the others learn of it only then; rooms and channels are kept, and
    /// [`EventKind::Rejoining`](crate::EventKind::Rejoining) reports it.
    pub fn set_encoder(&self, settings: EncoderSettings) {
        self.thread.put_in_force(|in_force| {
            in_force.set_encoder(settings);
            Some(Command::SetEncoder(settings))
        });
    }

    /// Takes the game's own sound without the voices, which are known, so that the echo canceller can remove both from
    /// the microphone. Replaces the last handle returned by this or by
    /// [`full_echo_reference`](Self::full_echo_reference).
    pub fn echo_reference(&self) -> EchoReference {
        self.echo_reference_of(EchoSource::Game)
    }

    /// Takes everything that the loudspeaker plays, voices included: the output of an engine's last mixer stage, if the
    /// engine takes the [voices](crate::VoicePlayback::engine_output) and places [players](crate::Player::stream)
    /// itself.
    pub fn full_echo_reference(&self) -> EchoReference {
        self.echo_reference_of(EchoSource::Everything)
    }

    /// Taps the local voice after the capture chain: the sound that is encoded if there are listeners. All taps of a
    /// chat share one time line, and a [`Recorder`](crate::Recorder) writes them to files.
    pub fn tap(&self) -> Tap {
        self.thread.tap(TapSource::ProcessedMicrophone)
    }

    /// Taps the sound of the microphone, or of the input in its place, before any processing.
    pub fn tap_raw(&self) -> Tap {
        self.thread.tap(TapSource::RawMicrophone)
    }

    fn echo_reference_of(&self, source: EchoSource) -> EchoReference {
        let (sound, reader) = echo_reference(source, Clock::system());
        self.thread.ask(Command::SetEchoReference(reader));
        sound
    }
}

impl fmt::Debug for VoiceMicrophone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VoiceMicrophone").finish_non_exhaustive()
    }
}
