//! The WebAssembly module that a page loads for encrypted sessions: its member of the group and its cipher.
//!
//! It is separate from `wasm_voice`: pages over WebRTC need no jitter buffer and no Opus, and pages in unencrypted
//! sessions need no keys. Keys are created in the page's worker and stay there. `exports.rs` has the functions that
//! JavaScript calls; the TypeScript side is `web/src/e2ee`.
//!
//! ```text
//! worker    group messages ◀──▶ PageMember ◀──▶ frames of WebRTC, texts
//!                                          ◀──▶ packets, where there is no WebRTC
//! ```
//!
//! No message from a server can crash it: invalid messages are dropped and counted. `getrandom` and `mls-rs` get random
//! numbers and the date from the page through `wasm-bindgen`; `web/src/e2ee/wasm.ts` has the two bindings that are
//! called.

#[cfg(target_family = "wasm")]
mod exports;
mod page_member;
mod status;

pub use page_member::{OpenOutcome, PageMember};
