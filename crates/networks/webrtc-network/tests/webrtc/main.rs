//! WebRTC Network over real sockets of this machine: the rules of every network, and what only this one has.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod conformance;
mod encrypted;
mod hostile;
mod lossy;
mod many;
mod sessions;
mod support;
#[path = "../../../quic/tests/quic/udp_relay.rs"]
#[allow(dead_code, reason = "networks share it, and each uses a part of it")]
mod udp_relay;
