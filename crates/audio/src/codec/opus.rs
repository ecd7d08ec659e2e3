//! Opus at 48 kHz for voice and music (RFC 6716), from one of the libraries in this build.
//!
//! Encoders are told that everything is voice, which gives the same modes and bits as the application VOIP; that of
//! `opus-pure` is told so only where loss is expected, and otherwise detects music by itself, which it then encodes
//! as such: as voice, music loses 3 dB at 4 to 8 kHz at 24 kbit/s.
//! The result differs from VOIP only in the built-in high-pass around 80 Hz, which is left out because it bends the
//! phase of low voices: recorded speech then correlates with itself by 0.80 instead of 0.97. Rumble is the capture
//! chain's task.

mod coding;
mod decoder;
mod encoder;
#[cfg(feature = "libopus")]
mod libopus;
mod library;
mod pure;
mod redundancy;
mod repeat;
mod settings;
mod two_channels;

pub use decoder::OpusDecoder;
pub use encoder::OpusEncoder;
pub use library::OpusLibrary;
pub use settings::{EncoderSettings, RateMode, Redundancy};
