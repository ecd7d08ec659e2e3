//! When callbacks come, and how many frames they have.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use consonance_audio::SAMPLE_RATE_HZ;

/// What the callbacks of one ring tell about themselves, for the beat and for a watchdog. Frames are those of 48 kHz.
#[derive(Debug, Default)]
pub struct Pulse {
    /// Nanoseconds of the clock at the first and the last callback, plus one; 0 before.
    first: AtomicU64,
    last: AtomicU64,
    /// Frames of the last callback.
    last_frames: AtomicU32,
    /// Nanoseconds by which callbacks were late, and by which they took or brought too much; the most frames that one
    /// had more than the one before; their most frames: all since it was asked for last.
    late: AtomicU64,
    early: AtomicU64,
    grown: AtomicU32,
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
            self.late.fetch_max(late, Ordering::Relaxed);
            self.early.fetch_max(early, Ordering::Relaxed);
            self.grown.fetch_max((frames as u32).saturating_sub(frames_before), Ordering::Relaxed);
        }
        self.callbacks.fetch_add(1, Ordering::Relaxed);
        self.largest_frames.fetch_max(frames as u32, Ordering::Relaxed);
        self.recent_frames.fetch_max(frames as u32, Ordering::Relaxed);
    }

    /// How the callbacks have been since this was asked for last.
    pub(crate) fn take_news(&self) -> PulseNews {
        let since_then = |nanos: &AtomicU64| Duration::from_nanos(nanos.swap(0, Ordering::Relaxed));
        PulseNews {
            late: since_then(&self.late),
            early: since_then(&self.early),
            grown_frames: self.grown.swap(0, Ordering::Relaxed) as usize,
            most_frames: self.recent_frames.swap(0, Ordering::Relaxed) as usize,
        }
    }

    /// When the last callback was.
    pub fn last(&self) -> Option<Duration> {
        self.last.load(Ordering::Acquire).checked_sub(1).map(Duration::from_nanos)
    }

    /// How many there were.
    pub fn callbacks(&self) -> u64 {
        self.callbacks.load(Ordering::Relaxed)
    }

    /// Most frames in one of them.
    pub fn largest_frames(&self) -> usize {
        self.largest_frames.load(Ordering::Relaxed) as usize
    }

    /// Frames since the last callback, at most as many as callbacks have: what was recorded or played already and not
    /// told yet.
    pub(crate) fn frames_since(&self, now: Duration) -> f64 {
        let Some(last) = self.last() else { return 0.0 };
        let elapsed = now.saturating_sub(last).as_secs_f64() * RATE_HZ;
        elapsed.min(self.largest_frames() as f64)
    }
}

/// How callbacks have been for a while.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PulseNews {
    /// By how much one came later than the one before it lasted.
    pub(crate) late: Duration,
    /// By how much one took or brought more than the time since the one before.
    pub(crate) early: Duration,
    /// The most frames that one had more than the one before.
    pub(crate) grown_frames: usize,
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
