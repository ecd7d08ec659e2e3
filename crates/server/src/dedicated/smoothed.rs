//! A share of time, smoothed over about a second.

use std::time::Duration;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Smoothed(f64);

impl Smoothed {
    /// The share as it is.
    pub(super) fn share(self) -> f64 {
        self.0
    }

    /// Adds a window with this many busy seconds; returns the resulting share, from 0 up.
    pub(super) fn note(&mut self, window: Duration, seconds: f64) -> f64 {
        let window_s = window.as_secs_f64();
        if window_s > 0.0 {
            let weight = 1.0 - (-window_s / TIME_CONSTANT_S).exp();
            self.0 += (seconds / window_s - self.0) * weight;
        }
        self.0
    }
}

/// After this time, most of the share is of newer windows.
const TIME_CONSTANT_S: f64 = 1.0;

#[cfg(test)]
mod tests {
    use super::*;

    /// The smoothed share in percent after this many windows of `ms` milliseconds with the share `of_each`.
    fn percent_after(share: &mut Smoothed, windows: usize, ms: u64, of_each: f64) -> u32 {
        let window = Duration::from_millis(ms);
        for _ in 0..windows {
            share.note(window, window.as_secs_f64() * of_each);
        }
        (share.share() * 100.0).round() as u32
    }

    #[test]
    fn after_a_second_most_of_the_share_is_of_the_newer_windows_however_long_they_are() {
        for (windows, ms) in [(1, 1000), (4, 250), (100, 10)] {
            let mut share = Smoothed::default();
            let shares = [1.0, 0.0].map(|of_each| percent_after(&mut share, windows, ms, of_each));
            assert_eq!(shares, [63, 23], "{windows} windows");
        }
    }

    #[test]
    fn a_share_that_stays_is_the_smoothed_one_in_the_end() {
        let mut share = Smoothed(0.9);
        assert_eq!(percent_after(&mut share, 100, 100, 0.4), 40);
        assert_eq!(percent_after(&mut share, 100, 0, 0.4), 40, "windows without time change nothing");
    }
}
