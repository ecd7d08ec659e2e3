//! A share of time, smoothed over about a second.

use std::time::Duration;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Smoothed(f64);

impl Smoothed {
    /// The share as it is.
    pub(super) fn share(self) -> f64 {
        self.0
    }

    /// Of this window, so much time; the share that results, from 0 up.
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
