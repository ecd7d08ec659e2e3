//! Between sound devices and a voice chat: rings that follow the clocks of both, and microphones and loudspeakers.
//!
//! * [`clock_bridge`]: rings between the clock of a device, or of a game engine, and the voice chat's beat of 10 ms.
//! * [`devices`], with the feature `devices`: microphones and loudspeakers, listed, opened, watched and switched while
//!   running. An engine that has its own does without.
//!
//! ```
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! use consonance_audio::BLOCK_SAMPLES;
//! use consonance_device::clock_bridge::{EngineDrain, Gauges, RingBounds, playback};
//!
//! // The voice chat writes 10 ms into a ring, and the engine's callback takes what it needs, at its own rate.
//! let (mut writer, drain, _) = playback::<1>(Arc::new(Gauges::new()), RingBounds::ENGINE);
//! writer.write_mono(Duration::ZERO, &[0.25; BLOCK_SAMPLES]);
//! EngineDrain::new(drain).fill(Duration::ZERO, &mut [0.0; 2 * 441], 2, 44_100);
//! ```
//!
//! # Features
//!
//! | feature | by default | adds |
//! |---|---|---|
//! | `devices` | no | microphones and loudspeakers, by miniaudio |
//! | `serde` | no | selections can be read from files and written to them |
//!
//! Needs Rust 1.95 or later.

#![forbid(unsafe_code)]

pub mod clock_bridge;
#[cfg(feature = "devices")]
pub mod devices;
