//! Plain sockets on this machine: the rules of every network, the wire to the letter, a conversation, and strangers.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod command;
mod conformance;
mod guide;
mod host;
mod hostile;
mod open_server;
mod stranger;
mod wire;

/// How much of one sound is in another; the library's own tests ask the same.
#[expect(dead_code, reason = "the library's tests ask more of it")]
#[path = "../../../../crates/consonance/tests/voice_chat/likeness.rs"]
mod likeness;
