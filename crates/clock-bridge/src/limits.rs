//! Every bound of the rings: the number, why, and which counter moves when it is hit.

/// How far the ratio of resampling may be from 1: ±0.5 %, 9 cents, less than a listener notices in speech.
/// Clocks of devices drift by up to ±200 ppm; the rest is for going back to the target.
pub const CORRECTION_MAX: f64 = 0.005;

/// Frames above the target at which catching up by resampling would take too long, 100 ms: they are skipped, counted
/// in `xruns` and `skipped_frames` of [`RingDiagnostics`](crate::RingDiagnostics).
pub const EXCURSION_FRAMES_MAX: usize = 4_800;

/// Samples per second that an engine may have: those of telephones up to those of studios. Others give silence.
pub const ENGINE_RATES_HZ: std::ops::RangeInclusive<u32> = 8_000..=192_000;

/// How much a ring holds, in frames of 48 kHz. What does not fit is dropped, counted in `skipped_frames` of
/// [`RingDiagnostics`](crate::RingDiagnostics).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RingBounds {
    /// Frames that it holds.
    pub ring_frames: usize,
    /// Frames that it aims for at most.
    pub target_frames_max: usize,
    /// Frames that it aims for besides at the beginning, until it is known how uneven the callbacks are.
    pub caution_frames: usize,
}

impl RingBounds {
    /// For a device, which is asked for periods of 10 ms: 500 ms, ten times what any target may be; at most 200 ms are
    /// aimed for, beyond which a device is of no use for talking.
    pub const DEVICE: Self = Self { ring_frames: 24_000, target_frames_max: 9_600, caution_frames: 0 };

    /// For an engine, whose callbacks may have 8192 frames at 8 kHz, a second of sound, and whose mixer may be called
    /// by a thread that is not on time to the millisecond: 6 ms more at the beginning.
    pub const ENGINE: Self = Self { ring_frames: 65_536, target_frames_max: 54_000, caution_frames: 288 };
}
