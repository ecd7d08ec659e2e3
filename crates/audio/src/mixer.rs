//! The mix of all speakers: for each speaker take, decode or conceal, apply effects, scale, place and add; then add
//! the reverberation, and limit.

mod error;
mod master;
mod report;
mod scene;
mod selection;
mod settings;
mod speaker;
mod speaker_key;
mod sum;
mod zones;

use std::collections::BTreeMap;

pub use error::MixerError;
use master::Master;
use report::PlayedFrames;
pub use report::{PlayedFrame, SpeakerSound, SpeakerStatistics, Unheard};
use scene::Scene;
use selection::Selection;
pub use settings::{DuckingSettings, MixerSettings};
use speaker::Speaker;
pub use speaker_key::SpeakerKey;
use sum::Sum;
use zones::ReverbZones;

use crate::block::{BLOCK_SAMPLES, SamplePosition, StereoBlock};
use crate::codec::CodecSettings;
use crate::effects::EffectChain;
use crate::frame_properties::FrameProperties;
use crate::limiter::Limiter;
use crate::spatial::{Placing, Pose, SpatialSettings, SpeakerPlace};

/// Mixes all remote speakers and drives the playback clock.
///
/// Changes during speech are spread over a block of 10 ms or more, so that nothing clicks. Methods that name an absent
/// speaker have no effect: a packet can always come after a leave.
pub struct Mixer {
    settings: MixerSettings,
    speakers: BTreeMap<SpeakerKey, Speaker>,
    scene: Scene,
    selection: Selection,
    /// The next block so far: speakers removed since the last block fade out in it.
    sum: Sum,
    zones: ReverbZones,
    master: Master,
    limiter: Limiter,
    played: PlayedFrames,
}

impl Mixer {
    /// A mixer without speakers, at position 0.
    pub fn new(settings: MixerSettings) -> Self {
        Self {
            settings,
            speakers: BTreeMap::new(),
            scene: Scene::default(),
            selection: Selection::new(settings.max_decoded),
            sum: Sum::SILENCE,
            zones: ReverbZones::default(),
            master: Master::new(),
            limiter: Limiter::default(),
            played: PlayedFrames::new(),
        }
    }

    /// Adds a speaker that encodes as announced.
    ///
    /// # Errors
    /// [`MixerError::Codec`] if such packets cannot be decoded, [`MixerError::SpeakerExists`],
    /// [`MixerError::TooManySpeakers`].
    pub fn add_speaker(&mut self, key: SpeakerKey, codec: CodecSettings) -> Result<(), MixerError> {
        if self.speakers.contains_key(&key) {
            return Err(MixerError::SpeakerExists { key });
        }
        if self.speakers.len() >= self.settings.max_speakers {
            return Err(MixerError::TooManySpeakers { max_speakers: self.settings.max_speakers });
        }
        let speaker = Speaker::new(codec, self.settings.jitter, self.scene.placing);
        self.speakers.insert(key, speaker.map_err(|cause| MixerError::Codec { key, cause })?);
        Ok(())
    }

    /// Removes a speaker; its current sound fades out within one block.
    pub fn remove_speaker(&mut self, key: SpeakerKey) {
        if let Some(mut speaker) = self.speakers.remove(&key) {
            speaker.fade_out(&self.scene, &mut self.sum);
            speaker.leave_zone(&mut self.zones);
        }
    }

    /// The speaker starts to speak: frames from now on are numbered from 0 again. The buffered rest of the previous
    /// utterance is played first. Returns the number of the new one, as in [`PlayedFrame::utterance`]; `None` if there
    /// is no such speaker.
    pub fn start_utterance(&mut self, key: SpeakerKey) -> Option<u32> {
        Some(self.speakers.get_mut(&key)?.reception().start_utterance())
    }

    /// Pushes a packet of the utterance started last, in any order.
    ///
    /// `sequence` counts the utterance's frames from 0, `arrived` is when the packet came in on the playback
    /// clock, and the properties hold from when the frame is played.
    pub fn push_frame(
        &mut self,
        key: SpeakerKey,
        sequence: u32,
        arrived: SamplePosition,
        packet: &[u8],
        properties: FrameProperties,
    ) {
        if let Some(speaker) = self.speakers.get_mut(&key) {
            let properties = FrameProperties { gain: properties.sensible_gain(), ..properties };
            speaker.reception().push_frame(sequence, arrived, packet, properties);
        }
    }

    /// Ends a speaker's utterance: buffered sound is played, then there is silence.
    pub fn end_utterance(&mut self, key: SpeakerKey) {
        if let Some(speaker) = self.speakers.get_mut(&key) {
            speaker.reception().end_utterance();
        }
    }

    /// Sets the listener's volume for a speaker, an amplitude factor from 0 to 4, 1 by default; other values are
    /// clamped to that range, NaN is ignored.
    pub fn set_volume(&mut self, key: SpeakerKey, volume: f32) {
        if let Some(speaker) = self.speakers.get_mut(&key) {
            speaker.set_volume(volume);
        }
    }

    /// Mutes or unmutes a speaker for this listener. While it is muted, its priority does not count.
    pub fn set_muted(&mut self, key: SpeakerKey, is_muted: bool) {
        if let Some(speaker) = self.speakers.get_mut(&key) {
            speaker.set_muted(is_muted);
        }
    }

    /// Sets the effects on a speaker's voice, before its volume and its place, from the next block on; the default is
    /// [`EffectChain::OFF`], which costs nothing.
    ///
    /// Speakers whose reverberation has the same settings but for its level share one zone; at most
    /// [`REVERB_ZONES_MAX`](crate::limits::REVERB_ZONES_MAX) are rendered. A voice reverberates at the square root of
    /// its roll-off, as reverberation is everywhere in a room; one that is kept [apart](Self::set_apart) does not.
    pub fn set_effects(&mut self, key: SpeakerKey, effects: &EffectChain) {
        if let Some(speaker) = self.speakers.get_mut(&key) {
            speaker.set_effects(key, effects, &mut self.zones);
        }
    }

    /// Sets a speaker's position; `None` if it is unknown.
    ///
    /// A frame is heard from there if it is positional and the listener's pose is known too, and from the middle at
    /// full volume otherwise. The same holds if a position is not finite.
    pub fn set_place(&mut self, key: SpeakerKey, place: Option<SpeakerPlace>) {
        if let Some(speaker) = self.speakers.get_mut(&key) {
            speaker.set_place(place);
        }
    }

    /// Keeps a speaker apart from the mix, for a caller that places it itself, or returns it to the mix. While apart,
    /// its sound is passed to [`Self::mix_watched`] as [`SpeakerSound::Apart`] at its final level, and its position has
    /// no effect.
    pub fn set_apart(&mut self, key: SpeakerKey, is_apart: bool) {
        if let Some(speaker) = self.speakers.get_mut(&key) {
            speaker.set_apart(is_apart);
        }
    }

    /// Sets the listener's pose; `None` if it is unknown.
    pub fn set_listener(&mut self, listener: Option<Pose>) {
        self.scene.listener = listener;
    }

    /// Sets how voices are placed.
    pub fn set_spatial(&mut self, settings: SpatialSettings) {
        self.scene.spatial = settings;
        self.place_speakers();
    }

    /// Sets whether the listener wears headphones, as far as that is known; false by default. Determines how voices are
    /// placed with [`SpatialMode::Automatic`](crate::SpatialMode::Automatic).
    pub fn set_headphones(&mut self, headphones: bool) {
        self.scene.headphones = headphones;
        self.place_speakers();
    }

    fn place_speakers(&mut self) {
        let placing = Placing::new(self.scene.spatial, self.scene.headphones);
        self.scene.placing = placing;
        for speaker in self.speakers.values_mut() {
            speaker.set_placing(placing);
        }
    }

    /// Sets the volume of all speakers, an amplitude factor from 0 to 4, 1 by default; other values are clamped to that
    /// range, NaN is ignored.
    pub fn set_master_volume(&mut self, volume: f32) {
        self.master.set_volume(volume);
    }

    /// Mutes or unmutes all speakers.
    pub fn set_deafened(&mut self, is_deafened: bool) {
        self.master.set_deafened(is_deafened);
    }

    /// Sets whether the listener speaks, which turns all speakers down.
    pub fn set_ducked(&mut self, is_ducked: bool) {
        self.master.ducking().set_ducked(is_ducked);
    }

    /// Sets how all speakers are turned down while the listener speaks.
    pub fn set_ducking(&mut self, settings: DuckingSettings) {
        self.master.ducking().set_settings(settings);
    }

    /// Brings all speakers to the same loudness, −20 dBFS while they speak, by at most 24 dB up or 18 dB down and no
    /// faster than 3 dB per second. Off by default.
    pub fn set_auto_volume(&mut self, is_on: bool) {
        self.scene.is_levelled = is_on;
    }

    /// The same for one speaker, regardless of the setting for all; `None`, the default, follows that setting.
    pub fn set_speaker_auto_volume(&mut self, key: SpeakerKey, is_on: Option<bool>) {
        if let Some(speaker) = self.speakers.get_mut(&key) {
            speaker.set_auto_volume(is_on);
        }
    }

    /// Turns down, by 24 dB, the noise between a speaker's words: for programs that send noise unsuppressed. Sound more
    /// than 9 dB above the noise, or above −31 dBFS, is unchanged. Off by default.
    pub fn set_noise_gate(&mut self, key: SpeakerKey, is_on: bool) {
        if let Some(speaker) = self.speakers.get_mut(&key) {
            speaker.set_noise_gate(is_on);
        }
    }

    /// Overwrites the block with the next 10 ms, within ±1, and advances the clock by them.
    pub fn mix(&mut self, block: &mut StereoBlock) {
        self.mix_watched(block, |_, _, _| {});
    }

    /// The same, and passes each speaker's part of it to the caller: the speaker, its position on the playback clock,
    /// and the sound. Speakers that are silent or not decoded are omitted.
    pub fn mix_watched(
        &mut self,
        block: &mut StereoBlock,
        watch: impl FnMut(SpeakerKey, SamplePosition, SpeakerSound<'_>),
    ) {
        self.scene.top_priority = self.speakers.values().filter_map(Speaker::priority).max();
        self.scene.is_silent = self.master.is_silent();
        let audition = self.selection.choose(&mut self.speakers, &self.scene);
        self.render(block, watch);
        if let Some(speaker) = audition.and_then(|key| self.speakers.get_mut(&key)) {
            speaker.audition(self.scene.now);
        }
        self.scene.now += BLOCK_SAMPLES as u64;
    }

    /// The same for a caller that is behind: audible speakers fade out, and the packets for these 10 ms are skipped
    /// without being decoded, which costs next to nothing. Speakers count as [`Unheard::Crowded`] meanwhile.
    pub fn skip(
        &mut self,
        block: &mut StereoBlock,
        watch: impl FnMut(SpeakerKey, SamplePosition, SpeakerSound<'_>),
    ) {
        self.scene.is_silent = self.master.is_silent();
        self.speakers.values_mut().for_each(Speaker::pass_over);
        self.render(block, watch);
        self.scene.now += BLOCK_SAMPLES as u64;
    }

    fn render(
        &mut self,
        block: &mut StereoBlock,
        mut watch: impl FnMut(SpeakerKey, SamplePosition, SpeakerSound<'_>),
    ) {
        self.scene.master_gain = self.master.next_gain();
        let scene = &self.scene;
        for (&key, speaker) in &mut self.speakers {
            let watch = |sound: SpeakerSound<'_>| watch(key, scene.now, sound);
            speaker.render(key, scene, (&mut self.sum, &mut self.zones), &mut self.played, watch);
        }
        self.zones.render(&mut self.sum.ears);
        self.sum.take(block);
        block.sides_mut().into_iter().for_each(|side| scene.master_gain.scale(side));
        self.limiter.process(block);
    }

    /// The position of the next block's first sample on the playback clock.
    pub fn position(&self) -> SamplePosition {
        self.scene.now
    }

    /// Returns the next report of a played frame, oldest first. A frame that never came is reported when it is given
    /// up, so positions may go back by the time it was waited for.
    pub fn poll_played(&mut self) -> Option<PlayedFrame> {
        self.played.pop()
    }

    /// Entries of [`Self::poll_played`] that were dropped because they were not read in time.
    pub fn played_overflow(&self) -> u64 {
        self.played.overflowed()
    }

    /// A speaker's current level: the mean absolute value of its last block before volume and place, 0 to 1, and 0
    /// while it is silent or not decoded; `None` if there is no such speaker.
    pub fn speaker_amplitude(&self, key: SpeakerKey) -> Option<f32> {
        self.speakers.get(&key).map(Speaker::amplitude)
    }

    /// Statistics of a speaker's reception; `None` if there is no such speaker.
    pub fn statistics(&self, key: SpeakerKey) -> Option<SpeakerStatistics> {
        self.speakers.get(&key).map(Speaker::statistics)
    }
}

impl std::fmt::Debug for Mixer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mixer")
            .field("position", &self.scene.now)
            .field("speakers", &self.speakers.len())
            .finish_non_exhaustive()
    }
}
