//! The WebAssembly module that a page loads when WebRTC is blocked: audio and the player's engine.
//!
//! A page instantiates it twice, each with its own memory: the worker encodes microphone input, and the `AudioWorklet`
//! plays the other players. `exports.rs` has the functions that JavaScript calls; their data passes through the
//! [`Exchange`]. The TypeScript side is `web/src/fallback`.
//!
//! ```text
//! worker    microphone ─▶ VoiceEncoder ─▶ PagePlayer ─▶ packets to the server
//!           packets from the server ─▶ PagePlayer ─▶ frames for slots ─▶ worklet
//! worklet   Playback: a jitter buffer and a decoder for each slot ─▶ one mono stream for each slot
//! ```
//!
//! Nothing here reads a clock, and no packet from a server can crash it: invalid packets are dropped.

mod exchange;
#[cfg(target_family = "wasm")]
mod exports;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
mod instance;
mod page_player;
mod playback;
mod slot_voice;
mod voice_encoder;

pub use exchange::{EXCHANGE_BYTES, Exchange, SAMPLES};
pub use instance::Instance;
pub use page_player::PagePlayer;
pub use playback::{Playback, ReceptionStatistics, SLOTS_MAX};
pub use voice_encoder::VoiceEncoder;
