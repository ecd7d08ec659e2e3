//! Plain sockets on this machine: the rules of every network, the exact wire format, a conversation, and hostile
//! clients.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod command;
mod conformance;
mod full;
mod guide;
mod host;
mod hostile;
mod open_server;
mod raw_client;
mod sidecar;
mod wire;
