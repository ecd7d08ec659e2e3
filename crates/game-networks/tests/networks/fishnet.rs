//! The envelopes of `FishNet` against golden bytes, each other, and hostile bytes.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod conformance;
mod golden;
mod over_litenetlib;
mod proxy;
mod support;
mod voice_only;
