//! How the other players are heard: volume, place, and mutes.
//!
//! Settings of a player belong to its name, now and whenever it joins again; its position lasts until it leaves.

use consonance_audio::{DuckingSettings, EffectChain, Pose, SpatialSettings, SpeakerPlace};
use consonance_clock_bridge::Clock;

use super::VoiceChat;
use crate::command::{Command, Hearing};
use crate::engine_sound::{EngineOutput, PlayerStream, engine_output, player_stream};
use crate::settings::bounds;
use crate::tap::{Tap, TapSource};

impl VoiceChat {
    /// Sets one player's volume here: an amplitude factor from 0 to 4 (+12 dB), 1 by default. Other values are clamped
    /// to that range, and NaN is ignored.
    pub fn set_volume(&self, name: impl Into<String>, volume: f32) {
        self.hear(Hearing::Volume { name: name.into(), volume });
    }

    /// Mutes or unmutes one player here. Other players do not notice.
    pub fn set_player_muted(&self, name: impl Into<String>, muted: bool) {
        self.hear(Hearing::Muted { name: name.into(), muted });
    }

    /// Sets the effects on one player's voice before its volume, such as those of a radio. They apply to the player in
    /// every spelling of its name, also when it joins again; [`EffectChain::OFF`] removes them. A change does not
    /// click, so settings can be moved while the player speaks. At most 4096 players have effects.
    ///
    /// ```no_run
    /// # fn of(voice: &consonance::VoiceChat) -> Result<(), consonance::audio::EffectError> {
    /// voice.set_effects("Alice", "radio strength=0.4".parse()?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_effects(&self, name: impl Into<String>, effects: EffectChain) {
        self.hear(Hearing::Effects { name: name.into(), effects: Box::new(effects) });
    }

    /// Sets the effects on all voices that come over a room, after the effects of each player. If a voice comes over
    /// several such rooms, the first one counts. At most 4096 rooms have effects.
    pub fn set_room_effects(&self, room: impl Into<String>, effects: EffectChain) {
        self.hear(Hearing::RoomEffects { room: room.into(), effects: Box::new(effects) });
    }

    /// Brings one player to the loudness of the others, or leaves it unchanged, regardless of
    /// [`set_auto_volume`](Self::set_auto_volume); `None`, the default, follows that setting.
    pub fn set_player_auto_volume(&self, name: impl Into<String>, enabled: Option<bool>) {
        self.hear(Hearing::PlayerAutoVolume { name: name.into(), enabled });
    }

    /// Turns down noise between one player's words, or leaves it unchanged, which is the default: for players whose
    /// program sends noise unsuppressed, such as the original's.
    pub fn set_player_noise_gate(&self, name: impl Into<String>, enabled: bool) {
        self.hear(Hearing::NoiseGate { name: name.into(), enabled });
    }

    /// Sets a player's position; `None` if it is no longer known. While the [listener's](Self::set_listener) own
    /// position is known too, the player's voice over positional channels comes from there. The position is forgotten
    /// when the player leaves.
    pub fn set_place(&self, name: impl Into<String>, place: Option<SpeakerPlace>) {
        self.set_places([(name.into(), place)]);
    }

    /// The same for many players at once: a game with many of them calls this once per frame, rather than
    /// [`set_place`](Self::set_place) for each.
    pub fn set_places(&self, places: impl IntoIterator<Item = (String, Option<SpeakerPlace>)>) {
        self.hear(Hearing::Places(places.into_iter().collect()));
    }

    /// Sets the listener's position and orientation; `None` if they are no longer known. The server is told the
    /// position too, if it is [shared](Self::set_share_position).
    pub fn set_listener(&self, pose: Option<Pose>) {
        self.hear(Hearing::Listener(pose));
    }

    /// Sets whether the server is told the [listener's](Self::set_listener) position, so that it can route by distance
    /// in its proximity rooms. The server does not tell other players. Off by default: only games whose server may know
    /// players' positions want it.
    pub fn set_share_position(&self, shared: bool) {
        self.ask(Command::SharePosition(shared));
    }

    /// Sets how voices are attenuated with distance, and how directions are made audible.
    pub fn set_spatial(&self, settings: SpatialSettings) {
        self.hear(Hearing::Spatial(settings));
    }

    /// Sets whether the listener wears headphones; `None`, the default, infers it from the system's name for the
    /// loudspeaker. With [`SpatialMode::Automatic`](consonance_audio::SpatialMode::Automatic), the default, positional
    /// voices are placed by a model of the head on headphones, and by panning otherwise.
    pub fn set_headphones(&self, headphones: Option<bool>) {
        self.hear(Hearing::Headphones(headphones));
    }

    /// Sets the volume of all players: an amplitude factor from 0 to 4 (+12 dB), 1 by default. Other values are clamped
    /// to that range, and NaN is ignored.
    pub fn set_master_volume(&self, volume: f32) {
        let Some(volume) = bounds::volume(volume) else { return };
        self.put_in_force(|in_force| {
            in_force.settings.master_volume = volume;
            Some(Command::Hear(Hearing::MasterVolume(volume)))
        });
    }

    /// The volume of all players, as last set.
    pub fn master_volume(&self) -> f32 {
        self.settings().master_volume
    }

    /// Mutes or unmutes all players.
    pub fn set_deafened(&self, deafened: bool) {
        self.running.shared.switches.set_deafened(deafened);
        self.running.thread.unpark();
    }

    /// Whether all players are muted.
    pub fn is_deafened(&self) -> bool {
        self.running.shared.switches.is_deafened()
    }

    /// Sets how far all players are turned down while the local player speaks. By default, as in the original, to half
    /// the amplitude; a level of 1 switches it off. Numbers are clamped to the ranges that
    /// [`VoiceSettings::validate`](crate::VoiceSettings::validate) checks.
    pub fn set_ducking(&self, settings: DuckingSettings) {
        let settings = bounds::ducking(settings);
        self.put_in_force(|in_force| {
            in_force.settings.ducking = settings;
            Some(Command::Hear(Hearing::Ducking(settings)))
        });
    }

    /// Brings all players to the same loudness, −20 dBFS while they speak, by at most 24 dB up or 18 dB down, or leaves
    /// them unchanged, which is the default.
    pub fn set_auto_volume(&self, enabled: bool) {
        self.put_in_force(|in_force| {
            in_force.settings.auto_volume = enabled;
            Some(Command::Hear(Hearing::AutoVolume(enabled)))
        });
    }

    /// Taps sound of the chat: the microphone, another player, or the mix. All taps of a chat share one time line, and
    /// a [`Recorder`](crate::Recorder) writes them to files.
    pub fn tap(&self, source: TapSource) -> Tap {
        let (sender, tap) = Tap::new(source.clone());
        self.ask(Command::Tap(source, sender));
        tap
    }

    /// Sends the mix to a game's engine from now on, which pulls it at its own rate in its audio callback. The former
    /// output is finished. A second call, for example after the engine has restarted, ends the first handle's sound.
    pub fn engine_output(&self) -> EngineOutput {
        let (output, speaker) = engine_output(Clock::system());
        self.ask(Command::SetEngineOutput(speaker));
        output
    }

    /// Takes one player out of the mix, for an engine that places voices itself: with its own occlusion, reverberation
    /// or object audio. Volume, mute, ducking, fades and priority are applied; the player's position is not. The stream
    /// remains that player's until it is dropped, before it joins and after it leaves; a second one for the same player
    /// ends the first. At most 1024 players have one.
    pub fn player_stream(&self, name: impl Into<String>) -> PlayerStream {
        let (stream, writer) = player_stream(Clock::system());
        self.ask(Command::PlayerStream(name.into(), Box::new(writer)));
        stream
    }

    fn hear(&self, hearing: Hearing) {
        self.ask(Command::Hear(hearing));
    }
}
