//! `listen`: where players come in, and over which networks.

mod networks;

use std::net::{Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Config;
use super::document::{Placed, Value, quoted};
use super::field::{Mistake, Tables, address, expected, text};
use super::keys::Key;
use super::suggestion::nearest;
pub(super) use networks::{COMMON_KEYS, NETWORKS, NetworkRow};
pub use networks::{IpProtocol, ListenerNetwork};

/// One listener of another network than QUIC, whose clients are all in one session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListenerConfig {
    /// Over which network.
    pub network: ListenerNetwork,
    /// Where; the port is a TCP or a UDP one, as the [network](ListenerNetwork::ip_protocol) has it.
    pub address: SocketAddr,
    /// Which session its clients are in; the only settled one without it.
    pub session: Option<String>,
    /// What only sidecars have.
    pub sidecar: SidecarListenerConfig,
    /// What games' own networks have.
    pub game: GameListenerConfig,
}

/// What is to be known of a game whose clients come over its own network.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GameListenerConfig {
    /// Clients at once, those that are still being let in included.
    pub connections_max: usize,
    /// Mirror: the full name of the type of voice messages, where it is not the stock one.
    pub voice_type: Option<String>,
    /// Mirror: the scene that clients load before they speak, as the game names it.
    pub online_scene: Option<String>,
    /// `DarkRift` 2: the tag of voice messages, where it is not to be learned.
    pub tag: Option<u16>,
    /// Netcode for `GameObjects`: whether the game's `NetworkManager` manages scenes.
    pub manages_scenes: bool,
    /// WebRTC Network: the URL of a signalling server that is not ours.
    pub signalling: Option<String>,
    /// WebRTC Network: the address and port under which players reach the UDP port, where it is not the listener's.
    pub announced: Option<SocketAddr>,
}

/// The links of game servers; the units and the reasons stand with the settings of the crate `consonance-sidecar`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SidecarListenerConfig {
    /// The file with the secret that both ends know.
    pub secret_file: Option<PathBuf>,
    /// Links at once.
    pub links_max: usize,
    /// Links at once that have not proved anything.
    pub strangers_max: usize,
    /// Players of one link.
    pub players_max: u32,
    /// How long a stranger may take to its proof.
    pub handshake_timeout: Duration,
    /// Silence after which a link is lost.
    pub idle_timeout: Duration,
    /// Bytes of control that may wait for one link.
    pub control_bytes_max: usize,
    /// Bytes of voice that may wait for one link.
    pub voice_bytes_max: usize,
}

/// The name of the network that everybody else's clients come over.
const QUIC: &str = "quic";

pub(super) const LISTEN: Tables<Config> = Tables {
    read: |config, value, folder| {
        (config.listen, config.listeners) = read(value, folder)?;
        Ok(())
    },
    written: |config, _| {
        let quic = config.listen.iter().map(|address| quoted(&address.to_string()));
        quic.chain(config.listeners.iter().map(written)).collect()
    },
    in_words: "a list of addresses with ports, or of tables",
    takes_text: true,
};

impl ListenerConfig {
    /// The session of its clients, given the settled ones.
    ///
    /// # Errors
    /// In words, if it is none of them, or if there is a choice and nothing was chosen.
    pub fn session_among<'s>(&'s self, settled: &'s [String]) -> Result<&'s str, String> {
        match (&self.session, settled) {
            (Some(session), settled) if settled.contains(session) => Ok(session),
            (Some(session), settled) => {
                let meant = nearest(session, settled.iter().map(|name| &**name));
                let meant = meant.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
                Err(format!("{session:?} is none of the sessions that are there at all times{meant}"))
            }
            (None, [only]) => Ok(only),
            (None, []) => Err("its clients need one of sessions, and there are only some on demand".into()),
            (None, settled) => {
                let first = &settled[0];
                Err(format!("choose which session its clients are in, for example with session = {first:?}"))
            }
        }
    }

    /// What is wrong with it as a whole, in words.
    pub(super) fn problem(&self, settled: &[String]) -> Option<String> {
        let needs_secret = self.network == ListenerNetwork::Sidecar && !self.address.ip().is_loopback();
        if needs_secret && self.sidecar.secret_file.is_none() {
            let what = "others reach this address, so it needs a secret_file, or else listen on 127.0.0.1";
            return Some(what.to_owned());
        }
        let is_anywhere = self.address.ip().is_unspecified();
        if self.network == ListenerNetwork::WebRtcNetwork && is_anywhere && self.game.announced.is_none() {
            let what = "say with announced under which address players reach it, or listen on that address";
            return Some(what.to_owned());
        }
        self.session_among(settled).err()
    }
}

impl Default for ListenerConfig {
    fn default() -> Self {
        Self {
            network: ListenerNetwork::Sidecar,
            address: SocketAddr::from((Ipv6Addr::LOCALHOST, 0)),
            session: None,
            sidecar: SidecarListenerConfig::default(),
            game: GameListenerConfig::default(),
        }
    }
}

impl Default for GameListenerConfig {
    fn default() -> Self {
        Self {
            connections_max: 1000,
            voice_type: None,
            online_scene: None,
            tag: None,
            manages_scenes: true,
            signalling: None,
            announced: None,
        }
    }
}

impl Default for SidecarListenerConfig {
    fn default() -> Self {
        Self {
            secret_file: None,
            links_max: 64,
            strangers_max: 16,
            players_max: 1024,
            handshake_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(10),
            control_bytes_max: 1024 * 1024,
            voice_bytes_max: 64 * 1024,
        }
    }
}

/// The addresses for QUIC, and the other listeners. A single text is a list of one.
fn read(value: &Value, folder: &Path) -> Result<(Vec<SocketAddr>, Vec<ListenerConfig>), Mistake> {
    let (mut quic, mut others) = (Vec::new(), Vec::new());
    let items = match value {
        Value::Text(text) => return Ok((vec![address(text)?], others)),
        Value::List(items) => items,
        _ => return Err(expected("a list of addresses and tables", value)),
    };
    for Placed { value, line } in items {
        let in_line = |(own, what): Mistake| (own.or(Some(*line)), what);
        match value {
            Value::Text(text) => quic.push(address(text).map_err(in_line)?),
            Value::Table(keys) => match read_table(keys, folder).map_err(in_line)? {
                Listener::Quic(address) => quic.push(address),
                Listener::Other(listener) => others.push(*listener),
            },
            _ => return Err(in_line(expected("an address or a table", value))),
        }
    }
    Ok((quic, others))
}

enum Listener {
    Quic(SocketAddr),
    Other(Box<ListenerConfig>),
}

fn read_table(keys: &[(String, Placed)], folder: &Path) -> Result<Listener, Mistake> {
    let names = || NETWORKS.iter().map(|row| row.name).chain([QUIC]);
    let find = |name: &str| keys.iter().find(|(key, _)| key == name).map(|(_, placed)| placed);
    let all = || names().collect::<Vec<_>>().join(", ");
    let network =
        find("network").ok_or_else(|| (None, format!("say over which network: one of {}", all())))?;
    let at = find("address").ok_or_else(|| (None, "say where to listen, with address = \"…\"".to_owned()))?;
    let name = within(network, text)?;
    let at = within(at, |value| address(text(value)?))?;
    let row = NETWORKS.iter().find(|row| row.name == name);
    if row.is_none() && name != QUIC {
        let meant = nearest(name, names()).map(|meant| format!("; did you mean {meant}?"));
        let meant = meant.unwrap_or_else(|| format!(", only {}", all()));
        return Err((Some(network.line), format!("there is no network {name:?}{meant}")));
    }
    let own = row.map_or(&[][..], |row| row.keys);
    let common = row.map_or(&[][..], |_| COMMON_KEYS);
    let mut listener = ListenerConfig { address: at, ..ListenerConfig::default() };
    if let Some(row) = row {
        listener.network = row.network;
    }
    for (key, placed) in keys.iter().filter(|(key, _)| !["network", "address"].contains(&&**key)) {
        let known = common.iter().chain(own);
        let Some(known) = known.clone().find(|known| known.name() == key) else {
            let meant = nearest(key, known.map(Key::name).chain(["network", "address"]));
            let meant = meant.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
            return Err((Some(placed.line), format!("there is no key {key} for {name}{meant}")));
        };
        let what_of = |(line, what): Mistake| (line, format!("{key}: {what}"));
        within(placed, |value| known.field.read(&mut listener, value, folder).map_err(what_of))?;
    }
    Ok(if row.is_some() { Listener::Other(Box::new(listener)) } else { Listener::Quic(at) })
}

fn within<'v, T>(
    placed: &'v Placed,
    read: impl FnOnce(&'v Value) -> Result<T, Mistake>,
) -> Result<T, Mistake> {
    read(&placed.value).map_err(|(line, what)| (line.or(Some(placed.line)), what))
}

/// As a table in one line, without what is as it is anyway.
fn written(listener: &ListenerConfig) -> String {
    let row = listener.network.row();
    let (mut own, mut default) = (listener.clone(), ListenerConfig::default());
    let mut keys = vec![
        format!("network = {}", quoted(row.name)),
        format!("address = {}", quoted(&listener.address.to_string())),
    ];
    for key in COMMON_KEYS.iter().chain(row.keys) {
        let value = key.field.written(&mut own);
        if value != key.field.written(&mut default) {
            keys.extend(value.map(|value| format!("{} = {value}", key.name())));
        }
    }
    format!("{{ {} }}", keys.join(", "))
}
