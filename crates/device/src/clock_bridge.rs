//! Audio between two clocks: that of a device or a game engine, and the 10 ms beat of a voice chat.
//!
//! ```text
//!  the other clock │              │ beat of 10 ms
//!     callback ────┼──▶ ring ──▶ resampler ──▶ CaptureReader::read
//!     callback ◀───┼─── ring ◀── resampler ◀── PlaybackWriter::write
//!                  │              │ ratio: 1 ± 0.5 %, keeps the ring near the smallest stable fill
//! ```
//!
//! * The ends in a callback ([`CaptureFeed`], [`PlaybackDrain`]) never allocate, lock or log: they move samples between
//!   the other side and a lock-free ring, and fade out when the ring runs empty.
//! * Two clocks drift apart. The drift and the jitter of both sides are measured, and the resampling ratio follows
//!   (`fill_control.rs`).
//! * A device is opened at 48 kHz; an engine has its own rate, which may change: [`EngineFeed`] and [`EngineDrain`]
//!   convert in the callback (`rate_converter.rs`).
//!
//! The caller supplies the time ([`Clock`]), so tests run on simulated time.
//!
//! ```
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! use consonance_audio::BLOCK_SAMPLES;
//! use consonance_device::clock_bridge::{EngineDrain, Gauges, RingBounds, playback};
//!
//! let (mut writer, drain, _) = playback::<1>(Arc::new(Gauges::new()), RingBounds::ENGINE);
//! let mut drain = EngineDrain::new(drain);
//! let mut callback = [0.0; 2 * 441];
//! for beat in 0..20 {
//!     let now = Duration::from_millis(10 * beat);
//!     writer.write_mono(now, &[0.25; BLOCK_SAMPLES]);
//!     // Stereo at 44.1 kHz, from a real-time thread.
//!     drain.fill(now, &mut callback, 2, 44_100);
//! }
//! assert!(callback.iter().all(|sample| (sample - 0.25).abs() < 0.001));
//! ```

mod capture;
mod clock;
mod drift_resampler;
mod engine;
mod fade;
mod fill_control;
mod gauges;
pub mod limits;
mod playback;
mod pulse;
mod rate_converter;
#[cfg(test)]
mod tests;

pub use capture::{CaptureFeed, CaptureReader, capture};
pub use clock::Clock;
pub use engine::{EngineDrain, EngineFeed};
pub use gauges::{Gauges, RingDiagnostics};
pub use limits::RingBounds;
pub use playback::{PlaybackDrain, PlaybackWriter, playback};
pub use pulse::Pulse;
