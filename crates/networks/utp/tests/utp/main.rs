//! Unity Transport between ends of ours, and against bytes as the rules of stock ones make them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod approving;
mod conformance;
mod golden;
mod handshakes;
mod hostile;
mod pipelines;
#[cfg(target_os = "linux")] // Elsewhere, 127.0.0.1 may be the only address that leads back.
mod slots;
mod support;
