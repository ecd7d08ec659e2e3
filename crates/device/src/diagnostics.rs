//! What there is to know about a device that runs: counters and gauges, as plain data.

use std::time::Duration;

use consonance_clock_bridge::{Pulse, RingDiagnostics};

/// How one direction has been doing since the devices were opened; counters go on when a device is changed.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct DeviceDiagnostics {
    /// How often sound was missing or too much, so that it had to be interrupted: each is a short fade.
    pub xruns: u64,
    /// Frames thrown away because they came too late, or too many at once.
    pub skipped_frames: u64,
    /// Samples that were not numbers, or infinite; they became silence.
    pub bad_samples: u64,
    /// How often a device was opened again because it was lost, the default changed, or the one chosen came back.
    pub reopened: u64,
    /// Callbacks of the device that is open.
    pub callbacks: u64,
    /// Most frames in one of them.
    pub period_frames: u32,
    /// Sound in the ring, averaged over half a second; 0 without a device, as are the next two.
    pub fill: Duration,
    /// What the ring aims for.
    pub target: Duration,
    /// From the callback to the beat, or the other way, ring and resampler together.
    pub latency: Duration,
    /// How fast what is in the ring is used up, or how slowly it is made: 1 without resampling.
    pub rate_ratio: f64,
    /// By which part the device's clock is faster than ours, as far as it is known: 0.0001 means 100 ppm.
    pub drift: f64,
}

impl DeviceDiagnostics {
    /// Of a ring whose devices were opened again so often; of the device that is open, if one is.
    pub(crate) fn of(ring: &RingDiagnostics, reopened: u64, open: Option<&Pulse>) -> Self {
        let RingDiagnostics { xruns, skipped_frames, bad_samples, .. } = *ring;
        let counted =
            Self { xruns, skipped_frames, bad_samples, reopened, rate_ratio: 1.0, ..Self::default() };
        let Some(pulse) = open else { return counted };
        Self {
            callbacks: pulse.callbacks(),
            period_frames: pulse.largest_frames() as u32,
            fill: ring.fill,
            target: ring.target,
            latency: ring.latency,
            rate_ratio: ring.rate_ratio,
            drift: ring.drift,
            ..counted
        }
    }
}
