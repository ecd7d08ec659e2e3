//! Diagnostics of a running device: counters and gauges, as plain data.

use std::time::Duration;

use consonance_clock_bridge::{Pulse, RingDiagnostics};

/// Counters and gauges of one direction since the devices were opened; counters continue when a device is changed.
///
/// Most come from the ring between callback and beat, but are not a [`RingDiagnostics`]: a ring keeps its last gauges
/// while no device is open, and a device has none then.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct DeviceDiagnostics {
    /// How often sound was missing or too much, so that it had to be interrupted: each is a short fade.
    pub xruns: u64,
    /// Frames thrown away because they came too late, or too many at once.
    pub skipped_frames: u64,
    /// Samples that were not numbers, or infinite; they became silence.
    pub bad_samples: u64,
    /// How often a device was opened again because it was lost, the default changed, or the selected one came back.
    pub reopened: u64,
    /// Callbacks of the open device.
    pub callbacks: u64,
    /// Most frames in one of them.
    pub period_frames: u32,
    /// Sound in the ring, averaged over half a second; 0 without a device, as are the next two.
    pub fill: Duration,
    /// The target fill.
    pub target: Duration,
    /// Latency from the callback to the beat, or the other way, of ring and resampler together.
    pub latency: Duration,
    /// The resampling ratio: how fast the ring is emptied, or how slowly it is filled; 1 without resampling.
    pub rate_ratio: f64,
    /// The fraction by which the device's clock is faster than ours, as far as it is known: 0.0001 means 100 ppm.
    pub drift: f64,
}

impl DeviceDiagnostics {
    /// From a ring whose devices were reopened `reopened` times, and from the open device, if any.
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
