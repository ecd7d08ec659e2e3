//! Both sides of a ring on simulated time.

use std::sync::Arc;
use std::time::Duration;

use super::jitter::{Conditions, Due, Order};
use crate::clock_bridge::gauges::{Gauges, RingDiagnostics};

/// A microphone or a loudspeaker, of a device or an engine, with a tone going through it.
pub(crate) trait Line {
    fn new(gauges: Arc<Gauges>, conditions: Conditions) -> Self;
    fn callback(&mut self, now: Duration, frames: usize);
    fn beat(&mut self, now: Duration);
    fn heard(&mut self) -> &mut Vec<f32>;
}

/// A run that can be interrupted.
pub(crate) struct Run<L> {
    pub(crate) line: L,
    pub(crate) order: Order,
    pub(crate) now: Duration,
    pub(crate) largest_correction: f64,
    gauges: Arc<Gauges>,
}

impl<L: Line> Run<L> {
    pub(crate) fn new(conditions: Conditions, seed: u64) -> Self {
        let gauges = Arc::new(Gauges::new());
        Self {
            line: L::new(Arc::clone(&gauges), conditions),
            order: Order::new(conditions, seed),
            now: Duration::ZERO,
            largest_correction: 0.0,
            gauges,
        }
    }

    /// Continues for a while, in which only those things happen that `happens` allows.
    pub(crate) fn go_where(&mut self, length: Duration, happens: impl Fn(Due) -> bool) -> &mut Self {
        let end = self.now + length;
        while self.now < end {
            let (due, now, frames) = self.order.next();
            self.now = now;
            match due {
                _ if !happens(due) => {}
                Due::Callback => self.line.callback(now, frames),
                Due::Beat => self.line.beat(now),
            }
            let correction = (self.diagnostics().rate_ratio - 1.0).abs();
            self.largest_correction = self.largest_correction.max(correction);
        }
        self
    }

    pub(crate) fn go(&mut self, length: Duration) -> &mut Self {
        self.go_where(length, |_| true)
    }

    pub(crate) fn diagnostics(&self) -> RingDiagnostics {
        self.gauges.read()
    }

    /// The sound since the last call.
    pub(crate) fn heard(&mut self) -> Vec<f32> {
        std::mem::take(self.line.heard())
    }
}
