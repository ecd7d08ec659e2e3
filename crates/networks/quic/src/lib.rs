//! Voice over QUIC (RFC 9000): encrypted, one UDP port, and a phone that changes networks stays connected.
//!
//! Unreliable packets travel in DATAGRAM frames (RFC 9221), reliable ones on a single stream that the client opens. A
//! server presents a certificate; its clients either pin the certificate's fingerprint, which is part of the
//! [address](QuicAddress), or verify it the way browsers do.
//!
//! ```text
//! caller's thread   QuicClient / QuicServer ── poll ◀── mailbox ◀──┐
//!                        │ datagrams: straight into the connection │
//!                        │ control: bounded queue                  │
//! tokio's threads        └──────────▶ link: one task for each connection, reading and writing
//! ```
//!
//! On the control stream every packet follows its length as a big-endian `u32`. The first packet of the client is its
//! hello: a version byte (1), the length of the session's name in bytes as a big-endian `u16`, and the name in UTF-8.
//! The first packet of the server, a version byte, accepts the client. Items follow in both: a tag byte, a length as
//! a big-endian `u16`, and as many bytes. Tag 1 is the fast path's: the client offers it, the server announces it.
//! Tag 2, from the server, is the TCP port on which it serves the same session over a `WebSocket` with TLS and the
//! same certificate, as a big-endian `u16`, for when UDP is blocked. Both sides ignore items with unknown tags.
//!
//! Where possible, voice leaves the connection for datagrams of [the fast path](fast_path), with keys from the
//! connection.
//!
//! ```
//! use std::time::{Duration, Instant};
//!
//! use consonance_quic::{Identity, QuicAddress, QuicClient, QuicClientSettings};
//! use consonance_quic::{QuicRuntime, QuicServer, QuicServerSettings};
//! use consonance_link::{ClientNetwork, ServerLinkEvent, ServerNetwork};
//!
//! let (runtime, identity) = (QuicRuntime::new(1)?, Identity::self_signed(["localhost"])?);
//! let localhost = ([127, 0, 0, 1], 0).into();
//! let mut server = QuicServer::bind(&runtime, localhost, &identity, QuicServerSettings::default())?;
//!
//! // Players get the server's address and the fingerprint of its certificate.
//! let (at, fingerprint) = (server.local_addr(), identity.fingerprint());
//! let address: QuicAddress = format!("quic://{at}/match-7#sha256={fingerprint}").parse()?;
//! let mut client = QuicClient::new(&runtime, address, QuicClientSettings::default());
//! client.connect(Instant::now());
//!
//! let deadline = Instant::now() + Duration::from_secs(60);
//! let mut bytes = Vec::new();
//! let session = loop {
//!     let now = Instant::now();
//!     assert!(now < deadline, "the client does not come within a minute");
//!     match server.poll_event(now, &mut bytes) {
//!         Some(ServerLinkEvent::Connected { session, .. }) => break session,
//!         _ => std::thread::sleep(Duration::from_millis(1)),
//!     }
//! };
//! assert_eq!(session, "match-7");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! | feature | by default | adds |
//! |---|---|---|
//! | `plain-cipher` | no | `FastPath::Plain`, which does without keys, to measure what encryption costs |
//!
//! Needs Rust 1.95 or later.

#![forbid(unsafe_code)]

mod address;
mod bare_fan_out;
mod client;
mod close_code;
mod cryptography;
pub mod fast_path;
mod fingerprint;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
mod hello;
mod identity;
mod link;
mod packet_bytes;
mod runtime;
pub mod sans_io;
mod server;
mod settings;
mod shown_identity;
mod tls;
mod udp_socket;
mod verifier;
mod voice_path;

pub use crate::fast_path::UdpOffload;
pub use address::{AddressError, QuicAddress};
pub use bare_fan_out::BareFanOut;
pub use client::{AnnouncedPort, QuicClient};
pub use fingerprint::{Fingerprint, FingerprintError};
pub use identity::{Identity, IdentityError};
pub use runtime::{QuicRuntime, RuntimeError};
pub use server::{BindError, FastPathCounts, QuicServer};
pub use settings::{FastPathSettings, QuicClientSettings, QuicServerSettings};
pub use shown_identity::ShownIdentity;
pub use tls::{stream_client_tls, stream_server_tls};
pub use udp_socket::wrap_udp_socket;
pub use voice_path::{FastPath, PathGrant};

/// The name of this protocol in the TLS handshake, for both sides. Another number means another protocol.
pub const ALPN: &[u8] = b"consonance/1";

/// The largest unreliable packet, in bytes.
///
/// A QUIC path carries at least 1200 bytes of UDP payload (RFC 9000, section 14). At most 44 of them are taken by the
/// short header with the longest connection id and packet number, the AEAD tag and the frame header.
pub const DATAGRAM_BYTES_MAX: usize = 1150;
