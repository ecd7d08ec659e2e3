//! One's own voice: where it comes from, what becomes of it, and when it is heard.

use consonance_audio::{ActivationSettings, CaptureSettings, EncoderSettings, Input, Quality};

use consonance_clock_bridge::Clock;
use consonance_session::Priority;

use super::VoiceChat;
use crate::capture::{EchoReference, EchoSource, echo_reference};
use crate::command::Command;
use crate::engine_sound::{EngineInput, engine_input};
use crate::settings::bounds;

impl VoiceChat {
    /// Speaks with another input from now on.
    pub fn set_input(&self, input: Box<dyn Input>) {
        self.ask(Command::SetInput(input));
    }

    /// Speaks with what a game's engine records from now on, and pushes at its own rate from its audio thread. Replaces
    /// the input before it. A chat that is to process it as a microphone's sound is started with
    /// [`engine_sound`](crate::VoiceChatBuilder::engine_sound).
    pub fn engine_input(&self) -> EngineInput {
        let (input, microphone) = engine_input(Clock::system());
        self.ask(Command::SetEngineInput(microphone));
        input
    }

    /// Changes how one's own voice is processed, from the next 10 ms on. Numbers are brought into the ranges that
    /// [`VoiceSettings::validate`](crate::VoiceSettings::validate) checks.
    pub fn set_capture(&self, settings: CaptureSettings) {
        let settings = bounds::capture(settings);
        self.put_in_force(|in_force| {
            in_force.settings.capture = settings;
            Some(Command::SetCapture(settings))
        });
    }

    /// Changes when one is heard: always, while a key is held, or while one speaks. Channels with an
    /// [activation](crate::ChannelActivation) of their own follow that instead. A pre-roll that is too long is
    /// shortened to the longest.
    pub fn set_activation(&self, settings: ActivationSettings) {
        let settings = bounds::activation(settings);
        self.put_in_force(|in_force| {
            in_force.settings.activation = settings;
            Some(Command::SetActivation(settings))
        });
    }

    /// Tells that the key for [push to talk](consonance_audio::ActivationMode::PushToTalk) was pressed or let go.
    pub fn set_push_to_talk(&self, pressed: bool) {
        self.running.shared.switches.set_key_held(pressed);
        self.running.thread.unpark();
    }

    /// Sends nothing of one's own voice while muted. It is captured all the same, so that meters move.
    pub fn set_muted(&self, muted: bool) {
        self.running.shared.switches.set_muted(muted);
        self.running.thread.unpark();
    }

    /// Whether one has muted oneself.
    pub fn is_muted(&self) -> bool {
        self.running.shared.switches.is_muted()
    }

    /// The priority of one's channels without their own, from the next frame on: while a player of a higher priority
    /// speaks, players of a lower one are not heard.
    pub fn set_priority(&self, priority: Priority) {
        self.running.shared.switches.set_priority(priority);
        self.running.thread.unpark();
    }

    /// Changes how good one's own voice sounds for how many bits, from the next frame on, also in the middle of a word.
    /// The length of frames stays as it is: the others were told of it when we joined.
    pub fn set_quality(&self, quality: Quality) {
        self.put_in_force(|in_force| {
            in_force.set_quality(quality);
            Some(Command::SetQuality { quality, error_correction: in_force.settings.error_correction })
        });
    }

    /// Changes in every detail how one's own voice is encoded. If frames are to have another length, this leaves the
    /// session and joins it again at once, because the others learn of it only then; rooms and channels are kept, and
    /// [`EventKind::Rejoining`](crate::EventKind::Rejoining) says so.
    pub fn set_encoder(&self, settings: EncoderSettings) {
        self.put_in_force(|in_force| {
            in_force.set_encoder(settings);
            Some(Command::SetEncoder(settings))
        });
    }

    /// Takes the game's own sound without the voices, which are known, so that the echo canceller can remove it from
    /// the microphone as it removes them. Replaces what this or [`full_echo_reference`](Self::full_echo_reference)
    /// returned before.
    pub fn echo_reference(&self) -> EchoReference {
        self.echo_reference_of(EchoSource::Game)
    }

    /// Takes everything that the loudspeaker plays, the voices included: what an engine's last mixer stage gives, where
    /// it takes the [voices](Self::engine_output) and places [players](Self::player_stream) itself.
    pub fn full_echo_reference(&self) -> EchoReference {
        self.echo_reference_of(EchoSource::Everything)
    }

    fn echo_reference_of(&self, source: EchoSource) -> EchoReference {
        let (sound, reader) = echo_reference(source, Clock::system());
        self.ask(Command::SetEchoReference(reader));
        sound
    }
}
