//! The engine behind a page: a session client whose game is a page in a browser.
//!
//! A page sends its player's requests and receives events as JSON ([`control`]). Voice in both directions is Opus,
//! which is never decoded here. The server runs one engine for each page that uses WebRTC; a page without WebRTC runs
//! its own, compiled to WebAssembly, so its scripts exchange the same messages either way.
//!
//! ```text
//!  server ──▶ handle_packet   ┌───────────────┐  handle_message ◀── page
//!  server ◀── poll_transmit   │               │  poll_message   ──▶ page
//!  server ◀── poll_command    │ BrowserPlayer │  handle_voice   ◀── microphone
//!                             │               │  poll_voice     ──▶ slots
//!                             └───────────────┘
//! ```
//!
//! The page's voice is split into frames of 20 ms, with gaps where packets were lost; each other speaker gets one of at
//! most [`SLOTS_MAX`] slots, which the page plays. There are no sockets, clocks or media protocols here. Start reading
//! at [`BrowserPlayer`] and [`control::FromPage`].
//!
//! # Features
//!
//! Each is a WebAssembly module that a page loads where it needs it; `cargo xtask write wasm` builds them.
//!
//! | feature | module | for |
//! |---|---|---|
//! | `wasm-voice` | `consonance.wasm` | pages without WebRTC: jitter buffers, Opus and this engine, in `wasm_voice` |
//! | `wasm-encryption` | `e2ee.wasm` | pages in encrypted sessions: the member of the group and its cipher, in `wasm_encryption` |

#![deny(unsafe_code)]

pub mod control;
mod downlink;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
mod place;
mod player;
mod settings;
mod statistics;
mod uplink;
#[cfg(feature = "wasm-encryption")]
pub mod wasm_encryption;
#[cfg(feature = "wasm-voice")]
pub mod wasm_voice;

pub use downlink::{DownlinkStatistics, SLOTS_MAX, SlotVoice};
pub use player::{BrowserPlayer, PageEnd, PageLinkCommand, PageQuality, PageVoice};
pub use settings::{BrowserSettings, PageLimits};
pub use statistics::BrowserStatistics;
pub use uplink::UplinkStatistics;
