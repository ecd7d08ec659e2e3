//! Telepathy: its rules over real sockets, and data from other programs.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod conformance;
mod probes;
// Elsewhere, 127.0.0.1 may be the only loopback address.
#[cfg(target_os = "linux")]
mod slots;
mod stream;
