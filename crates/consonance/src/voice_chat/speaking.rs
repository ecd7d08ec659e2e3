//! The local voice: its input, its processing, and when it is heard.

use consonance_audio::{ActivationSettings, CaptureSettings, EncoderSettings, Input, Quality};

use consonance_clock_bridge::Clock;
use consonance_session::Priority;

use super::VoiceChat;
use crate::capture::{EchoReference, EchoSource, echo_reference};
use crate::command::Command;
use crate::engine_sound::{EngineInput, engine_input};
use crate::settings::bounds;

impl VoiceChat {
    /// Uses another input from now on.
    pub fn set_input(&self, input: Box<dyn Input>) {
        self.ask(Command::SetInput(input));
    }

    /// Uses a game's engine as the input, which pushes recorded sound at its own rate from its audio thread. Replaces
    /// the former input. To have it processed like a microphone's sound, start the chat with
    /// [`engine_sound`](crate::VoiceChatBuilder::engine_sound).
    pub fn engine_input(&self) -> EngineInput {
        let (input, microphone) = engine_input(Clock::system());
        self.ask(Command::SetEngineInput(microphone));
        input
    }

    /// Changes how the local voice is processed, from the next 10 ms on. Numbers are clamped to the ranges that
    /// [`VoiceSettings::validate`](crate::VoiceSettings::validate) checks.
    pub fn set_capture(&self, settings: CaptureSettings) {
        let settings = bounds::capture(settings);
        self.put_in_force(|in_force| {
            in_force.settings.capture = settings;
            Some(Command::SetCapture(settings))
        });
    }

    /// Changes when the local player is heard: always, while a key is held, or during speech. Channels with their own
    /// [activation](crate::ChannelActivation) follow that instead. A pre-roll that is too long is shortened to the
    /// longest.
    pub fn set_activation(&self, settings: ActivationSettings) {
        let settings = bounds::activation(settings);
        self.put_in_force(|in_force| {
            in_force.settings.activation = settings;
            Some(Command::SetActivation(settings))
        });
    }

    /// Sets whether the key for [push to talk](consonance_audio::ActivationMode::PushToTalk) is held.
    pub fn set_push_to_talk(&self, pressed: bool) {
        self.running.shared.switches.set_key_held(pressed);
        self.running.thread.unpark();
    }

    /// Mutes or unmutes the local voice. It is still captured while muted, so that meters move.
    pub fn set_muted(&self, muted: bool) {
        self.running.shared.switches.set_muted(muted);
        self.running.thread.unpark();
    }

    /// Whether the local voice is muted.
    pub fn is_muted(&self) -> bool {
        self.running.shared.switches.is_muted()
    }

    /// Sets the priority of channels without their own, from the next frame on: while a player of a higher priority
    /// speaks, players of a lower one are not heard.
    pub fn set_priority(&self, priority: Priority) {
        self.running.shared.switches.set_priority(priority);
        self.running.thread.unpark();
    }

    /// Changes the quality and bit rate of the local voice, from the next frame on, even in the middle of a word. The
    /// frame length stays: the others were told of it when we joined.
    pub fn set_quality(&self, quality: Quality) {
        self.put_in_force(|in_force| {
            in_force.set_quality(quality);
            Some(Command::SetQuality { quality, error_correction: in_force.settings.error_correction })
        });
    }

    /// Changes the encoder of the local voice in full detail. Another frame length means leaving the session and
    /// rejoining it at once, because the others learn of it only then; rooms and channels are kept, and
    /// [`EventKind::Rejoining`](crate::EventKind::Rejoining) reports it.
    pub fn set_encoder(&self, settings: EncoderSettings) {
        self.put_in_force(|in_force| {
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
    /// engine takes the [voices](Self::engine_output) and places [players](Self::player_stream) itself.
    pub fn full_echo_reference(&self) -> EchoReference {
        self.echo_reference_of(EchoSource::Everything)
    }

    fn echo_reference_of(&self, source: EchoSource) -> EchoReference {
        let (sound, reader) = echo_reference(source, Clock::system());
        self.ask(Command::SetEchoReference(reader));
        sound
    }
}
