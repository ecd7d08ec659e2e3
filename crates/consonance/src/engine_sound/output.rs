//! The mix, taken by an engine.

use consonance_audio::{Output, OutputError, StereoBlock};
use consonance_device::clock_bridge::{Clock, PlaybackWriter};

use super::EngineLink;
use super::playing_end::{PlayingEnd, playing_end};

/// The mix, for an engine that plays it: the end for the engine's audio callback. Returned by
/// [`VoicePlayback::engine_output`](crate::VoicePlayback::engine_output).
///
/// Dropping it ends the sound; another one can be requested afterwards.
#[derive(Debug)]
pub struct EngineOutput(PlayingEnd<2>);

impl EngineOutput {
    /// Overwrites what the engine plays next: `channels` interleaved channels, at `sample_rate_hz`; all three may
    /// change with each call. Left and right are in the first two channels, or their mean in the only one; the others
    /// are silent.
    ///
    /// Never waits, allocates, locks or logs. It is silent until enough sound for the engine's callbacks is queued, and
    /// fades out if sound runs out. Supports rates from 8 to 192 kHz; at others, all is silence. Callbacks of up to
    /// 8192 frames are served at any rate, as long as one differs from the next by less than half a second.
    pub fn fill(&mut self, interleaved: &mut [f32], channels: usize, sample_rate_hz: u32) {
        self.0.fill(interleaved, channels, sample_rate_hz);
    }
}

/// The voice thread's end.
pub(crate) struct EngineSpeaker {
    writer: PlaybackWriter<2>,
    pub(crate) link: EngineLink,
}

/// Both ends, using this clock.
pub(crate) fn engine_output(clock: Clock) -> (EngineOutput, EngineSpeaker) {
    let (end, writer, link) = playing_end(clock);
    (EngineOutput(end), EngineSpeaker { writer, link })
}

impl Output for EngineSpeaker {
    fn write(&mut self, block: &StereoBlock) -> Result<(), OutputError> {
        self.writer.write_stereo(self.link.now(), block);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}
