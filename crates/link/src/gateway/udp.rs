//! Game networks over UDP: a state machine for each protocol, and one driver for all of them.
//!
//! A protocol's author writes a [`ServerEndpoint`] and a [`ClientEndpoint`], which know neither sockets nor clocks.
//! [`UdpServer`] and [`UdpClient`] give them one non-blocking socket each, read it when they are polled, and are game
//! networks that need no other driver.
//! No threads: a driver that sleeps waits for the socket, which is the `descriptor`, and until `wants_poll_at`.
//!
//! ```text
//!   poll ──▶ receive ─▶ handle_datagram ─▶ poll_event ─▶ reported
//!                      handle_timeout, when wants_poll_at is due
//!        ◀── send    ◀─ poll_transmit, when there is nothing more to report, and at flush
//! ```
//!
//! A server's endpoint may keep its peers in a [`PeerTable`], and any endpoint its outgoing data in a
//! [`BytesQueue`] and its events in a [`BufferQueue`](crate::gateway::BufferQueue).
//! [`Credit`] limits how much of it may go to an address before a peer there has proved that it receives, which
//! [`SecretNumbers`] can show; [`ProvedHosts`] are the proved hosts of a connection that follows its peer from address
//! to address.

mod bytes_queue;
mod client;
mod credit;
mod endpoint;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
mod peer_table;
mod proved_hosts;
mod pump;
pub mod rig;
mod secret_numbers;
mod server;
mod socket;

pub use bytes_queue::BytesQueue;
pub use client::{UdpClient, UdpClientSettings};
pub use credit::Credit;
pub use endpoint::{ClientEndpoint, ServerEndpoint};
pub use peer_table::{PeerMessages, PeerTable, PeerTableLimits};
pub use proved_hosts::ProvedHosts;
pub use secret_numbers::SecretNumbers;
pub use server::{UdpServer, UdpServerSettings};
pub use socket::{DatagramCounts, DatagramSocket};
