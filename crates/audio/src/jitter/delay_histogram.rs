//! A histogram of packet delays with exponential forgetting.

use crate::limits::TARGET_DELAY_SAMPLES_MAX;

/// Width of one bucket, 1 ms.
const BUCKET_SAMPLES: u64 = 48;

/// Buckets beyond the longest target, so that the fastest arrival may wander before everything has to move.
const SLACK_BUCKETS: usize = 112;

const BUCKETS: usize = (TARGET_DELAY_SAMPLES_MAX / BUCKET_SAMPLES) as usize + SLACK_BUCKETS;

/// Weights grow instead of all the others shrinking; beyond this they are brought down again.
const WEIGHT_MAX: f32 = 1e6;

/// Delays of the arrivals of the last seconds, counted in buckets of 1 ms from an origin that only the caller
/// knows.
#[derive(Debug)]
pub(super) struct DelayHistogram {
    counts: [f32; BUCKETS],
    total: f32,
    weight: f32,
    growth: f32,
    /// So many of the newest arrivals, at least, are the whole that a share is taken of.
    confident: f32,
}

impl DelayHistogram {
    /// An empty one for frames of so many samples. An arrival counts for a third of a new one after `memory` samples.
    pub(super) fn new(frame_samples: usize, memory: f32, confident: f32) -> Self {
        let growth = (frame_samples as f32 / memory).exp();
        let confident = confident / frame_samples as f32;
        Self { counts: [0.0; BUCKETS], total: 0.0, weight: 1.0, growth, confident }
    }

    /// Notes one arrival, so many samples after the origin.
    pub(super) fn note(&mut self, delay: u64) {
        let bucket = ((delay / BUCKET_SAMPLES) as usize).min(BUCKETS - 1);
        self.weight *= self.growth;
        if self.weight > WEIGHT_MAX {
            for count in &mut self.counts {
                *count /= self.weight;
            }
            self.weight = 1.0;
            self.total = self.counts.iter().sum();
        }
        self.counts[bucket] += self.weight;
        self.total += self.weight;
    }

    /// The smallest delay from the origin with which no more than `accepted` of all frames have to be made up, in
    /// samples; 0 if nothing is known.
    ///
    /// A frame has to be made up if its packet comes later than that, or (for the share `recoverable` of all
    /// frames) if the packet of the frame after it, sent `look_ahead` samples later, does.
    pub(super) fn delay_for(&self, accepted: f32, recoverable: f32, look_ahead: u64) -> u64 {
        let accepted = accepted * self.total;
        let needed = self.made_up(recoverable, look_ahead).find(|(_, made_up)| *made_up > accepted);
        needed.map_or(0, |(bucket, _)| (bucket as u64 + 1) * BUCKET_SAMPLES)
    }

    /// The delay from the origin, `least` samples at least, that costs least, if a share of frames that have to be made
    /// up costs as much as waiting for so many samples as that share of `all`.
    pub(super) fn cheapest(&self, least: u64, all: f32, recoverable: f32, look_ahead: u64) -> u64 {
        let least = (least / BUCKET_SAMPLES) as usize;
        let price =
            all / BUCKET_SAMPLES as f32 / self.total.max(self.weight * self.confident).max(f32::MIN_POSITIVE);
        let longest = Self::longest(look_ahead);
        let mut best = (longest, longest as f32);
        for (bucket, made_up) in self.made_up(recoverable, look_ahead) {
            if bucket < least {
                break;
            }
            // The cost of a delay that equals the start of this bucket.
            let cost = bucket as f32 + made_up * price;
            if cost <= best.1 {
                best = (bucket, cost);
            }
        }
        best.0 as u64 * BUCKET_SAMPLES
    }

    fn longest(look_ahead: u64) -> usize {
        BUCKETS + look_ahead.div_ceil(BUCKET_SAMPLES) as usize
    }

    /// From the longest delays down: each bucket with how much has to be made up if what is in it and beyond it comes
    /// too late.
    fn made_up(&self, recoverable: f32, look_ahead: u64) -> impl Iterator<Item = (usize, f32)> {
        let later = look_ahead.div_ceil(BUCKET_SAMPLES) as usize;
        let count = |bucket: usize| self.counts.get(bucket).copied().unwrap_or(0.0);
        (0..Self::longest(look_ahead)).rev().scan(0.0, move |made_up, bucket| {
            *made_up += (1.0 - recoverable) * count(bucket);
            *made_up += recoverable * bucket.checked_sub(later).map_or(0.0, count);
            Some((bucket, *made_up))
        })
    }

    /// How far the origin may lie before the fastest arrival.
    pub(super) const fn slack_samples() -> u64 {
        SLACK_BUCKETS as u64 * BUCKET_SAMPLES
    }

    /// Moves the origin by whole buckets, to earlier (negative) or later times, and returns by how many samples.
    /// Delays before the new origin are counted at it, those beyond the last bucket in the last one.
    pub(super) fn move_origin(&mut self, samples: i64) -> i64 {
        let moved = samples.div_euclid(BUCKET_SAMPLES as i64);
        let buckets = moved.unsigned_abs().min(BUCKETS as u64) as usize;
        if moved < 0 {
            let beyond: f32 = self.counts[BUCKETS - buckets..].iter().sum();
            self.counts.copy_within(..BUCKETS - buckets, buckets);
            self.counts[..buckets].fill(0.0);
            self.counts[BUCKETS - 1] += beyond;
        } else {
            let before: f32 = self.counts[..buckets].iter().sum();
            self.counts.copy_within(buckets.., 0);
            self.counts[BUCKETS - buckets..].fill(0.0);
            self.counts[0] += before;
        }
        moved * BUCKET_SAMPLES as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 48;

    fn after(delays_ms: impl IntoIterator<Item = u64>) -> DelayHistogram {
        let mut histogram = DelayHistogram::new(960, 192_000.0, 0.0);
        for delay in delays_ms {
            histogram.note(delay * MS);
        }
        histogram
    }

    #[test]
    fn nothing_known_needs_no_delay() {
        assert_eq!(after([]).delay_for(0.01, 0.5, 960), 0);
    }

    #[test]
    fn one_in_a_hundred_may_come_too_late() {
        let histogram = after((0..300).map(|i| if i % 150 == 149 { 90 } else { i % 31 }));
        assert_eq!(histogram.delay_for(0.02, 0.0, 0), 31 * MS);
        assert_eq!(histogram.delay_for(0.001, 0.0, 0), 91 * MS);
    }

    #[test]
    fn a_frame_is_looked_ahead_for_as_far_as_it_pays() {
        let even = after((0..6_000).map(|i| i * 7 % 60));
        assert_eq!(even.delay_for(0.0101, 0.0, 960), 60 * MS, "nothing is lost");
        let lossy = even.delay_for(0.0101, 0.09, 960) / MS;
        assert!(
            (73..=75).contains(&lossy),
            "the worst tenth of the packets that would help is not waited for: {lossy}"
        );
        assert_eq!(after([0; 100]).delay_for(0.01, 0.05, 960), 21 * MS);
    }

    #[test]
    fn it_forgets_in_seconds() {
        let rough = (0..500).map(|i| i % 101);
        let calm = |frames| after(rough.clone().chain((0..frames).map(|_| 0))).delay_for(0.01, 0.0, 0) / MS;
        assert!(calm(50) > 95);
        assert_eq!(calm(1_000), 1);
    }

    #[test]
    fn weights_stay_finite_for_a_day() {
        let mut histogram = DelayHistogram::new(2_880, 192_000.0, 0.0);
        for i in 0..1_440_000_u64 {
            histogram.note(i % 10 * MS);
        }
        assert!((histogram.delay_for(0.05, 0.0, 0) / MS).abs_diff(10) <= 1);
    }

    #[test]
    fn the_origin_moves_with_everything_counted() {
        let mut histogram = after([10; 50]);
        assert_eq!(histogram.move_origin(-100), -144);
        assert_eq!(histogram.delay_for(0.01, 0.0, 0), 14 * MS);
        assert_eq!(histogram.move_origin(250), 240);
        assert_eq!(histogram.delay_for(0.01, 0.0, 0), 9 * MS);
        assert_eq!(histogram.move_origin(1_000_000), 1_000_000 / 48 * 48);
        assert_eq!(histogram.delay_for(0.01, 0.0, 0), MS);
    }
}
