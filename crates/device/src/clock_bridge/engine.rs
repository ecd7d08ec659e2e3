//! The ends of rings in the callbacks of a game's engine, which has its own sample rate and its own channels.

use std::time::Duration;

use crate::clock_bridge::capture::CaptureFeed;
use crate::clock_bridge::gauges::Gauges;
use crate::clock_bridge::limits::ENGINE_RATES_HZ;
use crate::clock_bridge::playback::PlaybackDrain;
use crate::clock_bridge::rate_converter::{PIECE_FRAMES, RateConverter};

/// The rate of the rings.
const RING_RATE_HZ: u32 = consonance_audio::SAMPLE_RATE_HZ;

/// Takes sound from a ring at any rate. Never allocates, locks or waits.
#[derive(Debug)]
pub struct EngineDrain<const CHANNELS: usize> {
    drain: PlaybackDrain<CHANNELS>,
    converter: RateConverter<CHANNELS>,
}

impl<const CHANNELS: usize> EngineDrain<CHANNELS> {
    /// From this end of a ring.
    pub fn new(drain: PlaybackDrain<CHANNELS>) -> Self {
        Self { drain, converter: RateConverter::new() }
    }

    /// Overwrites what the engine plays next, with `channels` interleaved channels at `rate_hz`; both may change with
    /// each call. Mono sound is the same in all channels; stereo is in the first two, or mixed down if there is only
    /// one. Silence if the rate is outside [`ENGINE_RATES_HZ`], or no sound is queued.
    pub fn fill(&mut self, now: Duration, interleaved: &mut [f32], channels: usize, rate_hz: u32) {
        let frames = interleaved.len().checked_div(channels).unwrap_or(0);
        if frames == 0 || !ENGINE_RATES_HZ.contains(&rate_hz) {
            return interleaved.fill(0.0);
        }
        self.converter.set_rates(RING_RATE_HZ, rate_hz);
        let mut wanted = self.converter.wanted_frames(frames);
        self.drain.begin_callback(now, wanted);
        let mut output = interleaved.chunks_exact_mut(channels);
        for out in &mut output {
            let frame = loop {
                match self.converter.next_frame() {
                    Some(frame) => break frame,
                    None => wanted = self.refill(wanted),
                }
            };
            spread(&frame, out);
        }
        output.into_remainder().fill(0.0);
    }

    /// Feeds the converter with some of the `wanted` frames; returns how many are still needed.
    fn refill(&mut self, wanted: usize) -> usize {
        let mut piece = [[0.0; CHANNELS]; PIECE_FRAMES];
        let piece = &mut piece[..wanted.clamp(1, PIECE_FRAMES)];
        self.drain.take(piece);
        self.converter.push(piece);
        wanted.saturating_sub(piece.len())
    }
}

/// Converts a frame of a ring to one of an engine.
fn spread(frame: &[f32], out: &mut [f32]) {
    match (frame, out) {
        ([left, right], [one]) => *one = f32::midpoint(*left, *right),
        ([left, right], [first, second, rest @ ..]) => {
            (*first, *second) = (*left, *right);
            rest.fill(0.0);
        }
        (frame, out) => out.fill(frame.first().copied().unwrap_or(0.0)),
    }
}

/// Puts an engine's sound into a ring, from any rate. Never allocates, locks or waits.
#[derive(Debug)]
pub struct EngineFeed {
    feed: CaptureFeed,
    converter: RateConverter<1>,
}

impl EngineFeed {
    /// Into this end of a ring.
    pub fn new(feed: CaptureFeed) -> Self {
        Self { feed, converter: RateConverter::new() }
    }

    /// Takes recorded or played sound, with `channels` interleaved channels at `rate_hz`; both may change with each
    /// call. The mean of all channels is used. Nothing is taken if the rate is outside [`ENGINE_RATES_HZ`]; frames that
    /// do not fit are dropped and counted, and invalid numbers become silence and are counted.
    pub fn push(&mut self, now: Duration, interleaved: &[f32], channels: usize, rate_hz: u32) {
        let frames = interleaved.len().checked_div(channels).unwrap_or(0);
        if frames == 0 || !ENGINE_RATES_HZ.contains(&rate_hz) {
            return;
        }
        self.converter.set_rates(rate_hz, RING_RATE_HZ);
        self.feed.begin_callback(now, self.converter.coming_frames(frames));
        for piece in interleaved[..frames * channels].chunks(channels * PIECE_FRAMES) {
            self.push_piece(piece, channels);
        }
    }

    fn push_piece(&mut self, piece: &[f32], channels: usize) {
        let mut mono = [[0.0]; PIECE_FRAMES];
        let (mut frames, mut bad) = (0, 0);
        for (out, frame) in mono.iter_mut().zip(piece.chunks_exact(channels)) {
            let mean = frame.iter().sum::<f32>() / channels as f32;
            bad += usize::from(!mean.is_finite());
            *out = [if mean.is_finite() { mean } else { 0.0 }];
            frames += 1;
        }
        Gauges::count(&self.feed.gauges().bad_samples, bad);
        self.converter.push(&mono[..frames]);
        let mut converted = [0.0; PIECE_FRAMES];
        loop {
            let mut count = 0;
            for (out, frame) in converted.iter_mut().zip(std::iter::from_fn(|| self.converter.next_frame())) {
                [*out] = frame;
                count += 1;
            }
            self.feed.put(&converted[..count]);
            if count < converted.len() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stereo_goes_to_the_first_two_channels_or_to_the_only_one_and_mono_to_all() {
        let spread_over = |frame: &[f32], channels: usize| {
            let mut out = vec![9.0; channels];
            spread(frame, &mut out);
            out
        };
        assert_eq!(spread_over(&[0.5, -0.25], 1), [0.125]);
        assert_eq!(spread_over(&[0.5, -0.25], 2), [0.5, -0.25]);
        assert_eq!(spread_over(&[0.5, -0.25], 6), [0.5, -0.25, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(spread_over(&[0.5], 1), [0.5]);
        assert_eq!(spread_over(&[0.5], 3), [0.5, 0.5, 0.5]);
    }
}
