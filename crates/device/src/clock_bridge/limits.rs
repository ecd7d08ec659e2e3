//! Every bound of the rings: the number, why, and which counter moves when it is hit.

/// The largest deviation of the resampling ratio from 1: ±0.5 %, 9 cents, less than a listener notices in speech.
/// Device clocks drift by up to ±200 ppm; the rest serves to return to the target.
pub const CORRECTION_MAX: f64 = 0.005;

/// Frames above the target at which catching up by resampling would take too long, 100 ms: they are skipped, counted
/// in `xruns` and `skipped_frames` of [`RingDiagnostics`](crate::clock_bridge::RingDiagnostics).
pub const EXCURSION_FRAMES_MAX: usize = 4_800;

/// The sample rates that an engine may have: from telephones to studios. Other rates give silence.
pub const ENGINE_RATES_HZ: std::ops::RangeInclusive<u32> = 8_000..=192_000;

/// The capacity of a ring, in frames of 48 kHz. Frames that do not fit are dropped, counted in `skipped_frames` of
/// [`RingDiagnostics`](crate::clock_bridge::RingDiagnostics).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RingBounds {
    /// The capacity.
    pub ring_frames: usize,
    /// The highest target fill.
    pub target_frames_max: usize,
    /// Added to the target at the beginning, until the jitter of the callbacks is known.
    pub caution_frames: usize,
}

impl RingBounds {
    /// For a device, which is asked for periods of 10 ms: 500 ms, far more than any target. The target is limited to
    /// 200 ms, beyond which a device is useless for conversation.
    pub const DEVICE: Self = Self { ring_frames: 24_000, target_frames_max: 9_600, caution_frames: 0 };

    /// For an engine, whose callbacks may have 8192 frames at 8 kHz, a second of sound, and whose mixer may be called
    /// by a thread without millisecond precision: 6 ms more at the beginning.
    pub const ENGINE: Self = Self { ring_frames: 65_536, target_frames_max: 54_000, caution_frames: 288 };
}
