//! Voice over a custom network: a TCP connection for reliable packets, UDP datagrams for unreliable ones.
//!
//! This is the example of `docs/custom-network.md`, which walks through it. It is small, it is complete, and it passes
//! the same conformance tests as the networks that are part of the project; it has no encryption, so play with it on
//! networks that you trust.
//!
//! # The wire
//!
//! * Each reliable packet travels over TCP behind its length, a `u32` in big-endian order.
//! * When the server takes a client in, it sends 12 bytes in that framing: `UDPTOKEN` and a random `u32`.
//! * The client sends the same 12 bytes as a datagram to the UDP port of the same number, every 200 ms until a datagram
//!   comes back. The server answers them with themselves.
//! * From then on that source is that client, and each datagram is one unreliable packet. Before, they are dropped.
//! * A server that is full sends 12 other bytes instead, `SRV_FULL` and the number of clients that it takes, a `u32` in
//!   big-endian order, and closes the connection.
//! * The end of the TCP connection is the end of the link.
//!
//! # Where to read
//!
//! [`PlainClient`] and [`PlainServer`] are the two sides. Neither has a thread: their sockets do not block, and each
//! `poll_event` looks what has come. `main.rs` is a server and a client made of them.

mod client;
mod frame_reader;
mod full;
mod server;
mod tcp_link;
mod token;

pub use client::PlainClient;
pub use server::{PlainServer, PlainServerSettings};

use consonance_link::{PACKET_BYTES_MAX, PacketLimits};

/// A datagram of 1200 bytes passes practically every path in one piece (RFC 9000, section 14).
const LIMITS: PacketLimits = PacketLimits { reliable_bytes: PACKET_BYTES_MAX, unreliable_bytes: 1200 };

/// How long a goodbye may take, with everything that goes before it.
const GOODBYE: std::time::Duration = std::time::Duration::from_secs(1);
