//! What a page loads where WebRTC does not come through: sound and the player's engine, compiled to WebAssembly.
//!
//! A page uses it twice, each time with a memory of its own: its worker encodes what the microphone brings, and its
//! `AudioWorklet` plays what others say. What JavaScript calls is in `exports.rs`, and everything that is said there
//! passes through the [`Exchange`]; the TypeScript beside it is `web/src/fallback`.
//!
//! ```text
//! worker    microphone ─▶ VoiceEncoder ─▶ PagePlayer ─▶ packets to the server
//!           packets from the server ─▶ PagePlayer ─▶ frames for slots ─▶ worklet
//! worklet   Playback: a jitter buffer and a decoder for each slot ─▶ one mono sound for each slot
//! ```
//!
//! Nothing here reads a clock, and nothing that a server sends can end it: what cannot be used is dropped.
#![deny(unsafe_code)]

mod exchange;
#[cfg(target_family = "wasm")]
mod exports;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
mod instance;
mod page_player;
mod playback;
mod voice_encoder;

pub use exchange::{EXCHANGE_BYTES, Exchange, SAMPLES};
pub use instance::Instance;
pub use page_player::PagePlayer;
pub use playback::{Playback, ReceptionStatistics, SLOTS_MAX, SlotPacket};
pub use voice_encoder::VoiceEncoder;
