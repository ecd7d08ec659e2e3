//! What there is to know about a device that runs: counters and gauges, as plain data.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use consonance_audio::{SAMPLE_RATE_HZ, duration_of};

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
    /// How fast the device's sound is used up: 1.0001 means 100 ppm faster than our clock. In rest, the clocks' ratio.
    pub rate_ratio: f64,
}

impl DeviceDiagnostics {
    /// Forgets how the last device was doing; counters stay.
    pub(crate) fn without_device(&mut self) {
        let nothing = Duration::ZERO;
        (self.fill, self.target, self.latency, self.rate_ratio) = (nothing, nothing, nothing, 1.0);
    }
}

/// The same as atomics, for one direction.
#[derive(Debug)]
pub(crate) struct Gauges {
    pub(crate) xruns: AtomicU64,
    pub(crate) skipped_frames: AtomicU64,
    pub(crate) bad_samples: AtomicU64,
    pub(crate) reopened: AtomicU64,
    fill_frames: AtomicU32,
    target_frames: AtomicU32,
    latency_frames: AtomicU32,
    rate_ratio_bits: AtomicU64,
}

impl Gauges {
    pub(crate) fn new() -> Self {
        Self {
            xruns: AtomicU64::new(0),
            skipped_frames: AtomicU64::new(0),
            bad_samples: AtomicU64::new(0),
            reopened: AtomicU64::new(0),
            fill_frames: AtomicU32::new(0),
            target_frames: AtomicU32::new(0),
            latency_frames: AtomicU32::new(0),
            rate_ratio_bits: AtomicU64::new(1.0_f64.to_bits()),
        }
    }

    pub(crate) fn count(counter: &AtomicU64, number: usize) {
        counter.fetch_add(number as u64, Ordering::Relaxed);
    }

    /// Notes how the ring is doing, in frames.
    pub(crate) fn set_fill(&self, fill: f64, target: f64, latency: f64, correction: f64) {
        self.fill_frames.store(fill.max(0.0) as u32, Ordering::Relaxed);
        self.target_frames.store(target as u32, Ordering::Relaxed);
        self.latency_frames.store(latency.max(0.0) as u32, Ordering::Relaxed);
        self.rate_ratio_bits.store((1.0 + correction).to_bits(), Ordering::Relaxed);
    }

    pub(crate) fn latency(&self) -> Duration {
        lasting(self.latency_frames.load(Ordering::Relaxed))
    }

    pub(crate) fn read(&self) -> DeviceDiagnostics {
        DeviceDiagnostics {
            xruns: self.xruns.load(Ordering::Relaxed),
            skipped_frames: self.skipped_frames.load(Ordering::Relaxed),
            bad_samples: self.bad_samples.load(Ordering::Relaxed),
            reopened: self.reopened.load(Ordering::Relaxed),
            callbacks: 0,
            period_frames: 0,
            fill: lasting(self.fill_frames.load(Ordering::Relaxed)),
            target: lasting(self.target_frames.load(Ordering::Relaxed)),
            latency: self.latency(),
            rate_ratio: f64::from_bits(self.rate_ratio_bits.load(Ordering::Relaxed)),
        }
    }
}

/// What a callback tells about itself, for the beat and the watchdog; of one open device.
#[derive(Debug, Default)]
pub(crate) struct Pulse {
    /// Nanoseconds of the clock at the first and the last callback, plus one; 0 before.
    first: AtomicU64,
    last: AtomicU64,
    /// Frames of the last callback.
    last_frames: AtomicU32,
    /// Nanoseconds by which callbacks were uneven, and their most frames, since it was asked for last.
    uneven: AtomicU64,
    recent_frames: AtomicU32,
    callbacks: AtomicU64,
    largest_frames: AtomicU32,
}

impl Pulse {
    /// A callback with so many frames.
    pub(crate) fn note_callback(&self, now: Duration, frames: usize) {
        let now = now.as_nanos() as u64 + 1;
        let before = self.last.swap(now, Ordering::AcqRel);
        let frames_before = self.last_frames.swap(frames as u32, Ordering::Relaxed);
        if before == 0 {
            self.first.store(now, Ordering::Relaxed);
        } else if now.saturating_sub(self.first.load(Ordering::Relaxed)) > SETTLING_NANOS {
            let gap = now.saturating_sub(before);
            let late = gap.saturating_sub(nanos(frames_before));
            let early = nanos(frames as u32).saturating_sub(gap);
            self.uneven.fetch_max(late.max(early), Ordering::Relaxed);
        }
        self.callbacks.fetch_add(1, Ordering::Relaxed);
        self.largest_frames.fetch_max(frames as u32, Ordering::Relaxed);
        self.recent_frames.fetch_max(frames as u32, Ordering::Relaxed);
    }

    /// How the callbacks have been since this was asked for last.
    pub(crate) fn take_news(&self) -> PulseNews {
        let uneven = Duration::from_nanos(self.uneven.swap(0, Ordering::Relaxed));
        let most_frames = self.recent_frames.swap(0, Ordering::Relaxed) as usize;
        PulseNews { uneven, most_frames }
    }

    /// When the last callback was.
    pub(crate) fn last(&self) -> Option<Duration> {
        self.last.load(Ordering::Acquire).checked_sub(1).map(Duration::from_nanos)
    }

    pub(crate) fn callbacks(&self) -> u64 {
        self.callbacks.load(Ordering::Relaxed)
    }

    pub(crate) fn largest_frames(&self) -> usize {
        self.largest_frames.load(Ordering::Relaxed) as usize
    }

    /// Frames of the device's clock since the last callback, at most as many as its callbacks have: what the device
    /// has recorded or played already without having told.
    pub(crate) fn frames_since(&self, now: Duration) -> f64 {
        let Some(last) = self.last() else { return 0.0 };
        let elapsed = now.saturating_sub(last).as_secs_f64() * RATE_HZ;
        elapsed.min(self.largest_frames() as f64)
    }
}

/// How callbacks have been for a while.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PulseNews {
    /// By how much one came later than the one before it lasted, or took or brought more than the time since then.
    pub(crate) uneven: Duration,
    /// Most frames of one of them.
    pub(crate) most_frames: usize,
}

/// Devices begin irregularly: what they do in the first half second says nothing about later.
const SETTLING_NANOS: u64 = 500_000_000;

/// Frames per second, as a number to calculate with.
pub(crate) const RATE_HZ: f64 = SAMPLE_RATE_HZ as f64;

fn nanos(frames: u32) -> u64 {
    u64::from(frames) * 1_000_000_000 / u64::from(SAMPLE_RATE_HZ)
}

fn lasting(frames: u32) -> Duration {
    duration_of(frames.into())
}
