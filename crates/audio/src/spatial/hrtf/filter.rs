//! A response and its delay as one filter, so that a fractional delay costs nothing at run time.

use std::f32::consts::PI;

use super::head::{Response, TAPS};
use crate::block::BLOCK_SAMPLES;

/// Both ears' delay for what is in the middle: a whole number, so that nothing is changed there, and large enough to
/// leave the nearest ear, which hears 11 samples earlier, what interpolation looks ahead.
const MIDDLE_DELAY_SAMPLES: f32 = 15.0;

/// No delay of a direction is further than this from that of the middle.
const DELAY_REACH_SAMPLES: [f32; 2] = [-12.0, 24.0];

/// Samples that a delay by a fraction is interpolated from, and how many of them lie ahead.
const SINC_TAPS: usize = 8;
const AHEAD: usize = SINC_TAPS / 2 - 1;

/// A response between samples, and no tap more to have a multiple of four.
const LENGTH: usize = TAPS + SINC_TAPS;

/// Samples of the block before that the longest delay and the response after it need.
pub(super) const LOOK_BACK_SAMPLES: usize = (MIDDLE_DELAY_SAMPLES + DELAY_REACH_SAMPLES[1]) as usize + LENGTH;

/// The number of samples filtered at a time: as many as fit into registers.
pub(super) const CHUNK_SAMPLES: usize = 16;

/// The end of the block before, then the block.
pub(super) type Line = [f32; LOOK_BACK_SAMPLES + BLOCK_SAMPLES];

/// The filter of one ear for a voice from one direction.
#[derive(Debug)]
pub(super) struct Filter {
    /// The last one first, as the line has the oldest sample first.
    taps: [f32; LENGTH],
    /// How far back in time the first tap reaches.
    delay_samples: usize,
}

impl Filter {
    pub(super) fn new(response: &Response) -> Self {
        let [least, most] = DELAY_REACH_SAMPLES;
        let delay = MIDDLE_DELAY_SAMPLES + response.delay_samples.clamp(least, most);
        let whole = delay as usize;
        let between = sinc(delay - whole as f32);
        let mut taps = [0.0; LENGTH];
        for (i, tap) in response.taps.iter().enumerate() {
            for (k, share) in between.iter().enumerate() {
                taps[LENGTH - 1 - i - k] += tap * share;
            }
        }
        Self { taps, delay_samples: whole.saturating_sub(AHEAD) }
    }

    /// The sound at this ear in the block's chunk of that number.
    pub(super) fn chunk(&self, line: &Line, number: usize) -> [f32; CHUNK_SAMPLES] {
        let end = LOOK_BACK_SAMPLES + (number + 1) * CHUNK_SAMPLES - self.delay_samples;
        let sound = &line[end - CHUNK_SAMPLES - (LENGTH - 1)..end];
        let mut heard = [0.0; CHUNK_SAMPLES];
        for (tap, window) in self.taps.iter().zip(sound.array_windows::<CHUNK_SAMPLES>()) {
            for (heard, sample) in heard.iter_mut().zip(window) {
                *heard += tap * sample;
            }
        }
        heard
    }
}

/// The taps that delay by [`AHEAD`] samples and a fraction, 0 to 1: the sinc in the window of Lanczos, flat within
/// 0.2 dB up to 16 kHz.
fn sinc(fraction: f32) -> [f32; SINC_TAPS] {
    const REACH: f32 = (SINC_TAPS / 2) as f32;
    let mut taps = [0.0; SINC_TAPS];
    for (i, tap) in taps.iter_mut().enumerate() {
        let x = i as f32 - AHEAD as f32 - fraction;
        let (wave, window) = (PI * x, PI * x / REACH);
        *tap = if x.abs() < 1e-4 { 1.0 } else { wave.sin() / wave * window.sin() / window };
    }
    let sum: f32 = taps.iter().sum();
    taps.map(|tap| tap / sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_by_whole_samples_changes_nothing() {
        for fraction in [0.0, 1.0] {
            for (i, tap) in sinc(fraction).into_iter().enumerate() {
                let expected = if i == AHEAD + fraction as usize { 1.0 } else { 0.0 };
                assert!((tap - expected).abs() < 1e-6, "tap {i} of {fraction}: {tap}");
            }
        }
    }

    #[test]
    fn a_delay_by_half_a_sample_is_flat_up_to_16_khz() {
        let taps = sinc(0.5);
        for hz in (100..=16_000).step_by(100) {
            let turn = std::f32::consts::TAU * hz as f32 / 48_000.0;
            let part = |wave: fn(f32) -> f32| -> f32 {
                taps.iter().enumerate().map(|(i, tap)| tap * wave(turn * i as f32)).sum()
            };
            let gain = part(f32::cos).hypot(part(f32::sin));
            assert!((20.0 * gain.log10()).abs() < 0.2, "{gain} at {hz} Hz");
        }
    }
}
