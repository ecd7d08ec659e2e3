//! The envelopes of `FishNet` against golden bytes, each other, and what nobody honest sends.

mod conformance;
mod golden;
mod splice;
mod support;
mod voice_server;
