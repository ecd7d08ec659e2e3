//! `listen`: where players come in, and over which networks.

mod game;
mod networks;
mod sidecar;
mod splice;
mod web_socket;

use std::net::{Ipv6Addr, SocketAddr};
use std::path::Path;

use crate::Config;
use crate::document::{Placed, Value, quoted};
use crate::field::{Mistake, Tables, address, expected, text};
use crate::keys::Key;
use crate::suggestion::nearest;

pub use game::{
    DarkRiftBuildConfig, DarkRiftGameConfig, FishNetGameConfig, ForgeGroupsConfig, GameBuildConfig,
    GameListenerConfig, KcpGeneration, MirrorGameConfig, NgoGameConfig, SteamGameConfig, VoiceLayout,
    WebRtcGameConfig,
};
pub(super) use networks::{COMMON_KEYS, NETWORKS, NetworkRow};
pub use networks::{IpProtocol, ListenerNetwork};
pub use sidecar::SidecarListenerConfig;
pub(super) use splice::SPLICE_KEYS;
pub use splice::SpliceListenerConfig;
use splice::UPSTREAM;
pub use web_socket::WebSocketListenerConfig;

/// One listener of another network than QUIC, whose clients are all in one session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListenerConfig {
    /// Over which network.
    pub network: ListenerNetwork,
    /// Where; the port is a TCP or a UDP one, as the [network](ListenerNetwork::ip_protocol) has it.
    pub address: SocketAddr,
    /// Which session its clients are in; without it the only settled one, or with sidecars
    /// the one that each link names.
    pub session: Option<String>,
    /// What only sidecars have.
    pub sidecar: SidecarListenerConfig,
    /// What games' own networks have.
    pub game: GameListenerConfig,
    /// What there is in front of a game's own server.
    pub splice: SpliceListenerConfig,
    /// What only networks over `WebSocket`s have.
    pub web_socket: WebSocketListenerConfig,
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
    /// The session of all its clients, given those of the configuration; `None` if each link names its own.
    ///
    /// # Errors
    /// In words, if it is none of the settled ones, or if there is a choice and nothing was chosen.
    pub fn session_among<'s>(&'s self, config: &'s Config) -> Result<Option<&'s str>, String> {
        let settled = &config.sessions;
        match (&self.session, &settled[..]) {
            (Some(session), _) if settled.contains(session) => Ok(Some(session)),
            (Some(session), _) => {
                let meant = nearest(session, settled.iter().map(|name| &**name));
                let meant = meant.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
                Err(format!("{session:?} is none of the sessions that are there at all times{meant}"))
            }
            (None, [only]) if config.sessions_on_demand.is_empty() => Ok(Some(only)),
            (None, _) if self.network == ListenerNetwork::Sidecar => Ok(None),
            (None, [only]) => Ok(Some(only)),
            (None, []) => Err("its clients need one of sessions, and there are only some on demand".into()),
            (None, [first, ..]) => {
                Err(format!("choose which session its clients are in, for example with session = {first:?}"))
            }
        }
    }

    /// What is wrong with it as a whole, in words.
    pub(super) fn problem(&self, config: &Config) -> Option<String> {
        let needs_secret = self.network == ListenerNetwork::Sidecar && !self.address.ip().is_loopback();
        if needs_secret && self.sidecar.secret_file.is_none() {
            let what = "others reach this address, so it needs a secret_file, or else listen on 127.0.0.1";
            return Some(what.to_owned());
        }
        let is_anywhere = self.address.ip().is_unspecified();
        if self.network == ListenerNetwork::WebRtcNetwork
            && is_anywhere
            && self.game.webrtc.announced.is_none()
        {
            let what = "say with announced under which address players reach it, or listen on that address";
            return Some(what.to_owned());
        }
        self.game
            .problem()
            .or_else(|| self.web_socket.problem())
            .or_else(|| self.splice.problem(self.address))
            .or_else(|| self.session_among(config).err())
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
            splice: SpliceListenerConfig::default(),
            web_socket: WebSocketListenerConfig::default(),
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
        let in_line = |mistake: Mistake| mistake.or_at(*line);
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

/// What a table is for.
pub(super) enum Listener {
    Quic(SocketAddr),
    Other(Box<ListenerConfig>),
}

/// Reads a listener's own table. Paths are relative to the folder.
pub(super) fn read_table(keys: &[(String, Placed)], folder: &Path) -> Result<Listener, Mistake> {
    let names = || NETWORKS.iter().map(|row| row.name).chain([QUIC]);
    let find = |name: &str| keys.iter().find(|(key, _)| key == name).map(|(_, placed)| placed);
    let all = || names().collect::<Vec<_>>().join(", ");
    let network =
        find("network").ok_or_else(|| Mistake::new(format!("say over which network: one of {}", all())))?;
    let at = find("address").ok_or_else(|| Mistake::new("say where to listen, with address = \"…\""))?;
    let name = within(network, text)?;
    let at = within(at, |value| address(text(value)?))?;
    if name == QUIC {
        let other = keys.iter().find(|(key, _)| !["network", "address"].contains(&&**key));
        return match other {
            Some((key, placed)) => Err(Mistake::at(placed.line, format!("there is no key {key} for {name}"))),
            None => Ok(Listener::Quic(at)),
        };
    }
    let row = NETWORKS.iter().find(|row| row.name == name).ok_or_else(|| {
        let meant = nearest(name, names()).map(|meant| format!("; did you mean {meant}?"));
        let meant = meant.unwrap_or_else(|| format!(", only {}", all()));
        Mistake::at(network.line, format!("there is no network {name:?}{meant}"))
    })?;
    let is_splice = find(UPSTREAM).is_some();
    let mut listener = ListenerConfig { network: row.network, address: at, ..ListenerConfig::default() };
    for (key, placed) in keys.iter().filter(|(key, _)| !["network", "address"].contains(&&**key)) {
        let Some(known) = row.keys_of(is_splice).find(|known| known.name() == key) else {
            return Err(Mistake::at(placed.line, no_such_key(row, is_splice, key)));
        };
        let what_of = |Mistake { line, what }| Mistake { line, what: format!("{key}: {what}") };
        within(placed, |value| known.field.read(&mut listener, value, folder).map_err(what_of))?;
    }
    Ok(Listener::Other(Box::new(listener)))
}

fn no_such_key(row: &NetworkRow, is_splice: bool, key: &str) -> String {
    let name = row.name;
    if key == UPSTREAM {
        return format!("there is no splice for {name}: leave upstream out");
    }
    match (is_splice, row.keys_of(!is_splice).any(|known| known.name() == key)) {
        (true, true) => format!("{key} is the game's server's affair: leave it or upstream out"),
        (false, true) if row.has_splice => {
            format!("{key} is for a splice: say with upstream where the game's server is, too")
        }
        _ => {
            let more = ["network", "address"].into_iter().chain(row.has_splice.then_some(UPSTREAM));
            let meant = nearest(key, row.keys_of(is_splice).map(Key::name).chain(more));
            let meant = meant.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
            format!("there is no key {key} for {name}{meant}")
        }
    }
}

fn within<'v, T>(
    placed: &'v Placed,
    read: impl FnOnce(&'v Value) -> Result<T, Mistake>,
) -> Result<T, Mistake> {
    read(&placed.value).map_err(|mistake| mistake.or_at(placed.line))
}

/// As a table in one line, without what is as it is anyway.
fn written(listener: &ListenerConfig) -> String {
    let row = listener.network.row();
    let (mut own, mut default) = (listener.clone(), ListenerConfig::default());
    let mut keys = vec![
        format!("network = {}", quoted(row.name)),
        format!("address = {}", quoted(&listener.address.to_string())),
    ];
    for key in row.keys_of(listener.splice.upstream.is_some()) {
        let value = key.field.written(&mut own);
        if value != key.field.written(&mut default) {
            keys.extend(value.map(|value| format!("{} = {value}", key.name())));
        }
    }
    format!("{{ {} }}", keys.join(", "))
}
