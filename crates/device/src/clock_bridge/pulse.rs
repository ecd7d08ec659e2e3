//! Times and sizes of callbacks.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use consonance_audio::SAMPLE_RATE_HZ;

/// Timing and sizes of one ring's callbacks, for the beat and for a watchdog. Frames are at 48 kHz.
#[derive(Debug, Default)]
pub struct Pulse {
    /// Nanoseconds of the clock at the first and the last callback, plus one; 0 before.
    first: AtomicU64,
    last: AtomicU64,
    /// Frames of the last callback.
    last_frames: AtomicU32,
    /// Since the last query: nanoseconds by which callbacks were late, and by which they took or brought too much; the
    /// largest increase in frames from one to the next; their most frames.
    late: AtomicU64,
    early: AtomicU64,
    grown: AtomicU32,
    recent_frames: AtomicU32,
    callbacks: AtomicU64,
    largest_frames: AtomicU32,
}

impl Pulse {
    /// Notes a callback with this number of frames.
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
            self.late.fetch_max(late, Ordering::Relaxed);
            self.early.fetch_max(early, Ordering::Relaxed);
            self.grown.fetch_max((frames as u32).saturating_sub(frames_before), Ordering::Relaxed);
        }
        self.callbacks.fetch_add(1, Ordering::Relaxed);
        self.largest_frames.fetch_max(frames as u32, Ordering::Relaxed);
        self.recent_frames.fetch_max(frames as u32, Ordering::Relaxed);
    }

    /// The timing of the callbacks since the last call.
    pub(crate) fn take_news(&self) -> PulseNews {
        let since_then = |nanos: &AtomicU64| Duration::from_nanos(nanos.swap(0, Ordering::Relaxed));
        PulseNews {
            late: since_then(&self.late),
            early: since_then(&self.early),
            grown_frames: self.grown.swap(0, Ordering::Relaxed) as usize,
            most_frames: self.recent_frames.swap(0, Ordering::Relaxed) as usize,
        }
    }

    /// The time of the last callback.
    pub fn last(&self) -> Option<Duration> {
        self.last.load(Ordering::Acquire).checked_sub(1).map(Duration::from_nanos)
    }

    /// The number of callbacks so far.
    pub fn callbacks(&self) -> u64 {
        self.callbacks.load(Ordering::Relaxed)
    }

    /// The most frames of any callback.
    pub fn largest_frames(&self) -> usize {
        self.largest_frames.load(Ordering::Relaxed) as usize
    }

    /// Frames since the last callback that were already recorded or played but not reported yet, at most as many as the
    /// largest callback.
    pub(crate) fn frames_since(&self, now: Duration) -> f64 {
        let Some(last) = self.last() else { return 0.0 };
        let elapsed = now.saturating_sub(last).as_secs_f64() * RATE_HZ;
        elapsed.min(self.largest_frames() as f64)
    }
}

/// Timing of callbacks over an interval.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PulseNews {
    /// By how much a callback came later than the duration of the previous one.
    pub(crate) late: Duration,
    /// By how much a callback took or brought more than the time since the previous one.
    pub(crate) early: Duration,
    /// The largest increase in frames from one callback to the next.
    pub(crate) grown_frames: usize,
    /// The most frames of any of these callbacks.
    pub(crate) most_frames: usize,
}

/// Devices start irregularly: their first half second says nothing about later.
const SETTLING_NANOS: u64 = 500_000_000;

/// Frames per second, as a float.
pub(crate) const RATE_HZ: f64 = SAMPLE_RATE_HZ as f64;

fn nanos(frames: u32) -> u64 {
    u64::from(frames) * 1_000_000_000 / u64::from(SAMPLE_RATE_HZ)
}
