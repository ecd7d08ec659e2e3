//! The sidecar link over real sockets: as a network like any other, and between strangers.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod conformance;
mod hostile;
mod links;
mod sidecar_player;
