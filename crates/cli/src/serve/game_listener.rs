//! Listeners for networks other than QUIC: their settings, and their descriptions for operators.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;

use consonance_link::gateway::{PlaceBoard, SourceAddresses};
use consonance_link::listener::{
    BadUpstream, GameServer, IpProtocol, ListenerPlace, ListenerProblem, NetworkListener, NetworkTable,
    Reading, TlsIdentity,
};
use consonance_link::{AddressShares, authority};
use consonance_quic::{ShownIdentity, stream_server_tls};
use consonance_server::JoiningSettings;
use consonance_server_config::{ConfigProblem, ListenerConfig, LoadedConfig, Networks};

use super::host::host_at;
use super::joining::secret_line;
use super::opened_listener::OpenedListener;

/// A listener that can be opened.
pub(super) struct GameListener {
    config: ListenerConfig,
    listener: Box<dyn NetworkListener>,
    /// The rules for sharing its connections between addresses.
    shares: AddressShares,
    /// The session of all its clients; `None` if each link names its own.
    session: Option<String>,
    /// The source addresses of connections to the game's server, in a proxy.
    source_addresses: Option<SourceAddresses>,
    /// The identity that it presents if it has TLS.
    tls_identity: Option<TlsIdentity>,
    /// The name under which players reach it.
    host: String,
    /// The names of this server whose pages may connect.
    own_host_names: Vec<String>,
}

/// Reads the settings and files of the listeners; problems that do not prevent the start go to the notes.
pub(super) fn read(
    loaded: &LoadedConfig,
    networks: Networks,
    joining: &JoiningSettings,
    shown_identity: Option<&ShownIdentity>,
    notes: &mut Vec<String>,
) -> Result<Vec<GameListener>, ConfigProblem> {
    let config = &loaded.config;
    let problem = |what: String| loaded.problem("listen", what);
    let mut listeners = Vec::new();
    for listener in &config.listen.others {
        let name = listener.network.name;
        let network = networks.find(name).ok_or_else(|| problem(format!("unknown network {name}")))?;
        let mut secret_line = |path: &_| secret_line(path, notes).map_err(ListenerProblem::new);
        let mut reading = Reading::new(name, &listener.keys, &mut secret_line);
        let made = network.read(&mut reading).map_err(|what| problem(what.to_string()))?;
        let session = listener.session_among(config).map_err(problem)?.map(str::to_owned);
        let source_addresses = GameServer::source_addresses(&listener.proxy);
        let source_addresses =
            source_addresses.map_err(|error| problem(format!("source_addresses: {error}")))?;
        let listener = GameListener {
            config: listener.clone(),
            listener: made,
            shares: config.addresses,
            session,
            source_addresses,
            tls_identity: shown_identity.map(tls_identity),
            host: host_at(config, listener.address.ip()),
            own_host_names: config.own_host_names(),
        };
        notes.extend(listener.notes(joining));
        listeners.push(listener);
    }
    Ok(listeners)
}

/// The identity as networks present it.
fn tls_identity(shown: &ShownIdentity) -> TlsIdentity {
    TlsIdentity { certificate: Arc::new(shown.clone()), http: stream_server_tls(shown.clone()) }
}

impl GameListener {
    fn network(&self) -> &'static NetworkTable {
        self.config.network
    }

    /// Opens the port.
    pub(super) fn open(&self, places: &PlaceBoard) -> Result<OpenedListener, String> {
        let (name, address) = (self.network().name, self.config.address);
        let place = ListenerPlace {
            network: name,
            address,
            session: self.session.as_deref(),
            shares: self.shares,
            own_host_names: &self.own_host_names,
            identity: self.tls_identity.as_ref(),
            places,
        };
        let opened = match self.game_server()? {
            Some(game) => self.listener.open_proxy(&place, &game),
            None => self.listener.open(&place),
        };
        let opened = opened.map_err(|error| not_opened(self.network(), address, &error))?;
        let local = opened.address;
        let at = authority(&self.host, local.port());
        let with_tls = self.with_tls();
        let line = |what: &str| format!("{what} over {name} at {at}{with_tls}");
        let line = match &self.session {
            Some(session) => line(&format!("session {session:?} is open")) + &self.beside_voice(),
            None => line("the sessions named by links are open"),
        };
        let tls_address = self.listener.has_tls().then_some(local);
        Ok(OpenedListener { shards: opened.shards, session: self.session.clone(), line, tls_address })
    }

    /// A line that describes what this listener would open.
    pub(super) fn in_words(&self) -> String {
        let (name, address) = (self.network().name, self.config.address);
        let at = authority(&self.host, address.port());
        match &self.session {
            Some(session) => {
                let (with_tls, beside_voice) = (self.with_tls(), self.beside_voice());
                format!(
                    "session {session:?} over {name} at {address}, for players at {at}{with_tls}{beside_voice}"
                )
            }
            None => format!("the sessions that links name over {name} at {address}, for links to {at}"),
        }
    }

    fn with_tls(&self) -> &'static str {
        if self.listener.has_tls() { " with TLS" } else { "" }
    }

    /// A description of the handling of everything but voice.
    fn beside_voice(&self) -> String {
        let upstream = self.config.proxy.upstream.as_ref();
        let passed_on =
            |upstream| format!("; everything but voice is forwarded to the game's server at {upstream}");
        upstream.map(passed_on).unwrap_or_default()
    }

    /// The game's own server, if there is to be one: at an address that connections from the source addresses can
    /// reach.
    fn game_server(&self) -> Result<Option<GameServer>, String> {
        let ListenerConfig { proxy, address, .. } = &self.config;
        let found = GameServer::find(proxy, self.source_addresses, *address);
        found.map_err(|why| {
            let (name, upstream) = (self.network().name, proxy.upstream.as_deref().unwrap_or_default());
            match why {
                BadUpstream::NotFound(error) => {
                    format!("{name}: cannot find the game's server at {upstream}: {error}")
                }
                _ => format!(
                    "{name}: the game's server at {upstream} cannot be reached from source_addresses: one \
                     is IPv4, the other IPv6"
                ),
            }
        })
    }

    /// Notes on consequences that an operator may not expect.
    fn notes(&self, joining: &JoiningSettings) -> Vec<String> {
        let address = self.config.address;
        let at = format!("{} at {address}", self.network().name);
        let mut notes = Vec::new();
        if let Some(what) = self.listener.plaintext().filter(|_| !address.ip().is_loopback()) {
            notes.push(format!(
                "{at}{what} is not encrypted: anyone on the path can listen, and speak in players' names"
            ));
        }
        // Clients of our own protocol can present tokens and passwords.
        if self.listener.shows_secrets() {
            return notes;
        }
        let effect = match self.config.proxy.upstream {
            Some(_) => "players can enter the game, but their voice cannot enter the session",
            None => "no player can join here",
        };
        let source = match &self.session {
            Some(session) => format!("the session {session:?} requires"),
            None => "some sessions require".to_owned(),
        };
        let asks =
            |what: &str| format!("{at}: {source} {what}, which clients of games cannot present: {effect}");
        let has_password = joining
            .passwords
            .iter()
            .any(|(sessions, _)| self.session.as_ref().is_none_or(|session| sessions.matches(session)));
        match (joining.token_keys.is_empty(), has_password) {
            (true, false) => {}
            (false, false) => notes.push(asks("a join token")),
            (true, true) => notes.push(asks("a password")),
            (false, true) => notes.push(asks("a join token or a password")),
        }
        notes
    }
}

/// The error text for a port that could not be opened, with a hint for the operator.
fn not_opened(network: &NetworkTable, address: SocketAddr, error: &io::Error) -> String {
    let protocol = match network.ip_protocol {
        IpProtocol::Tcp => "TCP",
        IpProtocol::Udp => "UDP",
    };
    let (name, ip, port) = (network.name, address.ip(), address.port());
    match error.kind() {
        ErrorKind::AddrInUse => format!(
            "{name}: {protocol} port {port} is taken on {ip}; stop the program that uses it, or choose another port"
        ),
        ErrorKind::PermissionDenied => {
            format!("{name}: not permitted to use {protocol} port {port}; choose one above 1023")
        }
        ErrorKind::AddrNotAvailable => format!("{name}: this machine does not have the address {ip}"),
        _ => format!("{name}: cannot listen on {address}: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use consonance_server_config::{ConfigSources, NETWORKS};

    use super::*;

    /// A listener with these further lines in its table.
    fn listener(network: &str, address: &str, more: &str) -> GameListener {
        let networks = Networks::new(NETWORKS);
        let mut sources = ConfigSources::new(networks.tables());
        let text = format!("host = '::1'\n[[listen]]\nnetwork = '{network}'\naddress = '{address}'\n{more}");
        sources.add_file("voice.toml".as_ref(), &text);
        let loaded = sources.load().expect("it is right");
        let read = read(&loaded, networks, &JoiningSettings::default(), None, &mut Vec::new());
        read.expect("it is right").pop().expect("there is one")
    }

    #[test]
    fn every_network_that_may_stand_in_front_of_a_game_is_made_so() {
        for network in NETWORKS.iter().filter(|network| network.table().has_proxy()) {
            let name = network.table().name;
            let proxied = listener(name, "127.0.0.1:0", "upstream = '127.0.0.1:9'");
            assert!(proxied.open(&PlaceBoard::default()).is_ok(), "{name}");
        }
        let mut alone = listener("forge", "127.0.0.1:0", "");
        alone.config.proxy.upstream = Some("127.0.0.1:9".into());
        let error = alone.open(&PlaceBoard::default()).err().expect("there is no proxy for it");
        assert!(error.contains("this network has no proxy"), "{error}");
    }

    #[test]
    fn a_game_server_that_cannot_be_reached_is_named() {
        let mut proxied = listener("mirror-kcp", "127.0.0.1:0", "upstream = '127.0.0.1:9'");
        proxied.config.proxy.upstream = Some("not a name:9".into());
        let error = proxied.open(&PlaceBoard::default()).err().expect("there is no such host");
        assert!(error.starts_with("mirror-kcp: cannot find the game's server at not a name:9: "), "{error}");
        proxied.config.proxy.upstream = Some("[::1]:9".into());
        proxied.source_addresses = Some("127.1.0.0/16".parse().expect("addresses"));
        let error = proxied.open(&PlaceBoard::default()).err().expect("one does not reach the other");
        let words = "mirror-kcp: the game's server at [::1]:9 cannot be reached from source_addresses: \
                     one is IPv4, the other IPv6";
        assert_eq!(error, words);
    }

    #[test]
    fn a_port_that_cannot_be_had_is_told_in_plain_words() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = taken.local_addr().expect("it has an address");
        let error = listener("sidecar", &address.to_string(), "")
            .open(&PlaceBoard::default())
            .err()
            .expect("the port is taken");
        assert!(error.starts_with(&format!("sidecar: TCP port {} is taken", address.port())), "{error}");
        let error = listener("mirror-telepathy", "192.0.2.1:9", "")
            .open(&PlaceBoard::default())
            .err()
            .expect("another machine's");
        assert_eq!(error, "mirror-telepathy: this machine does not have the address 192.0.2.1");
    }

    #[test]
    fn an_operator_is_told_what_may_be_a_surprise() {
        let open = JoiningSettings::default();
        assert_eq!(listener("ngo", "127.0.0.1:5", "").notes(&open), [""; 0]);
        let [plain] = &listener("ngo", "0.0.0.0:5", "").notes(&open)[..] else { panic!("one note") };
        assert!(plain.starts_with("ngo at 0.0.0.0:5 is not encrypted"), "{plain}");
        let webrtc = listener("webrtc-network", "0.0.0.0:5", "announced = '192.0.2.1:5'");
        let [plain] = &webrtc.notes(&open)[..] else { panic!("one note") };
        assert!(plain.starts_with("webrtc-network at 0.0.0.0:5's signalling is not encrypted"), "{plain}");
        let mut closed = JoiningSettings::default();
        closed.passwords.push(("ma*".into(), consonance_server::SecretText::new("xyzzy")));
        let [password] = &listener("ngo", "127.0.0.1:5", "").notes(&closed)[..] else { panic!("one note") };
        assert!(
            password.contains("\"main\" requires a password, which clients of games cannot present"),
            "{password}"
        );
        let of_pages = |address, more| listener("websocket", address, more);
        assert_eq!(of_pages("127.0.0.1:5", "").notes(&closed), [""; 0], "its clients can present a password");
        assert_eq!(of_pages("0.0.0.0:5", "").notes(&open).len(), 1, "it is not encrypted");
        assert_eq!(of_pages("0.0.0.0:5", "tls = true").notes(&open), [""; 0]);
        closed.passwords[0].0 = "other".into();
        assert_eq!(listener("ngo", "127.0.0.1:5", "").notes(&closed), [""; 0]);
    }
}
