//! `LiteNetLib` 1.x, the transport of `FishNet`, `PurrNet` and games that use it directly, as a
//! [game network](consonance_link::gateway): a server that stock clients accept, and a client.
//!
//! [`LiteNetLibServer`] and [`LiteNetLibClient`] are state machines without sockets and clocks;
//! [`UdpServer`](consonance_link::gateway::udp::UdpServer) and [`UdpClient`](consonance_link::gateway::udp::UdpClient)
//! drive them.
//!
//! ```text
//!   server, client        the peers; handshakes and disconnects       handshake
//!        │
//!   connection            packets in and out, pings, ticks         packet_type
//!     ├─ channel          numbers, windows, acknowledgements       sequence
//!     ├─ incomplete       messages of which fragments are missing
//!     └─ merging          packets share datagrams
//! ```
//!
//! Nothing here is encrypted, as in the original. An address gets no more bytes than it sent until it has answered two
//! pings, whose numbers cannot be guessed; messages and kicks wait for that.
//!
//! ```
//! use std::net::SocketAddr;
//! use std::time::{Instant, SystemTime};
//!
//! use consonance_game_networks::litenetlib::{
//!     ClientSettings, LiteNetLibClient, LiteNetLibServer, ServerSettings, UtcClock,
//! };
//! use consonance_link::gateway::udp::{ClientEndpoint, ServerEndpoint};
//! use consonance_link::{ClientNetwork, ServerLinkEvent, ServerNetwork};
//!
//! let now = Instant::now();
//! let clock = UtcClock::new(now, SystemTime::now());
//! // In production, the seed comes from the system's random numbers.
//! let mut server = LiteNetLibServer::new(ServerSettings::default(), clock, [7; 32]);
//! let mut client = LiteNetLibClient::new(ClientSettings::default(), clock);
//! client.connect(now);
//!
//! let address = SocketAddr::from(([192, 0, 2, 1], 5000));
//! let mut datagram = Vec::new();
//! assert!(client.poll_transmit(now, &mut datagram));
//! server.handle_datagram(now, address, &datagram);
//! let Some(ServerLinkEvent::Connected { peer, remote, .. }) = server.poll_event(now, &mut Vec::new()) else {
//!     panic!("a client is there")
//! };
//! assert_eq!(remote, address.into());
//! server.accept(now, peer, b"");
//! ```

mod channel;
mod client;
mod connection;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
mod goodbye;
#[doc(hidden)]
pub mod handshake;
mod packet_layer;
mod packet_type;
mod sequence;
mod server;
mod settings;
mod utc_clock;

pub use channel::Method;
pub use client::LiteNetLibClient;
pub use connection::{RELIABLE_ORDERED, UNRELIABLE};
pub use packet_layer::PacketLayer;
pub use packet_type::{Dialect, FirstByte, PacketType};
pub use server::LiteNetLibServer;
pub use settings::{ClientSettings, ConnectionKey, ConnectionSettings, ServerSettings};
pub use utc_clock::UtcClock;
