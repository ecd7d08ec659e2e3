//! `LiteNetLib` against its golden bytes, on simulated networks, and over real sockets.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod conformance;
mod crowd;
mod floods;
mod golden;
mod hostile;
mod methods;
mod requests;
#[cfg(target_os = "linux")] // Elsewhere, 127.0.0.1 may be the only loopback address.
mod slots;
mod support;
mod unproved;
