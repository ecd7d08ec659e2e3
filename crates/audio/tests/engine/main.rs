//! The engine through its public API, on a simulated playback clock.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails, helpers included")]

mod call;
mod codec;
mod jitter_buffer;
mod mixer;
mod signal;
mod wav;
