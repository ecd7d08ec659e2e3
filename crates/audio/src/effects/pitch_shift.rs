//! A pitch shift that keeps the formants of a voice.
//!
//! Pitch-synchronous overlap and add in the time domain (Moulines and Charpentier, "Pitch-synchronous waveform
//! processing techniques for text-to-speech synthesis using diphones", Speech Communication 9, 1990): pieces of two
//! periods are cut around marks that lie one period apart, and put together again closer or farther apart. Each piece
//! holds the resonance of the vocal tract, so the formants stay. Where no pitch is found, nothing is changed.

mod marks;
mod period;
mod ring;

use marks::{Mark, Marks};
use period::{PERIOD_MAX, PeriodDetector};
use ring::Ring;

use super::sensible;
use crate::block::BLOCK_SAMPLES;

/// By how much a pitch shift delays a voice: 30 ms, three periods of most voices and two of the lowest, around which it
/// has to know what comes.
pub const PITCH_SHIFT_LATENCY_SAMPLES: usize = 1_440;

/// A voice higher or lower.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PitchShiftSettings {
    /// The shift in semitones, −12 to 12; 0 by default. The formants stay where they are. Delays by
    /// [`PITCH_SHIFT_LATENCY_SAMPLES`] at any value.
    pub semitones: f32,
}

impl PitchShiftSettings {
    pub(super) fn slots(&mut self) -> [(&'static str, &mut f32); 1] {
        [("semitones", &mut self.semitones)]
    }

    /// The same with every number within its range; NaN becomes the default.
    pub(super) fn within_range(self) -> Self {
        Self { semitones: sensible(self.semitones, -12.0, 12.0, 0.0) }
    }
}

/// Positions are samples since the start.
#[derive(Debug, Clone)]
pub(super) struct PitchShift {
    semitones: f32,
    input: Ring,
    output: Ring,
    /// How much came in.
    now: u64,
    period: PeriodDetector,
    marks: Marks,
    /// The position of the next piece, which may lie between samples.
    next: f64,
}

impl PitchShift {
    pub(super) fn new(settings: PitchShiftSettings) -> Self {
        // Starting one ring length in keeps positions from before the start non-negative.
        let now = ring::SAMPLES as u64;
        Self {
            semitones: settings.within_range().semitones,
            input: Ring::new(),
            output: Ring::new(),
            now,
            period: PeriodDetector::new(),
            marks: Marks::new(now - 2 * PERIOD_MAX as u64),
            next: (now - PITCH_SHIFT_LATENCY_SAMPLES as u64) as f64,
        }
    }

    pub(super) fn set(&mut self, settings: PitchShiftSettings) {
        self.semitones = settings.within_range().semitones;
    }

    pub(super) fn process(&mut self, block: &mut [f32; BLOCK_SAMPLES]) {
        self.input.write(self.now, block);
        self.now += BLOCK_SAMPLES as u64;
        let period = self.period.hear(block);
        self.marks.extend(&self.input, self.now, period);
        let ready = self.now - PITCH_SHIFT_LATENCY_SAMPLES as u64;
        let out = ready - BLOCK_SAMPLES as u64;
        loop {
            let mark = self.marks.nearest(self.next as u64);
            // A piece extends one period before its mark.
            if self.next - mark.left as f64 >= ready as f64 {
                break;
            }
            self.put(mark, out);
            self.next = self.after(mark);
        }
        self.output.take(out, block);
    }

    /// The position of the piece after this one. Where the pitch is unchanged, pieces return to their original
    /// position.
    fn after(&self, mark: Mark) -> f64 {
        let ratio = self.ratio(mark);
        let next = self.next + mark.period / ratio;
        let is_kept = (ratio - 1.0).abs() < 1e-6;
        let there = self.marks.after(mark).map(|after| after.position as f64);
        there.filter(|there| is_kept && (there - next).abs() < mark.period / 2.0).unwrap_or(next)
    }

    fn ratio(&self, mark: Mark) -> f64 {
        if mark.is_voiced { f64::from(self.semitones / 12.0).exp2() } else { 1.0 }
    }

    /// Adds the piece around a mark where the next one goes, as far as that is not `out` already. It reaches from the
    /// mark before to the mark after, so that pieces that stay where they were add up to what they were cut from.
    fn put(&mut self, mark: Mark, out: u64) {
        // Normalises loudness: the closer together the pieces, the softer each of them.
        let gain = self.ratio(mark).powf(-0.5) as f32;
        let right = self.marks.after(mark).map_or(mark.left, |after| after.left);
        let whole = self.next.floor();
        let fraction = (self.next - whole) as f32;
        let (to, from) = (whole as u64 - mark.left, mark.position - mark.left);
        let mut before = self.input.at(from - 1);
        for i in 0..mark.left + right {
            let sample = self.input.at(from + i);
            let between = sample + (before - sample) * fraction;
            before = sample;
            let share = if i < mark.left {
                i as f32 / mark.left as f32
            } else {
                (mark.left + right - i) as f32 / right as f32
            };
            if to + i >= out {
                // Cheaper than a squared sine per sample, and likewise with a slope of zero at both ends.
                self.output.add(to + i, gain * share * share * (3.0 - 2.0 * share) * between);
            }
        }
    }

    /// Forgets what it heard.
    pub(super) fn clear(&mut self) {
        *self = Self::new(PitchShiftSettings { semitones: self.semitones });
    }
}
