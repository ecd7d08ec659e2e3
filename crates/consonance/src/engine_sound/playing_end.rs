//! The end of a ring that an engine plays from, of the mix or of one player.

use std::sync::Arc;

use consonance_device::clock_bridge::{Clock, EngineDrain, Gauges, PlaybackWriter, RingBounds, playback};

use super::EngineLink;

#[derive(Debug)]
pub(super) struct PlayingEnd<const CHANNELS: usize> {
    drain: EngineDrain<CHANNELS>,
    link: EngineLink,
}

impl<const CHANNELS: usize> PlayingEnd<CHANNELS> {
    /// Overwrites what the engine plays next.
    pub(super) fn fill(&mut self, interleaved: &mut [f32], channels: usize, rate_hz: u32) {
        let now = self.link.note_call(rate_hz);
        self.drain.fill(now, interleaved, channels, rate_hz);
    }
}

/// The playing end, and the chat's end with their shared state, using this clock.
pub(super) fn playing_end<const CHANNELS: usize>(
    clock: Clock,
) -> (PlayingEnd<CHANNELS>, PlaybackWriter<CHANNELS>, EngineLink) {
    let gauges = Arc::<Gauges>::default();
    let (writer, drain, pulse) = playback(Arc::clone(&gauges), RingBounds::ENGINE);
    let link = EngineLink::new(clock, gauges, pulse);
    (PlayingEnd { drain: EngineDrain::new(drain), link: link.clone() }, writer, link)
}
