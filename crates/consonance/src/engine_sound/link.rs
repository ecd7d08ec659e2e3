//! State shared by both ends of a ring between an engine and a chat, besides the sound.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use consonance_audio::duration_of;
use consonance_device::clock_bridge::{Clock, Gauges, Pulse};

use crate::statistics::EngineSoundRow;

/// Time, counters, and the engine's sample rate.
#[derive(Clone, Debug)]
pub(crate) struct EngineLink {
    clock: Clock,
    gauges: Arc<Gauges>,
    pulse: Arc<Pulse>,
    rate_hz: Arc<AtomicU32>,
}

impl EngineLink {
    pub(crate) fn new(clock: Clock, gauges: Arc<Gauges>, pulse: Arc<Pulse>) -> Self {
        Self { clock, gauges, pulse, rate_hz: Arc::default() }
    }

    pub(crate) fn now(&self) -> Duration {
        self.clock.now()
    }

    /// Notes a callback of the engine with this rate; returns its time.
    pub(crate) fn note_call(&self, rate_hz: u32) -> Duration {
        self.rate_hz.store(rate_hz, Ordering::Relaxed);
        self.clock.now()
    }

    /// Time since the engine's last callback; `None` before the first one.
    pub(crate) fn silent_for(&self) -> Option<Duration> {
        Some(self.clock.now().saturating_sub(self.pulse.last()?))
    }

    pub(crate) fn row(&self) -> EngineSoundRow {
        let ring = self.gauges.read();
        EngineSoundRow {
            callbacks: self.pulse.callbacks(),
            rate_hz: self.rate_hz.load(Ordering::Relaxed),
            period: duration_of(self.pulse.largest_frames() as u64),
            silent_for: self.silent_for(),
            interruptions: ring.xruns,
            skipped_frames: ring.skipped_frames,
            bad_samples: ring.bad_samples,
            fill: ring.fill,
            target: ring.target,
            latency: ring.latency,
            drift_ppm: (ring.drift * 1e6) as f32,
        }
    }
}
