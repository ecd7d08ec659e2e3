//! The sidecar link over real sockets: as a network like any other, with hostile ends, and with the engine.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod conformance;
mod healing;
mod holding;
mod hostile;
mod links;
mod outages;
mod shards;
mod sidecar_player;
