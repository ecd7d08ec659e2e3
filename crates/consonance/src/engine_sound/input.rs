//! The microphone of an engine.

use std::sync::Arc;

use consonance_audio::{BLOCK_SAMPLES, Input, Read};
use consonance_device::clock_bridge::{CaptureReader, Clock, EngineFeed, Gauges, RingBounds, capture};

use super::EngineLink;

/// Audio recorded by an engine, as the input of a chat: the end for the engine's audio callback. From
/// [`VoiceMicrophone::engine_input`](crate::VoiceMicrophone::engine_input).
#[derive(Debug)]
pub struct EngineInput {
    feed: EngineFeed,
    link: EngineLink,
}

impl EngineInput {
    /// Takes recorded audio: `channels` interleaved channels, which are averaged, at `sample_rate_hz`; all three may
    /// change with each call. Never waits, allocates, locks or logs.
    ///
    /// Frames that do not fit are dropped and counted; NaN and infinite samples become silence. Supports rates from 8
    /// to 192 kHz; at others, nothing is taken.
    pub fn push(&mut self, interleaved: &[f32], channels: usize, sample_rate_hz: u32) {
        let now = self.link.note_call(sample_rate_hz);
        self.feed.push(now, interleaved, channels, sample_rate_hz);
    }
}

/// The capture thread's end.
pub(crate) struct EngineMicrophone {
    reader: CaptureReader,
    pub(crate) link: EngineLink,
}

/// Both ends, using this clock.
pub(crate) fn engine_input(clock: Clock) -> (EngineInput, EngineMicrophone) {
    let gauges = Arc::<Gauges>::default();
    let (feed, reader, pulse) = capture(Arc::clone(&gauges), RingBounds::ENGINE);
    let link = EngineLink::new(clock, gauges, pulse);
    (EngineInput { feed: EngineFeed::new(feed), link: link.clone() }, EngineMicrophone { reader, link })
}

impl EngineMicrophone {
    /// Whether sound currently arrives.
    pub(crate) fn is_called(&self) -> bool {
        self.link.silent_for().is_some_and(|silent_for| silent_for < super::PAUSE)
    }
}

impl Input for EngineMicrophone {
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        self.reader.read(self.link.now(), block);
        Read::Samples
    }
}
