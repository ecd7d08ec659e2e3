//! `LiteNetLib` against its golden bytes, on simulated networks, and over real sockets.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod conformance;
mod crowd;
mod golden;
mod hostile;
mod methods;
mod requests;
mod strangers;
mod support;
