//! What a voice server listens for: each network's name, keys, listener, proxy and row in the documentation.
//!
//! A network that a server can open from its configuration is a [`ListenerNetwork`]. Its [`NetworkTable`] has its name
//! and its keys, a struct declared with [`settings!`](consonance_settings::settings); this crate knows no file format,
//! and a server's configuration reads, prints and documents the keys by [visiting them](ListenerKeys::visit). From
//! them, [`ListenerNetwork::read`] makes a [`NetworkListener`], which opens its port at a [`ListenerPlace`], alone or
//! in front of a [`GameServer`].
//!
//! ```
//! use consonance_link::listener::{ConnectionLimit, ListenerKeys, NetworkSettings};
//! use consonance_settings::settings;
//!
//! settings! {
//!     /// The keys of a network.
//!     #[derive(Debug)]
//!     pub struct PigeonKeys {
//!         /// Clients at once.
//!         pub limit: ConnectionLimit as .. = ConnectionLimit::default();
//!         /// Whether pigeons fly at night.
//!         pub at_night: bool = false;
//!     }
//! }
//!
//! impl NetworkSettings for PigeonKeys {}
//!
//! let mut keys = ListenerKeys::of::<PigeonKeys>();
//! let mut names = Vec::new();
//! keys.visit(&mut |key| names.push(key.name));
//! assert_eq!(names, ["connections_max", "at_night"]);
//! assert_eq!(keys.get::<PigeonKeys>().map(|keys| keys.limit.connections_max), Some(1000));
//! ```

mod address_and_port;
mod docs_row;
mod game_server;
mod keys;
mod network;
mod place;
mod proxy;
mod reading;
mod secret_bytes;
mod shared_keys;
mod table;

pub use address_and_port::AddressAndPort;
pub use docs_row::DocsRow;
pub use game_server::{BadUpstream, GameServer};
pub use keys::{ListenerKeys, NetworkSettings};
pub use network::{ListenerNetwork, NetworkListener};
pub use place::{ListenerPlace, MakeShards, Opened, Shards, TlsIdentity};
pub use proxy::ProxyListenerSettings;
pub use reading::{ListenerProblem, Reading};
pub use secret_bytes::secret_bytes;
pub use shared_keys::{ConnectionLimit, IdleTimeout};
pub use table::{IpProtocol, NetworkTable};
