//! libopus (the reference implementation of RFC 6716, in C) behind safe functions: mono at 48 kHz, for voices.
//!
//! `consonance-audio` is the only user, with its feature `libopus`. This crate knows which call of libopus needs
//! what, and nothing of voice chat: its three types are the library's three states.
//!
//! * `LibopusEncoder`: frames to packets, with copies (forward error correction) or deep redundancy (DRED) in them.
//! * `LibopusDecoder`: packets to frames, and deep concealment where there are none.
//! * `Dred`: what a packet tells of the sound before it.
//!
//! All calls of `unsafe` functions in the workspace are here, a call a block. What they rely on: a state is made by
//! libopus, is owned by one value (`state.rs`), and lengths that C gets are those of slices.
//!
//! ```
//! # #[cfg(feature = "link")]
//! # fn main() -> Result<(), consonance_libopus::Error> {
//! use consonance_libopus::{EncoderOption, LibopusDecoder, LibopusEncoder};
//!
//! let mut encoder = LibopusEncoder::new(false)?;
//! encoder.set(EncoderOption::Bitrate(32_000))?;
//! // 20 ms of silence.
//! let (mut frame, mut packet) = ([0.0; 960], [0; 1500]);
//! let length = encoder.encode(&frame, &mut packet)?;
//!
//! let mut decoder = LibopusDecoder::new(false)?;
//! assert_eq!(decoder.decode(&packet[..length], &mut frame), Ok(960));
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "link"))]
//! # fn main() {}
//! ```
//!
//! # Features
//!
//! | feature | by default | adds |
//! |---|---|---|
//! | `link` | no | everything: cmake builds libopus; without it there is nothing here, so that nothing but cargo and a C compiler is needed to build the workspace |
//!
//! Needs Rust 1.95 or later.

#[cfg(feature = "link")]
mod decoder;
#[cfg(feature = "link")]
mod dred;
#[cfg(feature = "link")]
mod encoder;
#[cfg(feature = "link")]
mod error;
#[cfg(feature = "link")]
mod state;

#[cfg(feature = "link")]
pub use decoder::LibopusDecoder;
#[cfg(feature = "link")]
pub use dred::Dred;
#[cfg(feature = "link")]
pub use encoder::{EncoderOption, LibopusEncoder};
#[cfg(feature = "link")]
pub use error::Error;

/// Samples per second of all sound here.
#[cfg(feature = "link")]
const SAMPLE_RATE_HZ: i32 = 48_000;
