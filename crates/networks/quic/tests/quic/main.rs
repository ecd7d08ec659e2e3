//! QUIC over real sockets of this machine: the rules of every network, and features of QUIC alone.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod bare;
mod binding;
mod certificates;
mod conformance;
mod connecting;
mod fast_path;
mod hostile;
mod limits;
mod path;
mod raw_client;
mod restart;
mod sans_io;
mod shards;
mod support;
#[allow(dead_code, reason = "networks share it, and each uses a part of it")]
mod udp_relay;
mod unproved;
mod waking;
