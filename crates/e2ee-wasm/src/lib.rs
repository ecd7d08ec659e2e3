//! What a page loads for encrypted sessions: its member of the group and its cipher, compiled to WebAssembly.
//!
//! A module of its own beside `browser-wasm`: pages over WebRTC need no jitter buffer and no Opus, and pages of
//! sessions that are not encrypted need no keys. The keys are made in the page's worker and stay there; what
//! JavaScript calls is in `exports.rs`, and the TypeScript beside it is `web/src/e2ee`.
//!
//! ```text
//! worker    group messages ◀──▶ PageMember ◀──▶ frames of WebRTC, texts
//!                                          ◀──▶ packets, where there is no WebRTC
//! ```
//!
//! Nothing that a server sends can end it: what cannot be used is dropped and counted. `getrandom` and `mls-rs` ask the
//! page for random numbers and the date by the bindings of `wasm-bindgen`, of which `web/src/e2ee/wasm.ts` has the two
//! that are called.
#![deny(unsafe_code)]

#[cfg(target_family = "wasm")]
mod exports;
mod page_member;
mod status;

pub use page_member::{OpenOutcome, PageMember};
