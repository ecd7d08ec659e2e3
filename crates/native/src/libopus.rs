//! Safe bindings for libopus, the reference implementation of RFC 6716 in C: mono at 48 kHz, for voice.
//!
//! `consonance-audio` is the only user, with its feature `libopus`. This crate knows libopus and nothing of voice chat:
//! its three types are the library's three states.
//!
//! * `LibopusEncoder`: frames to packets, with forward error correction or deep redundancy (DRED).
//! * `LibopusDecoder`: packets to frames, with deep packet loss concealment for lost ones.
//! * `Dred`: the redundancy in a packet, for the audio before it.
//!
//! All unsafe calls to libopus are here, one call per block. Their invariants: libopus creates each state, one value
//! owns it (`state.rs`), and lengths passed to C are those of slices.
//!
//! ```
//! # fn main() -> Result<(), consonance_native::libopus::Error> {
//! use consonance_native::libopus::{EncoderOption, LibopusDecoder, LibopusEncoder};
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
//! ```

mod decoder;
mod dred;
mod encoder;
mod error;
mod state;

pub use decoder::LibopusDecoder;
pub use dred::Dred;
pub use encoder::{EncoderOption, LibopusEncoder};
pub use error::Error;

/// Samples per second of all sound here.
const SAMPLE_RATE_HZ: i32 = 48_000;
