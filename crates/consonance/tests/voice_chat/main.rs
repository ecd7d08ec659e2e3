//! The façade as a game meets it: whole conversations over real QUIC on this machine, and over other networks.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod conversation;
mod ear;
mod handle;
mod hosted;
mod likeness;
mod networks;
mod player;
mod refusals;
mod restart;
mod speech;
mod stage;
