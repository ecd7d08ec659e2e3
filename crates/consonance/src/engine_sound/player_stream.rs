//! One player's voice, taken by an engine that places it itself.

use consonance_audio::BLOCK_SAMPLES;
use consonance_device::clock_bridge::{Clock, PlaybackWriter};

use super::EngineLink;
use super::playing_end::{PlayingEnd, playing_end};
use crate::statistics::EngineSoundRow;

/// One player's voice, for an engine with its own 3D audio: the end for the engine's audio callback. Returned by
/// [`Player::stream`](crate::Player::stream).
///
/// Dropping it puts the player back into the mix.
#[derive(Debug)]
pub struct PlayerStream(PlayingEnd<1>);

impl PlayerStream {
    /// Overwrites what the engine plays next: mono sound, the same in each of `channels` interleaved channels, at
    /// `sample_rate_hz`. Otherwise as [`EngineOutput::fill`](crate::EngineOutput::fill).
    pub fn fill(&mut self, interleaved: &mut [f32], channels: usize, sample_rate_hz: u32) {
        self.0.fill(interleaved, channels, sample_rate_hz);
    }
}

/// The voice thread's end.
pub(crate) struct StreamWriter {
    writer: PlaybackWriter<1>,
    link: EngineLink,
    /// The next 10 ms as received so far; initially silence.
    block: [f32; BLOCK_SAMPLES],
    is_spoken: bool,
    /// The last sample that was written.
    last: f32,
}

/// Both ends, using this clock.
pub(crate) fn player_stream(clock: Clock) -> (PlayerStream, StreamWriter) {
    let (end, writer, link) = playing_end(clock);
    let writer = StreamWriter { writer, link, block: [0.0; BLOCK_SAMPLES], is_spoken: false, last: 0.0 };
    (PlayerStream(end), writer)
}

/// The fade-out of a voice that broke off.
const FADE_SAMPLES: usize = BLOCK_SAMPLES / 2;

impl StreamWriter {
    /// Adds sound to the next 10 ms.
    pub(crate) fn add(&mut self, sound: &[f32; BLOCK_SAMPLES]) {
        for (sum, sample) in self.block.iter_mut().zip(sound) {
            *sum += sample;
        }
        self.is_spoken = true;
    }

    /// The next 10 ms as received so far.
    pub(crate) fn block(&self) -> &[f32; BLOCK_SAMPLES] {
        &self.block
    }

    /// Writes the 10 ms, and starts the next ones. A voice that broke off fades out.
    pub(crate) fn beat(&mut self) {
        if !self.is_spoken && self.last != 0.0 {
            for (i, sample) in self.block.iter_mut().take(FADE_SAMPLES).enumerate() {
                *sample = self.last * (1.0 - (i as f32 + 0.5) / FADE_SAMPLES as f32);
            }
        }
        self.writer.write_mono(self.link.now(), &self.block);
        self.last = self.block[BLOCK_SAMPLES - 1];
        (self.block, self.is_spoken) = ([0.0; BLOCK_SAMPLES], false);
    }

    /// Whether the engine has dropped its end.
    pub(crate) fn is_gone(&self) -> bool {
        self.writer.is_gone()
    }

    pub(crate) fn row(&self) -> EngineSoundRow {
        self.link.row()
    }
}
