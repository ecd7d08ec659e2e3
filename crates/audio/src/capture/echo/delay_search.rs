//! The search for a shift of the echo, earlier or later, after a driver has dropped or repeated a part of a buffer:
//! the lag at which the microphone signal is most like the predicted echo (cross-correlation).

use crate::block::BLOCK_SAMPLES;

/// Samples that become one.
const THINNED: usize = 8;

const THIN_BLOCK: usize = BLOCK_SAMPLES / THINNED;

/// The length of the compared sound, 200 ms, and the longest lag, 160 ms.
const COMPARED: usize = 20 * THIN_BLOCK;
const LONGEST: usize = 16 * THIN_BLOCK;

/// Least correlation, and least ratio to that without a lag.
const ALIKE: f32 = 0.5;
const BETTER: f32 = 1.5;

/// The last of a sound, thinned out.
#[derive(Clone)]
struct Recent {
    samples: [f32; COMPARED + LONGEST],
    last: f32,
}

impl Recent {
    const fn new() -> Self {
        Self { samples: [0.0; COMPARED + LONGEST], last: 0.0 }
    }

    /// Takes a block; emphasises the treble, of which there is less.
    fn push(&mut self, block: &[f32; BLOCK_SAMPLES]) {
        self.samples.copy_within(THIN_BLOCK.., 0);
        let end = self.samples.len() - THIN_BLOCK;
        for (thin, samples) in self.samples[end..].iter_mut().zip(block.as_chunks::<THINNED>().0) {
            let sum = samples.iter().sum::<f32>();
            *thin = sum - 0.9 * self.last;
            self.last = sum;
        }
    }

    /// The sound to compare, `lag` thinned samples ago.
    fn ago(&self, lag: usize) -> &[f32] {
        let end = self.samples.len() - lag;
        &self.samples[end - COMPARED..end]
    }
}

/// The search.
pub(crate) struct DelaySearch {
    heard: Recent,
    predicted: Recent,
}

impl DelaySearch {
    pub(crate) const fn new() -> Self {
        Self { heard: Recent::new(), predicted: Recent::new() }
    }

    /// Takes the microphone's block and the echo that was predicted for it.
    pub(crate) fn push(&mut self, heard: &[f32; BLOCK_SAMPLES], predicted: &[f32; BLOCK_SAMPLES]) {
        self.heard.push(heard);
        self.predicted.push(predicted);
    }

    /// By how many samples the echo is later, if one lag is clearly the most alike.
    pub(crate) fn find(&self) -> Option<f64> {
        let zero = correlation(self.heard.ago(0), self.predicted.ago(0));
        let at = |lag: isize| match usize::try_from(lag) {
            Ok(lag) => correlation(self.heard.ago(0), self.predicted.ago(lag)),
            Err(_) => correlation(self.heard.ago(lag.unsigned_abs()), self.predicted.ago(0)),
        };
        let longest = LONGEST as isize;
        let (best, lag) =
            (-longest..=longest).map(|lag| (at(lag), lag)).max_by(|a, b| a.0.total_cmp(&b.0))?;
        if best < ALIKE || best < BETTER * zero || lag.abs() == longest {
            return None;
        }
        // The vertex of the parabola through three values.
        let (before, after) = (at(lag - 1), at(lag + 1));
        let top = (before - after) / (2.0 * (before - 2.0 * best + after)).min(-1e-9);
        Some((lag as f64 + f64::from(top.clamp(-0.5, 0.5))) * THINNED as f64)
    }
}

/// Normalised.
fn correlation(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| {
        const LANES: usize = 8;
        let mut sums = [0.0; LANES];
        for (a, b) in a.as_chunks::<LANES>().0.iter().zip(b.as_chunks::<LANES>().0) {
            for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
                *sum += a * b;
            }
        }
        sums.iter().sum::<f32>()
    };
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt().max(1e-9)
}
