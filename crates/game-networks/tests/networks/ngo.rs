//! Netcode's messages between our own peers, and against the bytes that stock peers produce by their rules.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod batches;
mod conformance;
mod envelopes;
mod golden;
mod proxied;
mod proxy;
mod support;
