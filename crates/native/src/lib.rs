//! C libraries behind safe functions: everything of the project that calls C, so that it is checked in one place.
//!
//! | feature | by default | adds |
//! |---|---|---|
//! | `fine-timers` | no | [`fine_timers`]: waits that are precise to a millisecond, on Windows too |
//! | `libopus` | no | `libopus`: the reference implementation of Opus; needs cmake |
//! | `miniaudio` | no | [`miniaudio`]: the sound systems of all platforms |
//!
//! The modules know nothing of voice chat and nothing of each other.
//!
//! ```
//! # #[cfg(feature = "miniaudio")]
//! # fn main() -> Result<(), consonance_native::miniaudio::MiniaudioError> {
//! use consonance_native::miniaudio::{AudioSystem, Context};
//!
//! // The sound system that is there on any machine, without hardware.
//! let devices = Context::new(AudioSystem::Null)?.devices()?;
//! assert_eq!(devices.len(), 2);
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "miniaudio"))]
//! # fn main() {}
//! ```
//!
//! Each call of C is a block of its own with the invariant above it; sanitizers and Miri check them
//! (`cargo xtask check sanitize`).
//!
//! Needs Rust 1.95 or later.

#[cfg(feature = "fine-timers")]
pub mod fine_timers;
#[cfg(feature = "libopus")]
pub mod libopus;
#[cfg(feature = "miniaudio")]
pub mod miniaudio;
