//! How each network is made.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant, SystemTime};

use consonance_darkrift::DarkRiftServer;
use consonance_darkrift::voice::DarkRiftVoice;
use consonance_enet::{EnetServer, EnetServerSettings};
use consonance_fishnet::FishNetVoiceOnly;
use consonance_forge::voice::ForgeVoice;
use consonance_forge::{ForgeServer, ForgeServerSettings};
use consonance_gateway::streams::{PingSettings, StreamSettings};
use consonance_gateway::udp::{ServerEndpoint, UdpServer, UdpServerSettings};
use consonance_gateway::websocket::PageOrigins;
use consonance_gateway::{EnvelopeKind, EnvelopeServer, GameNetworkServer, VoiceStart};
use consonance_kcp::{KcpServer, KcpServerSettings, LinkSettings};
use consonance_litenetlib::{LiteNetLibServer, UtcClock};
use consonance_mirror::{MirrorVoiceOnly, looks_like_batch};
use consonance_ngo::NgoVoiceOnly;
use consonance_quic::stream_server_tls;
use consonance_server_config::{ListenerConfig, ListenerNetwork};
use consonance_sidecar::SidecarServer;
use consonance_simple_web::{ServerEnd, SimpleWebServer};
use consonance_telepathy::{Telepathy, TelepathyServer};
use consonance_transport::{AddressShares, ServerTransport};
use consonance_utp::UtpServer;
use consonance_webrtc_network::signalling::{ListenerSettings, ReservedAddresses, SignallingListener};
use consonance_webrtc_network::{HostSettings, WebRtcHost};

use super::envelopes::{darkrift_settings, fishnet_settings, ngo_settings, voice_type};
use super::proxying::ProxyPlan;
use super::secret_bytes::secret_bytes;
use super::{GameListener, NetworkListener, build, proxying, steam};

/// A network whose clients all mean one session, and where it listens.
pub(super) type Opened = (Box<dyn ServerTransport>, SocketAddr);

/// Takes the port.
pub(super) fn open(
    listener: &GameListener,
    upstream: Option<SocketAddr>,
) -> io::Result<(NetworkListener, SocketAddr)> {
    let GameListener { config, session, .. } = listener;
    let Some(session) = session else {
        let server = SidecarServer::bind(config.address, listener.sidecar_settings())?;
        let at = server.local_addr();
        return Ok((NetworkListener::Links(Box::new(server)), at));
    };
    let (transport, at) = match upstream {
        Some(upstream) => {
            let source_addresses = listener.source_addresses;
            let shares = listener.shares;
            let origins = &listener.origins;
            proxying::open(&ProxyPlan { config, shares, session, upstream, source_addresses, origins })?
        }
        None => open_server(listener, session)?,
    };
    Ok((NetworkListener::Session(session.clone(), transport), at))
}

/// One without a game's server behind it.
fn open_server(listener: &GameListener, session: &str) -> io::Result<Opened> {
    let (config, address_shares) = (&listener.config, listener.shares);
    match config.network {
        ListenerNetwork::Sidecar => {
            let server = SidecarServer::bind(config.address, listener.sidecar_settings())?;
            let at = server.local_addr();
            Ok((Box::new(server), at))
        }
        ListenerNetwork::MirrorKcp => {
            let link = LinkSettings { is_message: looks_like_batch, ..LinkSettings::default() };
            let settings = KcpServerSettings {
                link: build::kcp_link(&config.game, link),
                generation: build::kcp_generation(&config.game),
                peers_max: config.game.connections_max,
                address_shares,
                ..KcpServerSettings::default()
            };
            over_udp(config, session, KcpServer::new(settings, secret_bytes()?), mirror(listener, None))
        }
        ListenerNetwork::MirrorTelepathy => {
            let server =
                TelepathyServer::bind(config.address, Telepathy::default(), streams(config, address_shares))?;
            let at = server.local_addr()?;
            Ok((voice_only(config, session, server, mirror(listener, Some(PONG_INTERVAL))), at))
        }
        ListenerNetwork::MirrorWebSocket => {
            let end = ServerEnd { origins: listener.origins.clone(), ..ServerEnd::default() };
            let server = SimpleWebServer::bind(config.address, end, streams(config, address_shares))?;
            let at = server.local_addr()?;
            Ok((voice_only(config, session, server, mirror(listener, Some(PONG_INTERVAL))), at))
        }
        ListenerNetwork::MirrorIgnorance => {
            let peers_max = config.game.connections_max;
            let default = EnetServerSettings::default();
            let connection = build::enet_connection(&config.game, default.connection);
            let settings =
                EnetServerSettings { connection, peers_max, address_shares, ..EnetServerSettings::default() };
            over_udp(config, session, EnetServer::new(settings, secret_bytes()?), mirror(listener, None))
        }
        ListenerNetwork::DarkRift2 => {
            let settings = build::darkrift_server(&config.game, address_shares);
            let server = DarkRiftServer::bind(config.address, settings)?;
            let at = server.local_addr();
            let envelopes = DarkRiftVoice::voice_only(darkrift_settings(&config.game));
            Ok((voice_only(config, session, server, envelopes), at))
        }
        ListenerNetwork::FishNet => open_fishnet(config, address_shares, session),
        ListenerNetwork::Ngo => {
            let default = consonance_utp::ConnectionSettings::default();
            let timeout = build::silence_timeout(&config.game, default.timeout);
            let settings = consonance_utp::ServerSettings {
                connection: consonance_utp::ConnectionSettings { timeout, ..default },
                connections_max: config.game.connections_max,
                address_shares,
                ..consonance_utp::ServerSettings::default()
            };
            let envelopes = NgoVoiceOnly::new(ngo_settings(&config.game));
            over_udp(config, session, UtpServer::new(settings, secret_bytes()?), envelopes)
        }
        ListenerNetwork::Forge => open_forge(config, address_shares, session),
        ListenerNetwork::WebRtcNetwork => webrtc_host(listener, session),
        ListenerNetwork::Steam => steam::open(config),
        ListenerNetwork::WebSocket => web_socket(listener, session),
    }
}

fn open_forge(config: &ListenerConfig, address_shares: AddressShares, session: &str) -> io::Result<Opened> {
    let connections_max = config.game.connections_max;
    let default = ForgeServerSettings::default();
    let mut link = default.link;
    link.timeout = build::silence_timeout(&config.game, link.timeout);
    let settings = ForgeServerSettings { link, connections_max, address_shares, ..default };
    let groups = build::forge_groups(&config.game);
    over_udp(config, session, ForgeServer::new(settings, &secret_bytes()?), ForgeVoice::new(groups))
}

fn open_fishnet(config: &ListenerConfig, address_shares: AddressShares, session: &str) -> io::Result<Opened> {
    // The datagrams of Tugboat before 4.7.0. Since then it does not understand fragments, and none is needed.
    let connection = consonance_litenetlib::ConnectionSettings {
        mtu_bytes: 1033,
        sends_fragments: false,
        ..consonance_litenetlib::ConnectionSettings::default()
    };
    let settings = consonance_litenetlib::ServerSettings {
        connection: build::litenetlib_connection(&config.game, connection),
        connections_max: config.game.connections_max,
        address_shares,
        ..consonance_litenetlib::ServerSettings::default()
    };
    let clock = UtcClock::new(Instant::now(), SystemTime::now());
    let envelopes = FishNetVoiceOnly::new(fishnet_settings(&config.game));
    over_udp(config, session, LiteNetLibServer::new(settings, clock, secret_bytes()?), envelopes)
}

/// A session host at the signalling server that is named, or at one of ours on the TCP port of the same number.
fn webrtc_host(listener: &GameListener, session: &str) -> io::Result<Opened> {
    let GameListener { config, signalling, origins, .. } = listener;
    let (own, url) = if let Some(url) = signalling {
        (None, url.clone())
    } else {
        let (own, url) = own_signalling(config, session, origins)?;
        (Some(own), url.parse().map_err(io::Error::other)?)
    };
    let mut settings = HostSettings::new(url, session);
    settings.udp = config.address;
    if let Some(own) = &own {
        settings.udp.set_port(own.local_addr().port());
    }
    settings.announced = config.game.announced.into_iter().collect();
    (settings.peers_max, settings.address_shares) = (config.game.connections_max, listener.shares);
    let mut host = WebRtcHost::bind(settings)?;
    let at = host.local_addr();
    if let Some(own) = own {
        host.keep_signalling(own);
    }
    Ok((Box::new(host), at))
}

/// A signalling server whose session waits for our own host, and how that reaches it: another client that asks for the
/// session's name first does not get it.
fn own_signalling(
    config: &ListenerConfig,
    session: &str,
    origins: &PageOrigins,
) -> io::Result<(SignallingListener, String)> {
    let reserved = ReservedAddresses::new([session], secret_bytes()?);
    let path = reserved.owner_path(SIGNALLING_PATH);
    let mut settings = signalling_settings(config.game.connections_max, reserved);
    settings.origins = origins.clone();
    let own = SignallingListener::bind(config.address, settings).map_err(io::Error::other)?;
    let mut at = own.local_addr();
    if at.ip().is_unspecified() {
        at.set_ip(if at.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    Ok((own, format!("ws://{at}{path}")))
}

fn signalling_settings(connections_max: usize, reserved: ReservedAddresses) -> ListenerSettings {
    let mut settings = ListenerSettings::default();
    settings.tcp.connections_max = connections_max;
    // No single address takes all places, and a household has enough of them on a small server too.
    settings.guests_per_address_max = (connections_max / 2).max(GUESTS_PER_ADDRESS);
    settings.signalling.reserved = Some(reserved);
    // On other paths no peer would be found, and strangers would be linked with each other.
    settings.signalling.spaces.retain(|path, _| path == SIGNALLING_PATH);
    settings
}

/// As many clients of our own signalling server may be at one address in any case.
const GUESTS_PER_ADDRESS: usize = 32;

/// Where games look for a session and for each other.
const SIGNALLING_PATH: &str = "/chatapp";

fn web_socket(listener: &GameListener, session: &str) -> io::Result<Opened> {
    let GameListener { config, shares, shown_identity, origins, .. } = listener;
    let (shares, origins) = (*shares, origins.clone());
    let end = consonance_websocket::ServerEnd { session: Some(session.to_owned()), origins };
    let settings = web_socket_settings(config, shares);
    if listener.has_tls() {
        let identity = shown_identity.clone().ok_or_else(|| io::Error::other("there is no certificate"))?;
        let tls = stream_server_tls(identity);
        let server = consonance_websocket::tls_server(config.address, session, end, tls, settings)?;
        let at = server.network().local_addr()?;
        return Ok((Box::new(server), at));
    }
    let server = consonance_websocket::server(config.address, session, end, settings)?;
    let at = server.network().local_addr()?;
    Ok((Box::new(server), at))
}

pub(super) fn web_socket_settings(config: &ListenerConfig, address_shares: AddressShares) -> StreamSettings {
    let own = &config.web_socket;
    let pings = PingSettings { every: own.ping_interval_s.into(), ..PingSettings::default() };
    let mut settings = StreamSettings {
        handshake_max: own.handshake_timeout_s.into(),
        handshakes_max: own.handshakes_max,
        pings: Some(pings),
        voice_bytes_max: own.voice_bytes_max,
        ..streams(config, address_shares)
    };
    settings.tcp.outgoing_bytes_max = own.control_bytes_max;
    settings
}

/// Clients leave after 20 s of silence over `WebSocket`s, and after 30 s over Telepathy.
const PONG_INTERVAL: Duration = Duration::from_secs(5);

fn mirror(listener: &GameListener, pong_interval_max: Option<Duration>) -> MirrorVoiceOnly {
    let GameListener { config, credentials, .. } = listener;
    MirrorVoiceOnly::new(consonance_mirror::VoiceOnlySettings {
        voice_type: voice_type(&config.game),
        online_scene: config.game.online_scene.clone(),
        credentials: credentials.clone(),
        pong_interval_max,
        ..consonance_mirror::VoiceOnlySettings::default()
    })
}

fn over_udp<E: ServerEndpoint + 'static>(
    config: &ListenerConfig,
    session: &str,
    endpoint: E,
    envelopes: impl EnvelopeKind + 'static,
) -> io::Result<Opened> {
    let server = UdpServer::bind(config.address, endpoint, UdpServerSettings::default())?;
    let at = server.local_addr();
    Ok((voice_only(config, session, server, envelopes), at))
}

fn voice_only(
    config: &ListenerConfig,
    session: &str,
    network: impl GameNetworkServer + 'static,
    envelopes: impl EnvelopeKind + 'static,
) -> Box<dyn ServerTransport> {
    let server = EnvelopeServer::new(network, envelopes, session).named(config.network.name());
    Box::new(server.voice_start(VoiceStart::WithFirstPacket))
}

/// As many connections as the listener may have.
pub(super) fn streams(config: &ListenerConfig, address_shares: AddressShares) -> StreamSettings {
    // Those are Mirror's, whose clients ping every two seconds, or ten times a second.
    let clients_ping =
        matches!(config.network, ListenerNetwork::MirrorTelepathy | ListenerNetwork::MirrorWebSocket);
    let mut settings = StreamSettings { address_shares, clients_ping, ..StreamSettings::default() };
    settings.tcp.connections_max = config.game.connections_max;
    settings
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn only_mirrors_tcp_networks_have_clients_that_ping_by_themselves() {
        let pings = |network| {
            let mut config = ListenerConfig::default();
            config.network = network;
            streams(&config, AddressShares::default()).clients_ping
        };
        assert!(pings(ListenerNetwork::MirrorTelepathy) && pings(ListenerNetwork::MirrorWebSocket));
        assert!(!pings(ListenerNetwork::WebSocket));
    }

    #[test]
    fn the_session_at_our_own_signalling_server_is_our_own_hosts_even_if_another_asks_first() {
        let mut config = ListenerConfig::default();
        config.address = "127.0.0.1:0".parse().expect("an address");
        let (signalling, url) =
            own_signalling(&config, "main", &PageOrigins::default()).expect("a port is free");
        let strangers_url = format!("ws://{}/chatapp", signalling.local_addr());
        let mut stranger = host(&strangers_url);
        until(|| {
            let _ = stranger.poll(Instant::now());
            assert!(!stranger.is_listening(), "a stranger has the session");
            signalling.counts().addresses_denied > 0
        });
        let mut ours = host(&url);
        until(|| {
            let _ = ours.poll(Instant::now());
            ours.is_listening()
        });
    }

    #[test]
    fn our_own_signalling_server_has_the_path_on_which_our_host_is_and_no_other() {
        let mut config = ListenerConfig::default();
        config.address = "127.0.0.1:0".parse().expect("an address");
        let (signalling, _) =
            own_signalling(&config, "main", &PageOrigins::default()).expect("a port is free");
        let mut elsewhere = host(&format!("ws://{}/conferenceapp", signalling.local_addr()));
        until(|| {
            let _ = elsewhere.poll(Instant::now());
            assert_eq!(signalling.counts().welcomed, 0);
            signalling.counts().not_welcome > 0
        });
    }

    #[test]
    fn our_own_signalling_server_has_places_for_half_of_its_guests_at_one_address() {
        for (connections_max, at_one_address) in [(1000, 500), (10, 32)] {
            let reserved = ReservedAddresses::new(["main"], [7; 16]);
            let settings = signalling_settings(connections_max, reserved);
            assert_eq!(settings.tcp.connections_max, connections_max);
            assert_eq!(settings.guests_per_address_max, at_one_address);
        }
    }

    fn host(url: &str) -> WebRtcHost {
        let mut settings = HostSettings::new(url.parse().expect("a URL"), "main");
        settings.udp = "127.0.0.1:0".parse().expect("an address");
        WebRtcHost::bind(settings).expect("a port is free")
    }

    fn until(mut is_so: impl FnMut() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !is_so() {
            assert!(Instant::now() < deadline, "it does not happen");
            thread::yield_now();
        }
    }
}
