//! The fast path of voice: UDP datagrams, sealed with keys that were agreed on over another connection.
//!
//! A QUIC connection authenticates two peers and gives both the same secrets (the TLS exporter, RFC 8446, section 7.5).
//! Voice then leaves it: a datagram here costs one encryption and one system call, without a connection's bookkeeping.
//! When the datagrams are blocked, packets go over the connection as before.
//!
//! ```text
//!   client                                              server, worker by worker
//!   ClientPath ── probe, packets, response ──▶ socket ──▶ ServerPath
//!              ◀── answer, packets, challenge ────────────┘
//! ```
//!
//! Both halves are sans-IO; [`PortGroup`] and [`PathSocket`] are the sockets of a server. This module knows datagrams,
//! keys and addresses, but neither QUIC nor voice; `docs/fast-path.md` has the format and what it protects against.
//!
//! ```
//! use std::time::Instant;
//!
//! use consonance_quic::fast_path::{
//!     Announcement, Cipher, ClientPath, ClientPathSettings, EXPORTED_BYTES, PathSecrets, ServerPath,
//!     ServerPathSettings,
//! };
//!
//! // Both ends get the same secrets out of their connection, and the server announces the path on it.
//! let (now, secrets) = (Instant::now(), PathSecrets::from_exported([7; EXPORTED_BYTES]));
//! let (worker, cipher) = (0, Cipher::Aes128Gcm);
//! let mut server = ServerPath::new(worker, ServerPathSettings::default(), [9; 32]);
//! let link = server.open(77, &secrets, cipher, true).expect("there is room");
//! let announcement = Announcement { port: None, worker, link, cipher };
//! let mut client = ClientPath::new(now, &secrets, &announcement, ClientPathSettings::default());
//!
//! // Probes and answers, until the path is open.
//! let (address, mut datagram) = (([192, 0, 2, 1], 5000).into(), Vec::new());
//! client.handle_timeout(now);
//! while client.poll_transmit(now, &mut datagram) {
//!     server.handle_datagram(now, address, &mut std::mem::take(&mut datagram))?;
//!     for (_, answer) in server.batch().iter() {
//!         client.handle_datagram(now, &mut answer.to_vec())?;
//!     }
//!     server.batch().clear();
//! }
//! assert!(client.seal(b"a packet", &mut datagram), "the path is open");
//! let incoming = server.handle_datagram(now, address, &mut datagram)?.expect("a packet");
//! assert_eq!((incoming.client, &*incoming.packet), (77, b"a packet".as_slice()));
//! # Ok::<(), consonance_quic::fast_path::DatagramRefusal>(())
//! ```
//!
//! With the crate's feature `plain-cipher` there is a cipher that encrypts nothing, to measure what encryption costs;
//! it is never for players.

mod announcement;
mod batch;
mod cipher;
mod client_path;
mod epoch_key;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
mod gathered;
mod header;
mod path_socket;
mod port_group;
mod probe;
mod refusal;
mod seal;
mod secrets;
mod server_path;
mod settings;
#[cfg(target_os = "linux")]
mod steering;

pub use announcement::{Announcement, Offer};
pub use batch::DatagramBatch;
pub use cipher::Cipher;
pub use client_path::{ClientPath, PathState};
pub use gathered::GatheredPackets;
pub use path_socket::{PathSocket, SendCounts, UdpOffload, keep_whole};
pub use port_group::PortGroup;
pub use refusal::{DatagramRefusal, RefusalCounts};
pub use secrets::{EXPORTED_BYTES, EXPORTER_LABEL, PathSecrets};
pub use server_path::{Incoming, ServerPath, ServerPathCounts};
pub use settings::{ClientPathSettings, DATAGRAM_BYTES_MAX, PACKET_BYTES_MAX, ServerPathSettings};
