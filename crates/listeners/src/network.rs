//! The interface between a server and a network: the traits that each network implements, and their inputs.

use std::fmt;
use std::io;
#[cfg(feature = "testing")]
use std::net::SocketAddr;
use std::path::Path;

#[cfg(feature = "testing")]
use consonance_link::ClientNetwork;
use consonance_link::MetricFamily;
use consonance_server::SecretText;
use consonance_server_config::{ConfigProblem, ListenerConfig, NetworkSettings, NetworkTable};

use crate::{GameServer, ListenerPlace, Opened};

/// A network that a server can listen for.
pub trait ListenerNetwork: Sync {
    /// Its name and its keys in the configuration.
    fn table(&self) -> &'static NetworkTable;

    /// Its name for operators.
    fn title(&self) -> &'static str;

    /// Its row in the table of docs/networks/README.md; `None` if it has none there.
    #[cfg(feature = "testing")]
    fn docs(&self) -> Option<DocsRow>;

    /// Its name for `consonance proxy`, which also accepts its name in the configuration.
    fn short_name(&self) -> &'static str {
        self.table().name
    }

    /// Its metrics that networks of other crates do not have.
    fn metric_families(&self) -> &'static [&'static MetricFamily] {
        &[]
    }

    /// Reads a listener's keys and the files that they name, such as one with a secret. Opens no port yet.
    ///
    /// # Errors
    /// A problem with the listener's configuration.
    fn read(&self, reading: &mut Reading<'_>) -> Result<Box<dyn NetworkListener>, ConfigProblem>;

    /// A test player on this network, like a game's client, for the server at an address of this machine.
    ///
    /// # Errors
    /// If its end of the network cannot be opened, or there is none.
    #[cfg(feature = "testing")]
    fn player(&self, server: SocketAddr) -> io::Result<Box<dyn ClientNetwork>>;

    /// The keys that a listener for [`player`](Self::player)s of the end-to-end scenario has besides its address.
    /// `None` keeps the network out of the scenario.
    #[cfg(feature = "testing")]
    fn scenario_keys(&self) -> Option<&'static str> {
        Some("")
    }
}

/// A row of the table in docs/networks/README.md.
#[cfg(feature = "testing")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocsRow {
    /// Requirements of a listener for it, as the end of a sentence.
    pub needs: &'static str,
    /// Crates with a client of ours.
    pub client: &'static [&'static str],
    /// The reason why there is no proxy, if there is none.
    pub no_proxy: &'static str,
    /// Crates for networks that live in the game; a word otherwise.
    pub hosted: &'static str,
    /// Whether an adapter in the game's server can use a sidecar.
    pub sidecar: &'static str,
    /// The page about it, in docs/networks.
    pub page: &'static str,
}

#[cfg(feature = "testing")]
impl DocsRow {
    /// A row of a network with a proxy, which has an adapter in the game's server or can have one.
    pub const fn new(client: &'static [&'static str], page: &'static str) -> Self {
        Self { needs: "", client, no_proxy: "", hosted: "–", sidecar: "yes", page }
    }
}

/// The input of [`ListenerNetwork::read`].
pub struct Reading<'r> {
    config: &'r ListenerConfig,
    problem: &'r dyn Fn(String) -> ConfigProblem,
    secret_line: &'r mut dyn FnMut(&Path) -> Result<SecretText, ConfigProblem>,
}

impl<'r> Reading<'r> {
    /// A listener with these keys, for which `problem` says where it is configured, and `secret_line` reads the first
    /// line of a file.
    pub fn new(
        config: &'r ListenerConfig,
        problem: &'r dyn Fn(String) -> ConfigProblem,
        secret_line: &'r mut dyn FnMut(&Path) -> Result<SecretText, ConfigProblem>,
    ) -> Self {
        Self { config, problem, secret_line }
    }

    /// Its keys.
    pub fn config(&self) -> &'r ListenerConfig {
        self.config
    }

    /// The keys of its network.
    ///
    /// # Errors
    /// A problem, if `T` is not the type that the network's table names.
    pub fn settings<T: NetworkSettings>(&self) -> Result<T, ConfigProblem> {
        self.config.settings().map_err(|error| self.problem(error))
    }

    /// The first line of a file.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn secret_line(&mut self, file: &Path) -> Result<SecretText, ConfigProblem> {
        (self.secret_line)(file)
    }

    /// A problem with the listener's configuration, in words.
    pub fn problem(&self, what: impl fmt::Display) -> ConfigProblem {
        (self.problem)(what.to_string())
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
