//! End-to-end tests over real sockets on 127.0.0.1: test browsers as pages, and a server's shards.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod hostile;
mod many;
mod messages;
mod negotiation;
mod over_tcp;
mod slots;
mod support;
mod voice;
