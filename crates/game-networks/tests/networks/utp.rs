//! Unity Transport between our own ends, and against bytes as stock ends write them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod approving;
mod conformance;
mod golden;
mod handshakes;
mod hostile;
mod pipelines;
#[cfg(target_os = "linux")] // Elsewhere, 127.0.0.1 may be the only loopback address.
mod slots;
mod support;
