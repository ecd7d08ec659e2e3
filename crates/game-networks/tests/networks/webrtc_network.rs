//! WebRTC Network over local sockets: the rules of every network, and its own features.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod conformance;
mod encrypted;
mod hostile;
mod lossy;
mod many;
mod sessions;
mod signalling;
mod support;
#[path = "../../../networks/quic/tests/quic/udp_relay.rs"]
#[allow(dead_code, reason = "networks share it, and each uses a part of it")]
mod udp_relay;
