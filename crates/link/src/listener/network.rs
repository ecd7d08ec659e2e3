//! The interface between a server and a network: the traits that each network implements.

use std::io;
use std::net::SocketAddr;

use super::{DocsRow, GameServer, ListenerPlace, ListenerProblem, NetworkTable, Opened, Reading};
use crate::{ClientNetwork, MetricFamily};

/// A network that a server can listen for.
pub trait ListenerNetwork: Sync {
    /// Its name and its keys in the configuration.
    fn table(&self) -> &'static NetworkTable;

    /// Its name for operators.
    fn title(&self) -> &'static str;

    /// Its row in the table of docs/networks/README.md; `None` if it has none there.
    fn docs(&self) -> Option<DocsRow>;

    /// Its name for `consonance proxy`, which also accepts its name in the configuration.
    fn short_name(&self) -> &'static str {
        self.table().name
    }

    /// Its metrics that other networks do not have.
    fn metric_families(&self) -> &'static [&'static MetricFamily] {
        &[]
    }

    /// Reads a listener's keys and the files that they name, such as one with a secret. Opens no port yet.
    ///
    /// # Errors
    /// A problem with the listener's configuration.
    fn read(&self, reading: &mut Reading<'_>) -> Result<Box<dyn NetworkListener>, ListenerProblem>;

    /// A test player on this network, like a game's client, for the server at an address of this machine.
    ///
    /// # Errors
    /// If its end of the network cannot be opened, or there is none.
    fn player(&self, _server: SocketAddr) -> io::Result<Box<dyn ClientNetwork>> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "this network has no player for tests"))
    }

    /// The keys that a listener for [`player`](Self::player)s of the end-to-end scenario has besides its address.
    /// `None` keeps the network out of the scenario.
    fn scenario_keys(&self) -> Option<&'static str> {
        Some("")
    }
}

/// A listener that can be opened.
pub trait NetworkListener: Send + Sync {
    /// Opens the port. Without a session in `place`, each link names its own.
    ///
    /// # Errors
    /// If the port cannot be opened, or if this build or this machine lacks a requirement of the network.
    fn open(&self, place: &ListenerPlace<'_>) -> io::Result<Opened>;

    /// Opens the port for a proxy in front of a game's own server.
    ///
    /// # Errors
    /// Also if there is no proxy for the network.
    fn open_proxy(&self, _place: &ListenerPlace<'_>, _game: &GameServer) -> io::Result<Opened> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "this network has no proxy"))
    }

    /// The part of its traffic that is not encrypted: all (an empty text), or one part, such as `'s signalling`;
    /// `None` if everything is encrypted.
    fn plaintext(&self) -> Option<&'static str> {
        Some("")
    }

    /// Whether it presents the server's certificate, so that QUIC players whose UDP is blocked can use it.
    fn has_tls(&self) -> bool {
        false
    }

    /// Whether its clients can present a join token or a password.
    fn shows_secrets(&self) -> bool {
        false
    }
}
