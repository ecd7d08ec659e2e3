//! The echo of sounds that the linear filter has had no time to learn.
//!
//! How loud it is at most is known all the same: no louder than the bound of all echoes (`loudness_bound.rs`), spread
//! over time as the filter's answer is. That is a guess, so it counts only as long as the filter is still learning: as
//! long as what it leaves has something in common with what it predicts, which is then too little.

use super::bands::{self, BANDS};
use super::linear_filter::{LINEAR_BINS, Row};
use super::mismatch::{Common, Found};
use super::novelty::Novelty;
use super::render_history::{PARTITIONS, RenderHistory};

/// How fast the gain of the way from loudspeaker to microphone rises per block at most, 0.2 dB per second: a near end
/// makes it look larger than it is.
const RISE: f32 = 1.0005;

/// The least share of its power that an answer keeps per block: reverberation of 0.3 s.
const TAIL: f32 = 0.5;

/// Blocks after which the answer's shape is looked at again.
const SHAPE_BLOCKS: u32 = 8;

/// Bands that are judged: 400 Hz to 5 kHz.
const JUDGED: std::ops::Range<usize> = 3..18;

/// The index, in ascending order of power per bin, of the judged band that fills the others: a sound that is new in
/// five of the 15 bands is taken to be in all of them, even where something louder hides it.
const FILLING: usize = 10;

/// New sounds count if they are more than the first share of the predicted echo, and fully from the second on.
const NEW_SHARE: std::ops::RangeInclusive<f32> = 0.025..=0.1;

/// Predicted power below which there is no echo.
const SILENCE: f32 = 1e-3;

/// Nor are new sounds louder than this many times the predicted echo.
const MOST: f32 = 3.0;

/// The share of a block in the usual correlation of rest and prediction.
const NEW: f32 = 0.015;

/// Correlations below which the filter has learnt, and from which on it is learning.
const LEARNT: f32 = 0.0;
const LEARNING: f32 = 0.04;

/// How much is held per block, as power, and below which power there is nothing.
const HOLD: f32 = 0.75;
const NOTHING: f32 = 1e-9;

/// Estimates it.
pub(crate) struct Unlearnt {
    novelty: Novelty,
    gain: f32,
    /// The answer's power in each block.
    answer: [f32; PARTITIONS],
    shape_age: u32,
    /// At most, in the last block.
    echo: Row,
    held: Row,
    correlation: f32,
}

impl Unlearnt {
    pub(crate) fn new() -> Self {
        Self {
            novelty: Novelty::new(),
            gain: f32::MAX,
            answer: [0.0; PARTITIONS],
            shape_age: 0,
            echo: [0.0; LINEAR_BINS],
            held: [0.0; LINEAR_BINS],
            correlation: LEARNING,
        }
    }

    /// Takes the played sound, and an upper bound of the echo's power. The energies are those of the filter's response.
    pub(crate) fn push(
        &mut self,
        played: &RenderHistory,
        bound: f32,
        energies: impl FnOnce() -> [f32; PARTITIONS],
    ) {
        self.novelty.push(played);
        self.gain = (self.gain * RISE).min(bound);
        if self.shape_age.is_multiple_of(SHAPE_BLOCKS) {
            self.answer = shape(energies());
        }
        self.shape_age = self.shape_age.wrapping_add(1);
        // Each spectrum of the played sound spans two blocks.
        let gain = 0.5 * self.gain;
        self.echo = self.novelty.echo(&self.answer).map(|power| gain * power);
    }

    /// Takes the findings of a block.
    pub(crate) fn observe(&mut self, found: &Found) {
        self.fill();
        let (mut correlation, mut predicted_power) = (0.0, SILENCE);
        for band in &found.bands[JUDGED] {
            let Common { product, predicted, left } = band;
            correlation += product / (left * predicted + f32::EPSILON).sqrt() / JUDGED.len() as f32;
            predicted_power += predicted;
        }
        let judged = bands::bins(JUDGED.start).start..bands::bins(JUDGED.end).start;
        let share = self.echo[judged].iter().sum::<f32>() / predicted_power;
        if predicted_power > 2.0 * SILENCE && share > *NEW_SHARE.start() {
            let weight = (share / NEW_SHARE.end()).min(1.0);
            self.correlation += NEW * weight * (correlation - self.correlation);
        }
        let learning = ((self.correlation - LEARNT) / (LEARNING - LEARNT)).clamp(0.0, 1.0);
        let believed = learning * (MOST / share.max(MOST));
        for (held, echo) in self.held.iter_mut().zip(&self.echo) {
            let power = (believed * echo).max(HOLD * *held);
            *held = if power > NOTHING { power } else { 0.0 };
        }
    }

    /// Power in a bin.
    pub(crate) fn power(&self, bin: usize) -> f32 {
        self.held[bin]
    }

    /// Raises all bins up to the judged bands' end to at least the power of the band `FILLING`: a sound that is new
    /// in many bands is taken to be new in all of them.
    fn fill(&mut self) {
        let mut per_bin: [f32; JUDGED.end - JUDGED.start] = std::array::from_fn(|n| {
            let bins = bands::bins(JUDGED.start + n);
            self.echo[bins.clone()].iter().sum::<f32>() / bins.len() as f32
        });
        per_bin.sort_unstable_by(f32::total_cmp);
        let filling = per_bin[FILLING];
        for echo in &mut self.echo[..bands::bins(JUDGED.end).start] {
            *echo = echo.max(filling);
        }
    }
}

/// The answer's power in each block as a share of all, with a tail.
fn shape(energies: [f32; PARTITIONS]) -> [f32; PARTITIONS] {
    let mut tail = 0.0_f32;
    let answer = energies.map(|energy| {
        tail = energy.max(TAIL * tail);
        tail
    });
    let all = answer.iter().sum::<f32>().max(f32::MIN_POSITIVE);
    answer.map(|power| power / all)
}

const _: () = assert!(JUDGED.end < BANDS && FILLING < JUDGED.end - JUDGED.start);
