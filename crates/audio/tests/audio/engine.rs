//! The engine through its public API, on a simulated playback clock.

mod call;
mod codec;
mod jitter_buffer;
mod mixer;
mod signal;
mod wav;
