//! The network of games on DarkRift 2: its bichannel listener, with TCP for reliable and UDP for unreliable messages.
//!
//! A client opens a TCP connection, gets a token there, and sends the token back over UDP: so the server knows whose
//! datagrams come from which address. A command over TCP then tells the client its number, and it is connected.
//!
//! ```text
//!   TCP   S>C  version, token          UDP   C>S  version, token
//!   TCP   S>C  Configure(client id)    UDP   S>C  token, 0
//! ```
//!
//! [`DarkRiftServer`] is a [`ServerNetwork`](consonance_link::ServerNetwork), [`DarkRiftClient`] a
//! [`ClientNetwork`](consonance_link::ClientNetwork). Their messages are DarkRift's own, header included:
//! flags, a tag, perhaps a ping's code, and the body. [`voice`] finds voice in them. [`Listener`] and [`Connector`]
//! have the protocol's logic, without sockets and clocks.
//!
//! The greeting of a server is the body of the Configure command: the client's number, two bytes, big-endian. An empty
//! one stands for the next number that is free. Clients have no greeting.
//!
//! Nothing here is encrypted, and only TCP detects peers that disappear silently; the original network is the same in
//! both.
//!
//! ```
//! use std::time::Instant;
//!
//! use consonance_game_networks::darkrift::{
//!     ClientSettings, Connector, ConnectorOrder, Listener, ListenerEvent, ListenerOrder, ServerSettings,
//! };
//! use consonance_link::Peer;
//!
//! let now = Instant::now();
//! // In production, the secret comes from the system's random numbers.
//! let mut listener = Listener::new(ServerSettings::default(), &[7; 32]);
//! let mut connector = Connector::new(now, ClientSettings::new(([192, 0, 2, 9], 4296).into()));
//!
//! // The socket driver executes the orders of both: the token goes out over TCP and comes back over UDP.
//! let (peer, client) = (Peer(1), ([192, 0, 2, 1], 5000).into());
//! listener.handle_opened(now, peer, client);
//! let Some(ListenerOrder::Write(_, token)) = listener.poll_order() else { panic!("the token is written") };
//! assert_eq!(connector.handle_stream(now, &token), (token.len(), None));
//! let Some(ConnectorOrder::Datagram(token)) = connector.poll_order() else { panic!("the token is sent back") };
//! let event = listener.handle_datagram(client, &token);
//! assert_eq!(event, Some(ListenerEvent::Connected { peer, remote: client }));
//! ```

mod client;
mod client_ids;
mod connector;
mod format;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
mod listener;
mod server;
mod settings;
pub mod voice;
#[cfg(feature = "listener")]
mod voice_listener;

pub use client::DarkRiftClient;
pub use connector::{Connector, ConnectorEvent, ConnectorOrder};
pub use format::ProtocolVersion;
pub use listener::{Listener, ListenerEvent, ListenerOrder};
pub use server::DarkRiftServer;
pub use settings::{ClientSettings, ServerSettings};
#[cfg(feature = "listener")]
pub use voice_listener::LISTENER;

use consonance_link::gateway::MessageChannel;

/// TCP: `SendMode.Reliable`.
pub const RELIABLE: MessageChannel = MessageChannel(0);
/// UDP: `SendMode.Unreliable`.
pub const UNRELIABLE: MessageChannel = MessageChannel(1);
