//! The networks that a voice server listens on, besides QUIC.
//!
//! Each is a [`ListenerNetwork`](consonance_link::listener::ListenerNetwork) in a module of its own: its name and keys in the configuration, its listener, its
//! proxy in front of a game's own server if it has one, its row in the documentation, and a player for tests.
//! [`NETWORKS`] lists them: `consonance serve`, `consonance proxy`, docs/configuration.md, docs/networks/README.md and
//! the end-to-end scenario all follow from that list.
//!
//! A network in another crate is one more entry:
//!
//! ```
//! use consonance_listeners::find;
//!
//! assert_eq!(find("fishnet").map(|network| network.title()), Some("Fish-Networking 3 and 4"));
//! assert!(find("carrier-pigeon").is_none());
//! ```
//!
//! # Features
//!
//! * `testing`: a client for each network, and its row in the documentation, for tests.
//! * `steam`: the network `steam`, with Steam's own library.

mod docs;
mod mumble;
mod networks;

pub use networks::{NETWORKS, Networks, find};
