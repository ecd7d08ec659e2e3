//! The positions of a voice's periods.

use super::period::{PERIOD_MAX, PERIOD_MIN};
use super::ring::Ring;

/// The distance of the marks where there is no pitch.
const UNVOICED_PERIOD: usize = 240;

/// Marks that are kept: more than lie within the latency and a block.
const KEPT: usize = 64;

/// How far a mark may be from where the detector's period has it, in samples.
const SEARCH: u64 = 12;

/// The middle of a piece.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Mark {
    pub(super) position: u64,
    /// The distance to the mark before, at most the longest period, in samples.
    pub(super) left: u64,
    /// How far the periods of the voice are apart here, in samples.
    pub(super) period: f64,
    pub(super) is_voiced: bool,
}

impl Mark {
    fn unvoiced(position: u64) -> Self {
        Self { position, left: UNVOICED_PERIOD as u64, period: UNVOICED_PERIOD as f64, is_voiced: false }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Marks {
    marks: [Mark; KEPT],
    /// The place of the latest.
    latest: usize,
}

impl Marks {
    pub(super) fn new(position: u64) -> Self {
        let mark = Mark::unvoiced(position);
        Self { marks: [mark; KEPT], latest: 0 }
    }

    /// Adds marks as far as there is a period of sound behind them, one `period` apart if there is a pitch.
    pub(super) fn extend(&mut self, sound: &Ring, now: u64, period: Option<f64>) {
        loop {
            let last = self.marks[self.latest];
            // The whole search range must have sound around it.
            let step = period.map_or(UNVOICED_PERIOD, |period| period.round() as usize) as u64;
            if last.position + 2 * step + 2 * SEARCH > now {
                return;
            }
            let mark = match period {
                None => Mark::unvoiced(last.position + UNVOICED_PERIOD as u64),
                Some(period) if last.is_voiced => follow(sound, last, period),
                Some(period) => begin(sound, last, period),
            };
            // The beginning of a voice may be found farther away.
            if mark.position + step + SEARCH > now {
                return;
            }
            self.latest = (self.latest + 1) % KEPT;
            self.marks[self.latest] = mark;
        }
    }

    /// The mark that follows, if it is known.
    pub(super) fn after(&self, mark: Mark) -> Option<Mark> {
        let later = self.marks.iter().filter(|other| other.position > mark.position);
        later.min_by_key(|other| other.position).copied()
    }

    pub(super) fn nearest(&self, position: u64) -> Mark {
        let distance = |mark: &&Mark| mark.position.abs_diff(position);
        self.marks.iter().min_by_key(distance).copied().unwrap_or(self.marks[self.latest])
    }
}

/// The mark after another one, where the sound is most like that around it.
fn follow(sound: &Ring, last: Mark, period: f64) -> Mark {
    let expected = last.position + period.round() as u64;
    let half = (period / 2.0) as u64;
    let alike = |position: u64| {
        let (mut product, mut power) = (0.0, 1e-12);
        for i in (0..2 * half).step_by(2) {
            let (one, other) = (sound.at(last.position - half + i), sound.at(position - half + i));
            product += one * other;
            power += other * other;
        }
        product / power.sqrt()
    };
    let candidates = expected - SEARCH..=expected + SEARCH;
    let best = candidates.map(|position| (position, alike(position))).max_by(|a, b| a.1.total_cmp(&b.1));
    let position = best.map_or(expected, |(position, _)| position);
    let left = (position - last.position).clamp(PERIOD_MIN as u64, PERIOD_MAX as u64);
    Mark { position, left, period: left as f64, is_voiced: true }
}

/// The first mark of a voice: where it is loudest within a period, since that is where the glottis closes.
fn begin(sound: &Ring, last: Mark, period: f64) -> Mark {
    let first = last.position + PERIOD_MIN as u64;
    let loudest = (first..first + period as u64)
        .max_by(|one, other| sound.at(*one).abs().total_cmp(&sound.at(*other).abs()))
        .unwrap_or(first);
    let left = (loudest - last.position).min(PERIOD_MAX as u64);
    Mark { position: loudest, left, period, is_voiced: true }
}
