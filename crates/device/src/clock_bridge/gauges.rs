//! Diagnostics of a ring: counters and gauges, as plain data.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use consonance_audio::duration_of;

use crate::clock_bridge::fill_control::FillControl;

/// Counters and gauges of a ring; counters continue when another ring takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct RingDiagnostics {
    /// How often sound was interrupted because it was missing or there was too much of it: each is a short fade.
    pub xruns: u64,
    /// Frames thrown away because they came too late, or too many at once.
    pub skipped_frames: u64,
    /// Samples that were not numbers, or infinite; they became silence.
    pub bad_samples: u64,
    /// Sound in the ring, averaged over half a second; 0 without one, as are the next two.
    pub fill: Duration,
    /// The target fill.
    pub target: Duration,
    /// Latency from the callback to the beat, or the other way, of ring and resampler together.
    pub latency: Duration,
    /// The resampling ratio: how fast the ring is emptied, or how slowly it is filled; 1 without resampling.
    pub rate_ratio: f64,
    /// The fraction by which the other side's clock is faster than ours, as far as it is known: 0.0001 means 100 ppm.
    pub drift: f64,
}

impl RingDiagnostics {
    /// The counters, with the gauges of a ring that is not in use.
    #[must_use]
    pub fn counters(self) -> Self {
        let Self { xruns, skipped_frames, bad_samples, .. } = self;
        Self { xruns, skipped_frames, bad_samples, rate_ratio: 1.0, ..Self::default() }
    }
}

/// The same values as atomics, which both ends of a ring update.
#[derive(Debug)]
pub struct Gauges {
    pub(crate) xruns: AtomicU64,
    pub(crate) skipped_frames: AtomicU64,
    pub(crate) bad_samples: AtomicU64,
    fill_frames: AtomicU32,
    target_frames: AtomicU32,
    latency_frames: AtomicU32,
    rate_ratio_bits: AtomicU64,
    drift_bits: AtomicU64,
}

impl Gauges {
    /// All at 0.
    pub fn new() -> Self {
        Self {
            xruns: AtomicU64::new(0),
            skipped_frames: AtomicU64::new(0),
            bad_samples: AtomicU64::new(0),
            fill_frames: AtomicU32::new(0),
            target_frames: AtomicU32::new(0),
            latency_frames: AtomicU32::new(0),
            rate_ratio_bits: AtomicU64::new(1.0_f64.to_bits()),
            drift_bits: AtomicU64::new(0.0_f64.to_bits()),
        }
    }

    pub(crate) fn count(counter: &AtomicU64, number: usize) {
        counter.fetch_add(number as u64, Ordering::Relaxed);
    }

    /// Notes the state of the ring: that of its control, the resampler's delay in frames, and the fraction by which the
    /// other side's clock is faster.
    pub(crate) fn note(&self, control: &FillControl, resampler_frames: usize, drift: f64) {
        let latency = control.level() + resampler_frames as f64;
        self.fill_frames.store(control.level().max(0.0) as u32, Ordering::Relaxed);
        self.target_frames.store(control.target() as u32, Ordering::Relaxed);
        self.latency_frames.store(latency.max(0.0) as u32, Ordering::Relaxed);
        self.rate_ratio_bits.store((1.0 + control.correction()).to_bits(), Ordering::Relaxed);
        self.drift_bits.store(drift.to_bits(), Ordering::Relaxed);
    }

    /// Latency from the callback to the beat, or the other way.
    pub fn latency(&self) -> Duration {
        lasting(self.latency_frames.load(Ordering::Relaxed))
    }

    /// The current counters and gauges.
    pub fn read(&self) -> RingDiagnostics {
        RingDiagnostics {
            xruns: self.xruns.load(Ordering::Relaxed),
            skipped_frames: self.skipped_frames.load(Ordering::Relaxed),
            bad_samples: self.bad_samples.load(Ordering::Relaxed),
            fill: lasting(self.fill_frames.load(Ordering::Relaxed)),
            target: lasting(self.target_frames.load(Ordering::Relaxed)),
            latency: self.latency(),
            rate_ratio: f64::from_bits(self.rate_ratio_bits.load(Ordering::Relaxed)),
            drift: f64::from_bits(self.drift_bits.load(Ordering::Relaxed)),
        }
    }
}

impl Default for Gauges {
    fn default() -> Self {
        Self::new()
    }
}

fn lasting(frames: u32) -> Duration {
    duration_of(frames.into())
}
