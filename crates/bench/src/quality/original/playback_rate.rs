//! The rate at which the original plays to return to its ideal position.

/// Deviations up to this, 29 ms, are ignored.
const DEAD_ZONE_SAMPLES: i64 = 1_392;

/// If it is this far behind, a second, it skips.
const SKIP_SAMPLES: i64 = 48_000;

/// The change of the rate per second of deviation.
const RATE_PER_SECOND: f64 = 0.15;

/// The share of the difference to a higher rate that is applied with each block.
const SPEED_UP: f64 = 0.25;

/// Resampling begins when the rate differs from 1 by more than this.
const LEAST_OFF: f64 = 0.01;

const BLOCK_SAMPLES: f64 = 480.0;

/// Tracks the sound that was played.
pub(super) struct PlaybackRate {
    played: u64,
    rate: f64,
}

impl Default for PlaybackRate {
    fn default() -> Self {
        Self { played: 0, rate: 1.0 }
    }
}

impl PlaybackRate {
    /// How many samples to skip, and how many to play in the block that begins `elapsed` samples after the start.
    pub(super) fn next_block(&mut self, elapsed: u64) -> (u64, usize) {
        let mut behind = elapsed as i64 - self.played as i64;
        let skip = if behind > SKIP_SAMPLES { behind as u64 } else { 0 };
        self.played += skip;
        behind -= skip as i64;
        let wanted = if behind.abs() <= DEAD_ZONE_SAMPLES {
            1.0
        } else {
            1.0 + RATE_PER_SECOND * (behind as f64 / 48_000.0).clamp(-1.0, 1.0)
        };
        self.rate = if wanted < self.rate { wanted } else { self.rate + SPEED_UP * (wanted - self.rate) };
        let rate = if (self.rate - 1.0).abs() > LEAST_OFF { self.rate } else { 1.0 };
        let samples = (BLOCK_SAMPLES * rate).round() as usize;
        self.played += samples as u64;
        (skip, samples)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_step_it_plays_what_there_is() {
        let mut rate = PlaybackRate::default();
        for block in 0..1_000 {
            assert_eq!(rate.next_block(block * 480), (0, 480));
        }
    }

    #[test]
    fn behind_it_speeds_up_step_by_step_and_far_behind_it_skips() {
        let mut rate = PlaybackRate::default();
        let first = rate.next_block(24_000).1;
        let second = rate.next_block(24_480).1;
        assert!((485..=490).contains(&first) && second > first, "{first}, {second}");
        assert_eq!(rate.next_block(200_000).0, 200_000 - (first + second) as u64);
    }
}
