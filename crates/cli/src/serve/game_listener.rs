//! Listeners for other networks than QUIC: how each is made, and what an operator is told about it.

mod build;
mod envelopes;
mod opening;
mod proxying;
mod secret_bytes;
mod steam;

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, ToSocketAddrs as _};

use consonance_gateway::websocket::PageOrigins;
use consonance_gateway::{BadSourceAddresses, SourceAddresses};
use consonance_mirror::Credentials;
use consonance_quic::ShownIdentity;
use consonance_server::JoiningSettings;
use consonance_server_config::{
    GameListenerConfig, IpProtocol, ListenerConfig, ListenerNetwork, LoadedConfig, Problem,
};
use consonance_sidecar::{LinkSecret, SidecarSettings};
use consonance_transport::{AddressShares, authority};
use consonance_webrtc_network::signalling::{SignallingUrl, SignallingUrlError};

use super::address_shares::address_shares;
use super::host::host_at;
use super::joining::read_secret_line;
use super::opened_listener::{NetworkListener, OpenedListener};

/// One that can be opened.
pub(super) struct GameListener {
    config: ListenerConfig,
    /// How its connections are shared between addresses.
    shares: AddressShares,
    /// Which one all its clients are in; without it each link names its own.
    session: Option<String>,
    secret: LinkSecret,
    /// The signalling server, where it is not ours.
    signalling: Option<SignallingUrl>,
    /// What clients of a game on Mirror have to know.
    credentials: Option<Credentials>,
    /// Where connections to the game's server come from, in a proxy.
    source_addresses: Option<SourceAddresses>,
    /// What it shows where it has TLS.
    shown_identity: Option<ShownIdentity>,
    /// The name under which players reach it.
    host: String,
    /// Which pages may connect, where it is over `WebSocket`s.
    origins: PageOrigins,
}

/// Reads what the listeners need; what is not as it should be but works all the same goes to the notes.
pub(super) fn read(
    loaded: &LoadedConfig,
    joining: &JoiningSettings,
    shown_identity: Option<&ShownIdentity>,
    notes: &mut Vec<String>,
) -> Result<Vec<GameListener>, Problem> {
    let config = &loaded.config;
    let mut read = Vec::new();
    for listener in &config.listen.others {
        if listener.network == ListenerNetwork::Steam && !cfg!(feature = "steam") {
            return Err(loaded.problem("listen", format!("steam: {}", steam::NOT_BUILT)));
        }
        let session = listener.session_among(config);
        let session = session.map_err(|what| loaded.problem("listen", what))?.map(str::to_owned);
        let signalling = listener.game.signalling.as_ref().map(|url| url.parse()).transpose();
        let signalling = signalling
            .map_err(|error: SignallingUrlError| loaded.problem("listen", format!("signalling: {error}")))?;
        let sources = listener.proxy.source_addresses.as_ref().map(|prefix| prefix.parse()).transpose();
        let source_addresses = sources.map_err(|error: BadSourceAddresses| {
            loaded.problem("listen", format!("source_addresses: {error}"))
        })?;
        let secret = match &listener.sidecar.secret_file {
            Some(path) => LinkSecret::new(read_secret_line(loaded, "listen", path, notes)?.reveal()),
            None => LinkSecret::default(),
        };
        let credentials = credentials(loaded, &listener.game, notes)?;
        let host = host_at(config, listener.address.ip());
        let origins = PageOrigins::new(listener.web_socket.origins.clone(), loaded.config.own_host_names());
        let (shares, config) = (address_shares(&loaded.config), listener.clone());
        let shown_identity = shown_identity.cloned();
        let listener = GameListener {
            config,
            shares,
            session,
            secret,
            signalling,
            credentials,
            source_addresses,
            shown_identity,
            host,
            origins,
        };
        notes.extend(listener.notes(joining));
        read.push(listener);
    }
    Ok(read)
}

/// The user and the password of a game on Mirror, if it asks for them.
fn credentials(
    loaded: &LoadedConfig,
    game: &GameListenerConfig,
    notes: &mut Vec<String>,
) -> Result<Option<Credentials>, Problem> {
    let (Some(user), Some(path)) = (&game.username, &game.password_file) else {
        return Ok(None);
    };
    let password = read_secret_line(loaded, "listen", path, notes)?;
    let credentials = Credentials::new(user, password.reveal());
    credentials.map(Some).map_err(|error| loaded.problem("listen", format!("username: {error}")))
}

impl GameListener {
    /// Takes the port.
    pub(super) fn open(&self) -> Result<OpenedListener, String> {
        let ListenerConfig { network, address, .. } = self.config;
        let opened = opening::open(self, self.upstream()?);
        let (listener, local) = opened.map_err(|error| not_opened(network, address, &error))?;
        let (network, at) = (network.name(), authority(&self.host, local.port()));
        let with_tls = self.with_tls();
        let (beside_voice, line) =
            (self.beside_voice(), |what: &str| format!("{what} over {network} at {at}{with_tls}"));
        let line = match &self.session {
            Some(session) => line(&format!("session {session:?} is open")) + &beside_voice,
            None => line("the sessions that links name are open"),
        };
        Ok(OpenedListener { listener, line, tls_address: self.has_tls().then_some(local) })
    }

    /// What would be open.
    pub(super) fn in_words(&self) -> String {
        let ListenerConfig { network, address, .. } = &self.config;
        let (network, at) = (network.name(), authority(&self.host, address.port()));
        match &self.session {
            Some(session) => {
                let beside_voice = self.beside_voice();
                let with_tls = self.with_tls();
                format!(
                    "session {session:?} over {network} at {address}, for players at {at}{with_tls}{beside_voice}"
                )
            }
            None => format!("the sessions that links name over {network} at {address}, for links to {at}"),
        }
    }

    /// Whether it is for `WebSocket`s with TLS.
    fn has_tls(&self) -> bool {
        self.config.network == ListenerNetwork::WebSocket && self.config.web_socket.tls
    }

    fn with_tls(&self) -> &'static str {
        if self.has_tls() { " with TLS" } else { "" }
    }

    /// What is done with everything else, in words.
    fn beside_voice(&self) -> String {
        let upstream = self.config.proxy.upstream.as_ref();
        let passed_on = |upstream| format!("; all but voice goes on to the game's server at {upstream}");
        upstream.map(passed_on).unwrap_or_default()
    }

    /// The address of the game's server, which may be a name, if there is to be one: one that connections from
    /// the source addresses can reach.
    fn upstream(&self) -> Result<Option<SocketAddr>, String> {
        let Some(upstream) = &self.config.proxy.upstream else { return Ok(None) };
        let network = self.config.network.name();
        let found = upstream
            .to_socket_addrs()
            .map_err(|error| format!("{network}: the game's server at {upstream} is not found: {error}"))?;
        let is_reached = |at: &SocketAddr| {
            self.source_addresses.is_none_or(|sources| sources.of(at.ip()).is_ipv4() == at.is_ipv4())
        };
        let reached = found.into_iter().find(is_reached).map(Some);
        reached.ok_or_else(|| {
            format!(
                "{network}: the game's server at {upstream} is not reached from source_addresses: \
                 one is of IPv4, and the other of IPv6"
            )
        })
    }

    /// What may surprise an operator.
    fn notes(&self, joining: &JoiningSettings) -> Vec<String> {
        let ListenerConfig { network, address, .. } = &self.config;
        let at = format!("{} at {address}", network.name());
        let mut notes = Vec::new();
        if !address.ip().is_loopback() && !self.has_tls() {
            let plain = match (network, &self.config.game.signalling) {
                (ListenerNetwork::WebRtcNetwork, Some(_)) | (ListenerNetwork::Steam, _) => None,
                (ListenerNetwork::WebRtcNetwork, None) => Some("'s signalling"),
                _ => Some(""),
            };
            notes.extend(plain.map(|what| {
                format!("{at}{what} is not encrypted: whoever is on the way can listen and speak in players' names")
            }));
        }
        let nobody = match self.config.proxy.upstream {
            Some(_) => "everybody gets into the game, and nobody's voice into the session",
            None => "nobody gets in here",
        };
        // Players over our own protocol can.
        if *network == ListenerNetwork::WebSocket {
            return notes;
        }
        let who = match &self.session {
            Some(session) => format!("the session {session:?} asks"),
            None => "there are sessions that ask".to_owned(),
        };
        let asks =
            |what: &str| format!("{at}: {who} for {what}, which clients of games cannot show: {nobody}");
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

    fn sidecar_settings(&self) -> SidecarSettings {
        let sidecar = &self.config.sidecar;
        let mut settings = SidecarSettings::default();
        settings.secret = self.secret.clone();
        settings.session.clone_from(&self.session);
        settings.links_max = sidecar.links_max;
        settings.handshakes_max = sidecar.handshakes_max;
        settings.players_max = sidecar.players_max;
        settings.handshake_timeout = sidecar.handshake_timeout_s.into();
        settings.idle_timeout = sidecar.idle_timeout_s.into();
        settings.quiet_timeout = sidecar.quiet_timeout_s.into();
        settings.control_bytes_max = sidecar.control_bytes_max;
        settings.voice_bytes_max = sidecar.voice_bytes_max;
        settings
    }
}

/// What went wrong, and what to do.
fn not_opened(network: ListenerNetwork, address: SocketAddr, error: &io::Error) -> String {
    let protocol = match network.ip_protocol() {
        IpProtocol::Tcp => "TCP",
        IpProtocol::Udp => "UDP",
    };
    let (name, ip, port) = (network.name(), address.ip(), address.port());
    match error.kind() {
        ErrorKind::AddrInUse => format!(
            "{name}: {protocol} port {port} is taken on {ip}; stop the program that uses it, or choose another port"
        ),
        ErrorKind::PermissionDenied => {
            format!("{name}: {protocol} port {port} is not ours to take; choose one above 1023")
        }
        ErrorKind::AddrNotAvailable => format!("{name}: this machine does not have the address {ip}"),
        _ => format!("{name}: cannot listen on {address}: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use consonance_gateway::ProxySettings;
    use consonance_gateway::tcp::TcpSettings;
    use consonance_server_config::ProxyListenerConfig;

    use super::*;

    fn listener(address: &str) -> GameListener {
        let mut config = ListenerConfig::default();
        config.address = address.parse().expect("an address");
        let (session, secret, host) = (Some("main".into()), LinkSecret::default(), "::1".into());
        GameListener {
            config,
            session,
            shares: AddressShares::default(),
            secret,
            signalling: None,
            credentials: None,
            source_addresses: None,
            shown_identity: None,
            host,
            origins: PageOrigins::default(),
        }
    }

    #[test]
    fn the_defaults_of_the_configuration_are_those_of_the_network() {
        let mut expected = SidecarSettings::default();
        expected.session = Some("main".into());
        assert_eq!(listener("127.0.0.1:0").sidecar_settings(), expected);
        let mut config = ListenerConfig::default();
        config.game.connections_max = TcpSettings::default().connections_max;
        assert_eq!(
            opening::web_socket_settings(&config, AddressShares::default()),
            consonance_websocket::default_settings()
        );
        assert_eq!(proxying::proxy_settings(&ProxyListenerConfig::default()), ProxySettings::default());
    }

    #[test]
    fn every_network_that_may_stand_in_front_of_a_game_is_made_so() {
        for network in ListenerNetwork::all() {
            let mut proxied = listener("127.0.0.1:0");
            proxied.config.network = network;
            proxied.config.proxy.upstream = Some("127.0.0.1:9".into());
            assert_eq!(proxied.open().is_ok(), network.has_proxy(), "{network:?}");
        }
    }

    #[test]
    fn a_game_server_that_cannot_be_reached_is_named() {
        let mut proxied = listener("127.0.0.1:0");
        proxied.config.network = ListenerNetwork::MirrorKcp;
        proxied.config.proxy.upstream = Some("not a name:9".into());
        let error = proxied.open().err().expect("there is no such host");
        assert!(error.starts_with("mirror-kcp: the game's server at not a name:9 is not found: "), "{error}");
        proxied.config.proxy.upstream = Some("[::1]:9".into());
        proxied.source_addresses = Some("127.1.0.0/16".parse().expect("addresses"));
        let error = proxied.open().err().expect("one does not reach the other");
        let words = "mirror-kcp: the game's server at [::1]:9 is not reached from source_addresses: \
                     one is of IPv4, and the other of IPv6";
        assert_eq!(error, words);
    }

    #[test]
    fn a_port_that_cannot_be_had_is_told_in_plain_words() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = taken.local_addr().expect("it has an address");
        let error = listener(&address.to_string()).open().err().expect("the port is taken");
        assert!(error.starts_with(&format!("sidecar: TCP port {} is taken", address.port())), "{error}");
        let error = listener("192.0.2.1:9").open().err().expect("it is another machine's");
        assert_eq!(error, "sidecar: this machine does not have the address 192.0.2.1");
    }

    #[test]
    fn an_operator_is_told_what_may_be_a_surprise() {
        let open = JoiningSettings::default();
        assert_eq!(listener("127.0.0.1:5").notes(&open), [""; 0]);
        let [plain] = &listener("0.0.0.0:5").notes(&open)[..] else { panic!("one note") };
        assert!(plain.starts_with("sidecar at 0.0.0.0:5 is not encrypted"), "{plain}");
        let mut closed = JoiningSettings::default();
        closed.passwords.push(("ma*".into(), consonance_server::SecretText::new("xyzzy")));
        let [password] = &listener("127.0.0.1:5").notes(&closed)[..] else { panic!("one note") };
        assert!(
            password.contains("\"main\" asks for a password, which clients of games cannot show"),
            "{password}"
        );
        let mut of_pages = listener("127.0.0.1:5");
        of_pages.config.network = ListenerNetwork::WebSocket;
        assert_eq!(of_pages.notes(&closed), [""; 0], "its clients can show a password");
        of_pages.config.address = "0.0.0.0:5".parse().expect("an address");
        assert_eq!(of_pages.notes(&open).len(), 1, "it is not encrypted");
        of_pages.config.web_socket.tls = true;
        assert_eq!(of_pages.notes(&open), [""; 0]);
        closed.passwords[0].0 = "other".into();
        assert_eq!(listener("127.0.0.1:5").notes(&closed), [""; 0]);
    }
}
