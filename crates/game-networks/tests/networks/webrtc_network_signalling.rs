//! The signalling server, with and without sockets, and the bytes of its protocol.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod hex;
mod messages;
mod server;
