//! `listen`: where players come in, and over which networks.

use std::net::{Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Config;
use super::document::{Placed, Value, quoted};
use super::field::{Field, Mistake, Tables, address, expected, text};
use super::keys::Key;
use super::suggestion::nearest;

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

/// A network that a listener may be for, besides QUIC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListenerNetwork {
    /// Game servers that keep their clients and hand their voice packets over.
    Sidecar,
}

/// Whose ports are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IpProtocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// What is to be known of a network.
pub(super) struct NetworkRow {
    network: ListenerNetwork,
    pub(super) name: &'static str,
    ip_protocol: IpProtocol,
    /// What its clients are, in sentences.
    pub(super) about: &'static str,
    /// Those that it has besides [`COMMON_KEYS`].
    pub(super) keys: &'static [Key<ListenerConfig>],
}

/// All of them, in the order of the page of documentation.
pub(super) const NETWORKS: &[NetworkRow] = &[NetworkRow {
    network: ListenerNetwork::Sidecar,
    name: "sidecar",
    ip_protocol: IpProtocol::Tcp,
    about: "Game servers of any network that keep their clients and hand their voice packets over one link; docs/networks/sidecar.md says how. address is a TCP address of this machine or of a network that is nobody else's: what passes there is not encrypted.",
    keys: SIDECAR_KEYS,
}];

/// What a listener is told by keys of every network, besides `network` and `address`.
pub(super) const COMMON_KEYS: &[Key<ListenerConfig>] = &[Key::of_listener(
    "session",
    Field::Text(|listener| &mut listener.session),
    "Which session its clients are in: one of sessions. Without it the only one there is; with several, one has to be chosen, as these clients cannot name one themselves.",
)
.with_example("\"main\"")];

const SIDECAR_KEYS: &[Key<ListenerConfig>] = &[
    Key::of_listener(
        "secret_file",
        Field::File(|listener| &mut listener.sidecar.secret_file),
        "A file whose first line both ends know, and which other users of the machine should not be able to read: at least 16 random bytes. It may only be left out where nobody but this machine reaches the address.",
    )
    .with_example("\"sidecar-secret.txt\""),
    Key::of_listener(
        "links_max",
        Field::Size(|listener| &mut listener.sidecar.links_max, 1, 4096),
        "Links of game servers at once.",
    ),
    Key::of_listener(
        "strangers_max",
        Field::Size(|listener| &mut listener.sidecar.strangers_max, 1, 4096),
        "Links at once that have not proved yet that they know the secret.",
    ),
    Key::of_listener(
        "players_max",
        Field::Number(|listener| &mut listener.sidecar.players_max, 1, 65_535),
        "Players of one link. Those that were kicked count until the game server says that they have left.",
    ),
    Key::of_listener(
        "handshake_timeout_s",
        Field::Seconds(|listener| &mut listener.sidecar.handshake_timeout, 0.1, 60.0),
        "How long a link may take to its proof, in seconds.",
    ),
    Key::of_listener(
        "idle_timeout_s",
        Field::Seconds(|listener| &mut listener.sidecar.idle_timeout, 2.0, 600.0),
        "Silence in seconds, in whole ones, after which a link counts as lost, and all its players as gone. Either end makes itself heard four times as often.",
    ),
    Key::of_listener(
        "control_bytes_max",
        Field::Size(|listener| &mut listener.sidecar.control_bytes_max, 65_536, 1 << 30),
        "Bytes that wait for one link without being voice; with more it ends as too slow.",
    ),
    Key::of_listener(
        "voice_bytes_max",
        Field::Size(|listener| &mut listener.sidecar.voice_bytes_max, 8192, 1 << 24),
        "Bytes of voice that wait for one link; the oldest go.",
    ),
];

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
        self.session_among(settled).err()
    }
}

impl ListenerNetwork {
    /// As a file has it.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Whose port its address names.
    pub fn ip_protocol(self) -> IpProtocol {
        self.row().ip_protocol
    }

    fn row(self) -> &'static NetworkRow {
        let row = NETWORKS.iter().find(|row| row.network == self);
        row.expect("every network has its row")
    }
}

impl Default for ListenerConfig {
    fn default() -> Self {
        Self {
            network: ListenerNetwork::Sidecar,
            address: SocketAddr::from((Ipv6Addr::LOCALHOST, 0)),
            session: None,
            sidecar: SidecarListenerConfig::default(),
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
                Listener::Other(listener) => others.push(listener),
            },
            _ => return Err(in_line(expected("an address or a table", value))),
        }
    }
    Ok((quic, others))
}

enum Listener {
    Quic(SocketAddr),
    Other(ListenerConfig),
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
    Ok(if row.is_some() { Listener::Other(listener) } else { Listener::Quic(at) })
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
