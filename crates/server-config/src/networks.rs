//! The networks that a server listens for, besides QUIC.
//!
//! Each is a [`ListenerNetwork`] in its own folder: its name and keys in the configuration, its listener, its proxy in
//! front of a game's own server if it has one, its row in the documentation, and a player for tests. [`NETWORKS`] lists
//! them: `consonance serve`, `consonance proxy`, docs/configuration.md, docs/networks/README.md and the end-to-end
//! scenario all follow from that list.

mod docs;

use consonance_game_networks::{darkrift, fishnet, forge, mirror, ngo, sidecar, steam, webrtc_network};
use consonance_link::listener::{ListenerNetwork, NetworkTable};
use consonance_link::{MetricFamily, voice_websocket};

use crate::NetworkTables;

/// Every network, in the order of the documentation. A line is all it takes to register one.
pub const NETWORKS: &[&dyn ListenerNetwork] = &[
    sidecar::LISTENER,
    mirror::KCP_LISTENER,
    mirror::TELEPATHY_LISTENER,
    mirror::WEBSOCKET_LISTENER,
    mirror::IGNORANCE_LISTENER,
    darkrift::LISTENER,
    fishnet::LISTENER,
    ngo::LISTENER,
    forge::LISTENER,
    webrtc_network::LISTENER,
    steam::LISTENER,
    voice_websocket::LISTENER,
    consonance_mumble::LISTENER,
];

/// The network of this name in the configuration.
///
/// ```
/// use consonance_server_config::find;
///
/// assert_eq!(find("fishnet").map(|network| network.title()), Some("Fish-Networking 3 and 4"));
/// assert!(find("carrier-pigeon").is_none());
/// ```
pub fn find(name: &str) -> Option<&'static dyn ListenerNetwork> {
    find_in(NETWORKS, name)
}

fn find_in(networks: &[&'static dyn ListenerNetwork], name: &str) -> Option<&'static dyn ListenerNetwork> {
    networks.iter().copied().find(|network| network.table().name == name)
}

/// The networks that a server knows.
#[derive(Clone, Copy)]
pub struct Networks {
    all: &'static [&'static dyn ListenerNetwork],
    tables: NetworkTables,
}

impl Networks {
    /// A table of these networks, whose names must differ.
    ///
    /// It allocates memory that is never freed, so call it only once.
    pub fn new(all: &'static [&'static dyn ListenerNetwork]) -> Self {
        let tables: Vec<&'static NetworkTable> = all.iter().map(|network| network.table()).collect();
        Self { all, tables: tables.leak() }
    }

    /// The configuration tables of the networks.
    pub fn tables(self) -> NetworkTables {
        self.tables
    }

    /// All of them, in order.
    pub fn iter(self) -> impl Iterator<Item = &'static dyn ListenerNetwork> + Clone {
        self.all.iter().copied()
    }

    /// The metrics that only single networks have.
    pub fn metric_families(self) -> impl Iterator<Item = &'static MetricFamily> {
        self.iter().flat_map(|network| network.metric_families().iter().copied())
    }

    /// The one of this name in the configuration.
    pub fn find(self, name: &str) -> Option<&'static dyn ListenerNetwork> {
        find_in(self.all, name)
    }
}

impl std::fmt::Debug for Networks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.tables.iter().map(|table| table.name)).finish()
    }
}
