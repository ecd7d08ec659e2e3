//! Remembers delays that come back every few seconds, such as a radio that looks for other networks.

use crate::block::SamplePosition;

/// By how much an arrival must be slower than usual to be a peak, 20 ms.
const LEAST_SAMPLES: u64 = 960;

/// Slow arrivals within this, half a second, belong to one peak.
const PEAK_SAMPLES: u64 = 24_000;

/// Peaks further apart than this, 10 s, have nothing to do with each other.
const LONGEST_PERIOD_SAMPLES: u64 = 480_000;

/// How many peaks are remembered.
const REMEMBERED: usize = 4;

/// The last peaks of delay, newest first.
#[derive(Debug, Default)]
pub(super) struct DelayPeaks {
    peaks: [Option<Peak>; REMEMBERED],
}

#[derive(Debug, Clone, Copy)]
struct Peak {
    began: SamplePosition,
    height: u64,
}

impl DelayPeaks {
    /// Notes an arrival, so many samples after the fastest, where `usual` is what the others need.
    pub(super) fn note(&mut self, arrived: SamplePosition, delay: u64, usual: u64) {
        if delay < usual + LEAST_SAMPLES {
            return;
        }
        match &mut self.peaks[0] {
            Some(newest) if arrived.samples_since(newest.began) < PEAK_SAMPLES => {
                newest.height = newest.height.max(delay);
            }
            _ => {
                self.peaks.rotate_right(1);
                self.peaks[0] = Some(Peak { began: arrived, height: delay });
            }
        }
    }

    /// The delay to be ready for, in samples after the fastest: the highest of peaks that keep coming back, or
    /// 0. They do as long as there were two, and the next is not overdue by a whole period.
    pub(super) fn height(&self, now: SamplePosition) -> u64 {
        let mut later = now;
        let mut longest_period = 0;
        let mut height = 0;
        let mut count = 0;
        for (i, peak) in self.peaks.iter().flatten().enumerate() {
            let gap = later.samples_since(peak.began);
            if i > 0 && gap > LONGEST_PERIOD_SAMPLES {
                break;
            }
            if i > 0 {
                longest_period = gap.max(longest_period);
            }
            later = peak.began;
            height = peak.height.max(height);
            count += 1;
        }
        let since = self.peaks[0].map_or(0, |newest| now.samples_since(newest.began));
        if count >= 2 && since <= 2 * longest_period { height } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 48_000;

    fn peaks(at_seconds: &[u64]) -> DelayPeaks {
        let mut peaks = DelayPeaks::default();
        for &second in at_seconds {
            for (after, delay) in [(0, 5_000), (100, 6_000), (2_000, 4_000)] {
                peaks.note(SamplePosition(second * SECOND + after), delay, 1_000);
            }
        }
        peaks
    }

    fn height(peaks: &DelayPeaks, second: u64) -> u64 {
        peaks.height(SamplePosition(second * SECOND))
    }

    #[test]
    fn a_single_peak_is_an_accident() {
        assert_eq!(height(&peaks(&[10]), 11), 0);
    }

    #[test]
    fn peaks_that_come_back_are_waited_for_until_they_no_longer_do() {
        let peaks = peaks(&[10, 14, 19]);
        assert_eq!(height(&peaks, 20), 6_000);
        assert_eq!(height(&peaks, 29), 6_000);
        assert_eq!(height(&peaks, 30), 0);
    }

    #[test]
    fn peaks_far_apart_have_nothing_to_do_with_each_other() {
        assert_eq!(height(&peaks(&[10, 21]), 22), 0);
    }

    #[test]
    fn what_is_hardly_slower_than_usual_is_no_peak() {
        let mut peaks = DelayPeaks::default();
        for second in 0..20 {
            peaks.note(SamplePosition(second * SECOND), 1_900, 1_000);
        }
        assert_eq!(height(&peaks, 20), 0);
    }
}
