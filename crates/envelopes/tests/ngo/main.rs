//! Netcode's messages between ends of ours, and against bytes as the rules of stock ones make them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod batches;
mod conformance;
mod envelopes;
mod golden;
mod proxied;
mod proxy;
mod support;
