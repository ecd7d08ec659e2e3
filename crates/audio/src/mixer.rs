//! Everybody who speaks, in one sound: for each speaker take, decode or conceal, scale, add; then limit.

mod limiter;
mod pending_sound;
mod quiet;
mod report;
mod speaker;

use std::collections::BTreeMap;

use limiter::Limiter;
use report::PlayedFrames;
pub use report::{PlayedFrame, SpeakerStatistics};
use speaker::Speaker;

use crate::block::{BLOCK_SAMPLES, SamplePosition, StereoBlock};
use crate::codec::{CodecError, CodecSettings};
use crate::jitter::JitterSettings;
use crate::limits::DEFAULT_MAX_SPEAKERS;

/// The caller's name for a speaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpeakerKey(pub u32);

/// How a mixer is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MixerSettings {
    /// Speakers that may be there at the same time.
    pub max_speakers: usize,
    /// How their jitter buffers weigh delay against quality.
    pub jitter: JitterSettings,
}

impl Default for MixerSettings {
    fn default() -> Self {
        Self { max_speakers: DEFAULT_MAX_SPEAKERS, jitter: JitterSettings::default() }
    }
}

/// Mixes all remote speakers and drives the playback clock.
///
/// Methods that name a speaker who is not there do nothing: a packet may always come after a leave.
pub struct Mixer {
    settings: MixerSettings,
    speakers: BTreeMap<SpeakerKey, Speaker>,
    /// The last block of speakers that were removed since the last mix, fading out.
    departing: [f32; BLOCK_SAMPLES],
    limiter: Limiter,
    position: SamplePosition,
    played: PlayedFrames,
}

impl Mixer {
    /// A mixer without speakers, at position 0.
    pub fn new(settings: MixerSettings) -> Self {
        Self {
            settings,
            speakers: BTreeMap::new(),
            departing: [0.0; BLOCK_SAMPLES],
            limiter: Limiter::default(),
            position: SamplePosition::default(),
            played: PlayedFrames::new(),
        }
    }

    /// Adds a speaker that encodes as it announced.
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
        let speaker =
            Speaker::new(codec, self.settings.jitter).map_err(|source| MixerError::Codec { key, source })?;
        self.speakers.insert(key, speaker);
        Ok(())
    }

    /// Removes a speaker; what plays fades out within one block.
    pub fn remove_speaker(&mut self, key: SpeakerKey) {
        if let Some(mut speaker) = self.speakers.remove(&key) {
            speaker.fade_out(&mut self.departing);
        }
    }

    /// The speaker starts to speak: frames from now on are numbered from 0 again. What is buffered of the
    /// utterance before is played first. Returns the number of the new one, as in
    /// [`PlayedFrame::utterance`]; `None` if there is no such speaker.
    pub fn start_utterance(&mut self, key: SpeakerKey) -> Option<u32> {
        Some(self.speakers.get_mut(&key)?.start_utterance())
    }

    /// A packet of the utterance started last, in any order.
    ///
    /// `sequence` counts the utterance's frames from 0, `arrived` is when the packet came in on the playback
    /// clock, `gain` the amplitude factor of the channel, 0 to 2.
    pub fn push_frame(
        &mut self,
        key: SpeakerKey,
        sequence: u32,
        arrived: SamplePosition,
        packet: &[u8],
        gain: f32,
    ) {
        if let Some(speaker) = self.speakers.get_mut(&key) {
            speaker.push_frame(sequence, arrived, packet, gain);
        }
    }

    /// The speaker stopped: what is buffered is played, then there is silence.
    pub fn end_utterance(&mut self, key: SpeakerKey) {
        if let Some(speaker) = self.speakers.get_mut(&key) {
            speaker.end_utterance();
        }
    }

    /// Sets how loud the listener wants a speaker, as an amplitude factor from 0 to 4; others are brought
    /// into that range. It is 1 to begin with.
    pub fn set_volume(&mut self, key: SpeakerKey, volume: f32) {
        if let Some(speaker) = self.speakers.get_mut(&key) {
            speaker.set_volume(volume);
        }
    }

    /// Overwrites the block with the next 10 ms, within ±1, and moves the clock on by them.
    pub fn mix(&mut self, block: &mut StereoBlock) {
        let mut middle = std::mem::replace(&mut self.departing, [0.0; BLOCK_SAMPLES]);
        for (&key, speaker) in &mut self.speakers {
            speaker.render(key, self.position, &mut middle, &mut self.played);
        }
        *block = StereoBlock::from_mono(&middle);
        self.limiter.process(block);
        self.position += BLOCK_SAMPLES as u64;
    }

    /// Where on the playback clock the first sample of the next block lies.
    pub fn position(&self) -> SamplePosition {
        self.position
    }

    /// What was heard and has not been told yet, oldest first. A frame that was waited for in vain is told
    /// when it is given up, so positions may go back by the length of the wait.
    pub fn poll_played(&mut self) -> Option<PlayedFrame> {
        self.played.pop()
    }

    /// How many entries of [`Self::poll_played`] were dropped because nobody asked in time.
    pub fn played_overflow(&self) -> u64 {
        self.played.overflowed()
    }

    /// How a speaker is received; `None` if there is no such speaker.
    pub fn statistics(&self, key: SpeakerKey) -> Option<SpeakerStatistics> {
        self.speakers.get(&key).map(Speaker::statistics)
    }
}

impl std::fmt::Debug for Mixer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mixer")
            .field("position", &self.position)
            .field("speakers", &self.speakers.len())
            .finish_non_exhaustive()
    }
}

/// Why a speaker could not be added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MixerError {
    /// The speaker's packets cannot be decoded.
    #[error("speaker {} cannot be heard: {source}", key.0)]
    Codec {
        /// The speaker.
        key: SpeakerKey,
        /// Why not.
        source: CodecError,
    },
    /// There is a speaker of this name.
    #[error("speaker {} is there already; remove it first", key.0)]
    SpeakerExists {
        /// The speaker.
        key: SpeakerKey,
    },
    /// There are as many speakers as the settings allow.
    #[error("there are {max_speakers} speakers already; raise MixerSettings::max_speakers")]
    TooManySpeakers {
        /// The limit.
        max_speakers: usize,
    },
}
