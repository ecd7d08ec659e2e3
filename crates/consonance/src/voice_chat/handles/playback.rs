//! How all other players are heard: volume, positions, and where their voices go.

use std::fmt;
use std::sync::Arc;

use consonance_audio::{DuckingSettings, Pose, SpatialSettings, SpeakerPlace};
use consonance_device::clock_bridge::Clock;
#[cfg(feature = "devices")]
use consonance_device::devices::{DeviceSelection, Direction};

use crate::command::{Command, Hearing};
use crate::engine_sound::{EngineOutput, engine_output};
use crate::lock::lock;
use crate::player_state::Others;
use crate::settings::bounds;
use crate::tap::{Tap, TapSource};
use crate::voice_chat::voice_thread_handle::VoiceThreadHandle;

/// Playback of all other players; settings of one of them are those of a [`Player`](crate::Player).
///
/// ```no_run
/// # fn of(voice: &consonance::VoiceChat, camera: consonance::audio::Pose) {
/// use consonance::audio::SpeakerPlace;
///
/// let playback = voice.playback();
/// playback.set_master_volume(0.8);
/// // In every frame:
/// playback.set_listener(Some(camera));
/// let place = SpeakerPlace { position_m: [1.0, 0.0, 2.0], ..SpeakerPlace::default() };
/// playback.set_places([("Alice".to_owned(), Some(place))]);
/// # }
/// ```
#[derive(Clone)]
pub struct VoicePlayback {
    thread: Arc<VoiceThreadHandle>,
}

impl VoicePlayback {
    pub(crate) fn new(thread: Arc<VoiceThreadHandle>) -> Self {
        Self { thread }
    }

    /// Uses another loudspeaker from now on, in a chat that was started with one
    /// ([`VoiceChatBuilder::loudspeaker`](crate::VoiceChatBuilder::loudspeaker)).
    #[cfg(feature = "devices")]
    pub fn select_device(&self, selection: DeviceSelection) {
        self.thread.select_device(Direction::Output, selection);
    }

    /// Sends the mix to a game's engine from now on, which pulls it at its own rate in its audio callback. The former
    /// output is finished. A second call, for example after the engine has restarted, ends the first handle's sound.
    pub fn engine_output(&self) -> EngineOutput {
        let (output, speaker) = engine_output(Clock::system());
        self.thread.ask(Command::SetEngineOutput(speaker));
        output
    }

    /// Sets the volume of all players: an amplitude factor from 0 to 4 (+12 dB), 1 by default. Other values are clamped
    /// to that range, and NaN is ignored.
    pub fn set_master_volume(&self, volume: f32) {
        let Some(volume) = bounds::volume(volume) else { return };
        self.thread.put_in_force(|in_force| {
            in_force.settings.master_volume = volume;
            Some(Command::Hear(Hearing::MasterVolume(volume)))
        });
    }

    /// The volume of all players, as last set.
    pub fn master_volume(&self) -> f32 {
        lock(&self.thread.settings).settings.master_volume
    }

    /// Mutes or unmutes all players.
    pub fn set_deafened(&self, deafened: bool) {
        self.thread.shared.switches.set_deafened(deafened);
        self.thread.wake();
    }

    /// Whether all players are muted.
    pub fn is_deafened(&self) -> bool {
        self.thread.shared.switches.is_deafened()
    }

    /// Sets how far all players are turned down while the local player speaks. By default, as in the original, to half
    /// the amplitude; a level of 1 switches it off. Numbers are clamped to the ranges that
    /// [`VoiceSettings::validate`](crate::VoiceSettings::validate) checks.
    pub fn set_ducking(&self, settings: DuckingSettings) {
        let settings = bounds::ducking(settings);
        self.thread.put_in_force(|in_force| {
            in_force.settings.ducking = settings;
            Some(Command::Hear(Hearing::Ducking(settings)))
        });
    }

    /// Brings all players to the same loudness, −20 dBFS while they speak, by at most 24 dB up or 18 dB down, or leaves
    /// them unchanged, which is the default.
    pub fn set_auto_volume(&self, enabled: bool) {
        self.thread.put_in_force(|in_force| {
            in_force.settings.auto_volume = enabled;
            Some(Command::Hear(Hearing::AutoVolume(enabled)))
        });
    }

    /// Sets the listener's position and orientation; `None` if they are no longer known. The server is told the
    /// position too, if it is [shared](Self::set_share_position).
    pub fn set_listener(&self, pose: Option<Pose>) {
        self.thread.hear(Hearing::Listener(pose));
    }

    /// Sets the positions of many players at once, as [`Player::set_place`](crate::Player::set_place) does for one: a
    /// game with many of them calls this once per frame.
    pub fn set_places(&self, places: impl IntoIterator<Item = (String, Option<SpeakerPlace>)>) {
        self.thread.hear(Hearing::Places(places.into_iter().collect()));
    }

    /// Sets whether the server is told the [listener's](Self::set_listener) position, so that it can route by distance
    /// in its proximity rooms. The server does not tell other players. Off by default: only games whose server may know
    /// players' positions want it.
    pub fn set_share_position(&self, shared: bool) {
        self.thread.ask(Command::SharePosition(shared));
    }

    /// Sets how voices are attenuated with distance, and how directions are made audible.
    pub fn set_spatial(&self, settings: SpatialSettings) {
        self.thread.hear(Hearing::Spatial(settings));
    }

    /// Sets whether the listener wears headphones; `None`, the default, infers it from the system's name for the
    /// loudspeaker. With [`SpatialMode::Automatic`](consonance_audio::SpatialMode::Automatic), the default, positional
    /// voices are placed by a model of the head on headphones, and by panning otherwise.
    pub fn set_headphones(&self, headphones: Option<bool>) {
        self.thread.hear(Hearing::Headphones(headphones));
    }

    /// Taps the mix as it is heard. All taps of a chat share one time line, and a [`Recorder`](crate::Recorder) writes
    /// them to files.
    pub fn tap(&self) -> Tap {
        self.thread.tap(TapSource::Mix)
    }

    /// The share of frames of recent speakers that never arrived, 0 to 1: the upper median. `None` until a speaker was
    /// heard for long enough.
    pub fn packet_loss(&self) -> Option<f32> {
        let losses = |others: Others<'_>| others.filter_map(|player| player.packet_loss()).collect();
        let mut losses: Vec<f32> = self.thread.shared.players.with_others(losses);
        losses.sort_unstable_by(f32::total_cmp);
        losses.get(losses.len() / 2).copied()
    }
}

impl fmt::Debug for VoicePlayback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VoicePlayback").finish_non_exhaustive()
    }
}
