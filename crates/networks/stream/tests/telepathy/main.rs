//! Telepathy: its rules, over real sockets, and what other programs send.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod conformance;
mod probes;
// Elsewhere, 127.0.0.1 may be the only address that leads back.
#[cfg(target_os = "linux")]
mod slots;
mod stream;
