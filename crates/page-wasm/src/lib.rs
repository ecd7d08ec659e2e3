//! The WebAssembly modules of a page, one for each feature; the TypeScript around them is in `web/src`.
//!
//! | feature | module | for |
//! |---|---|---|
//! | `voice` | `consonance.wasm` | pages without WebRTC: jitter buffers, Opus and the player's engine, in [`voice`] |
//! | `encryption` | `e2ee.wasm` | pages in encrypted sessions: the member of the group and its cipher, in [`encryption`] |
//!
//! They are two modules because a page over WebRTC needs no Opus, and a page in an unencrypted session no keys.
//! `cargo xtask write wasm` builds both. Outside of a page the crate is a library, so that tests run without a browser:
//!
//! ```
//! use consonance_page_wasm::voice::{Exchange, SAMPLES};
//!
//! // What JavaScript and the module hand each other.
//! let mut exchange = Exchange::default();
//! assert_eq!(exchange.samples().len(), SAMPLES);
//! ```
//!
//! The functions that JavaScript calls are in `exports.rs` of each module. Neither reads a clock, and no packet or message
//! from a server can crash them.
//!
//! Needs Rust 1.95 or later.

#![deny(unsafe_code)]

#[cfg(feature = "encryption")]
pub mod encryption;
#[cfg(feature = "voice")]
pub mod voice;
