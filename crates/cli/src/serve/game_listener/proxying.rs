//! How a proxy is made in each network that has one.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant, SystemTime};

use consonance_darkrift::voice::DarkRiftVoice;
use consonance_darkrift::{DarkRiftClient, DarkRiftServer};
use consonance_enet::{EnetClient, EnetClientSettings, EnetServer, EnetServerSettings};
use consonance_fishnet::FishNetProxy;
use consonance_gateway::proxy_protocol::{self, Carrier};
use consonance_gateway::streams::{StreamClient, StreamClientSettings, StreamProtocol, StreamServer};
use consonance_gateway::udp::{
    ClientEndpoint, ServerEndpoint, UdpClient, UdpClientSettings, UdpServer, UdpServerSettings,
};
use consonance_gateway::websocket::PageOrigins;
use consonance_gateway::{
    EnvelopeKind, GameNetworkClient, GameNetworkServer, Proxy, ProxySettings, SourceAddresses, VoiceClosed,
};
use consonance_kcp::{KcpClient, KcpClientSettings, KcpServer, KcpServerSettings, LinkSettings};
use consonance_litenetlib::{
    ConnectionSettings, Key, LiteNetLibClient, LiteNetLibServer, ServerSettings as LiteNetLibSettings,
    UtcClock,
};
use consonance_mirror::{MirrorProxy, looks_like_batch};
use consonance_ngo::NgoProxy;
use consonance_server_config::{ListenerConfig, ListenerNetwork, ProxyListenerConfig};
use consonance_simple_web::{ClientEnd, ServerEnd};
use consonance_telepathy::Telepathy;
use consonance_transport::{AddressShares, ServerTransport};
use consonance_utp::{UtpClient, UtpServer};

use super::build;
use super::envelopes::{darkrift_settings, voice_key, voice_type};
use super::opening::{Opened, streams};
use super::secret_bytes::secret_bytes;

/// What is known of a proxy before it takes its port.
#[derive(Clone, Copy, Debug)]
pub(super) struct ProxyPlan<'p> {
    /// As it is configured.
    pub(super) config: &'p ListenerConfig,
    /// How its connections are shared between addresses.
    pub(super) shares: AddressShares,
    /// Where voice goes.
    pub(super) session: &'p str,
    /// The game's server.
    pub(super) upstream: SocketAddr,
    /// Where connections to it come from.
    pub(super) source_addresses: Option<SourceAddresses>,
    /// Which pages may connect, where it is over `WebSocket`s.
    pub(super) origins: &'p PageOrigins,
}

/// Takes the port.
pub(super) fn open(plan: &ProxyPlan<'_>) -> io::Result<Opened> {
    let upstreams = Upstreams::of(plan);
    match plan.config.network {
        ListenerNetwork::MirrorKcp => open_mirror_kcp(plan, upstreams),
        ListenerNetwork::MirrorTelepathy => {
            open_mirror_stream(plan, upstreams, Telepathy::default(), Telepathy::default())
        }
        ListenerNetwork::MirrorWebSocket => {
            let client = ClientEnd::new(upstreams.upstream.to_string());
            let server = ServerEnd { origins: plan.origins.clone(), ..ServerEnd::default() };
            open_mirror_stream(plan, upstreams, server, client)
        }
        ListenerNetwork::MirrorIgnorance => open_mirror_ignorance(plan, upstreams),
        ListenerNetwork::DarkRift2 => open_darkrift(plan, upstreams),
        ListenerNetwork::FishNet => open_fishnet(plan, upstreams),
        ListenerNetwork::Ngo => open_ngo(plan, upstreams),
        ListenerNetwork::Sidecar
        | ListenerNetwork::Forge
        | ListenerNetwork::WebRtcNetwork
        | ListenerNetwork::Steam
        | ListenerNetwork::WebSocket => {
            Err(io::Error::new(io::ErrorKind::Unsupported, "there is no proxy for this network"))
        }
    }
}

/// How voice is treated beside the game.
pub(super) fn proxy_settings(config: &ProxyListenerConfig) -> ProxySettings {
    let voice_closed = if config.disconnect_on_voice_kick {
        VoiceClosed::GameEnds
    } else {
        VoiceClosed::GameGoesOn { again_after: config.voice_retry_s.into() }
    };
    ProxySettings {
        voice_closed,
        upstream_timeout: config.upstream_timeout_s.into(),
        ..ProxySettings::default()
    }
}

fn open_mirror_kcp(plan: &ProxyPlan<'_>, upstreams: Upstreams) -> io::Result<Opened> {
    // Both ends are a game's, which says much at once when it fills a scene: the window that stock ends have.
    let link = LinkSettings { receive_window: 4096, is_message: looks_like_batch, ..LinkSettings::default() };
    let game = &plan.config.game;
    let (link, generation) = (build::kcp_link(game, link), build::kcp_generation(game));
    let peers_max = game.connections_max;
    let address_shares = plan.shares;
    let server =
        KcpServerSettings { link, generation, peers_max, address_shares, ..KcpServerSettings::default() };
    let client = KcpClientSettings { link, learned: server.learned.clone(), ..KcpClientSettings::default() };
    let clients = bind(plan, KcpServer::new(server, secret_bytes()?))?;
    let upstreams = upstreams.behind(clients.local_addr());
    let open_upstream = move |remote| Ok(upstreams.over_udp(remote, KcpClient::new(client.clone())));
    Ok((proxy(clients, open_upstream, mirror(plan), plan)?, upstreams.listen))
}

fn open_mirror_stream<S, C>(
    plan: &ProxyPlan<'_>,
    upstreams: Upstreams,
    server: S,
    client: C,
) -> io::Result<Opened>
where
    S: StreamProtocol + 'static,
    C: StreamProtocol + Clone + 'static,
{
    let clients = StreamServer::bind(plan.config.address, server, streams(plan.config, plan.shares))?;
    let upstreams = upstreams.behind(clients.local_addr()?);
    let handshake_max = plan.config.proxy.upstream_timeout_s.into();
    let open_upstream = move |remote| {
        let mut settings = StreamClientSettings::new(upstreams.upstream);
        settings.streams.handshake_max = handshake_max;
        settings.local = upstreams.local_ip(remote);
        settings.preface = upstreams.preface(remote, Carrier::Tcp);
        StreamClient::new(client.clone(), settings)
    };
    Ok((proxy(clients, open_upstream, mirror(plan), plan)?, upstreams.listen))
}

fn open_mirror_ignorance(plan: &ProxyPlan<'_>, upstreams: Upstreams) -> io::Result<Opened> {
    // Both ends are a game's, which says much at once when it fills a scene.
    let message_bytes_max = 4 * 1024 * 1024;
    let connection = consonance_enet::ConnectionSettings {
        message_bytes_max,
        waiting_bytes_max: 2 * message_bytes_max,
        queued_bytes_max: 2 * message_bytes_max,
        ..consonance_enet::ConnectionSettings::default()
    };
    let connection = build::enet_connection(&plan.config.game, connection);
    let peers_max = plan.config.game.connections_max;
    let server = EnetServerSettings {
        connection: connection.clone(),
        peers_max,
        address_shares: plan.shares,
        ..EnetServerSettings::default()
    };
    let client = EnetClientSettings { connection, ..EnetClientSettings::default() };
    let clients = bind(plan, EnetServer::new(server, secret_bytes()?))?;
    let upstreams = upstreams.behind(clients.local_addr());
    let open_upstream = move |remote| {
        let seed = u32::from_le_bytes(secret_bytes()?);
        Ok(upstreams.over_udp(remote, EnetClient::new(client.clone(), seed)))
    };
    Ok((proxy(clients, open_upstream, mirror(plan), plan)?, upstreams.listen))
}

fn mirror(plan: &ProxyPlan<'_>) -> MirrorProxy {
    let voice_type = voice_type(&plan.config.game);
    MirrorProxy::new(consonance_mirror::ProxySettings { voice_type, ..Default::default() })
}

fn open_darkrift(plan: &ProxyPlan<'_>, upstreams: Upstreams) -> io::Result<Opened> {
    let (udp_port, message_bytes_max) =
        (plan.config.game.upstream_udp_port, plan.config.game.message_bytes_max);
    let settings = build::darkrift_server(&plan.config.game, plan.shares);
    let clients = DarkRiftServer::bind(plan.config.address, settings)?;
    let upstreams = upstreams.behind(clients.local_addr());
    let open_upstream = move |remote| {
        let mut settings = consonance_darkrift::ClientSettings::new(upstreams.upstream);
        settings.local = upstreams.local_ip(remote);
        settings.preface = upstreams.preface(remote, Carrier::Tcp);
        settings.udp_port = udp_port;
        settings.incoming_message_bytes_max = message_bytes_max;
        DarkRiftClient::new(settings)
    };
    let envelopes = DarkRiftVoice::in_proxy(darkrift_settings(&plan.config.game));
    Ok((proxy(clients, open_upstream, envelopes, plan)?, upstreams.listen))
}

fn open_fishnet(plan: &ProxyPlan<'_>, upstreams: Upstreams) -> io::Result<Opened> {
    let clock = UtcClock::new(Instant::now(), SystemTime::now());
    let connection = ConnectionSettings {
        // Tugboat since 4.7.0 sends messages of this size.
        mtu_bytes: 1350,
        // Both ends are a game's, which says much at once when it fills a scene.
        reliable_packets_waiting: 4096,
        silence_timeout: Duration::from_secs(15),
        ..ConnectionSettings::default()
    };
    let connection = build::litenetlib_connection(&plan.config.game, connection);
    let connections_max = plan.config.game.connections_max;
    // What clients say is the game's server's to judge.
    let key = Key::Any;
    let server = LiteNetLibSettings {
        connection: connection.clone(),
        key,
        connections_max,
        address_shares: plan.shares,
        ..Default::default()
    };
    let clients = bind(plan, LiteNetLibServer::new(server, clock, secret_bytes()?))?;
    let upstreams = upstreams.behind(clients.local_addr());
    let server = Some(upstreams.upstream);
    let client = consonance_litenetlib::ClientSettings { connection, server, ..Default::default() };
    let open_upstream =
        move |remote| Ok(upstreams.over_udp(remote, LiteNetLibClient::new(client.clone(), clock)));
    let voice_key = voice_key(&plan.config.game);
    let envelopes = FishNetProxy::new(consonance_fishnet::ProxySettings { voice_key, ..Default::default() });
    Ok((proxy(clients, open_upstream, envelopes, plan)?, upstreams.listen))
}

fn open_ngo(plan: &ProxyPlan<'_>, upstreams: Upstreams) -> io::Result<Opened> {
    // Only the game's server may say so much in one message.
    let reliable_message_bytes_max = 4 * 1024 * 1024;
    let default = consonance_utp::ConnectionSettings::default();
    let timeout = build::silence_timeout(&plan.config.game, default.timeout);
    let to_clients = consonance_utp::ConnectionSettings {
        timeout,
        reliable_message_bytes_max,
        reliable_queue_bytes: 2 * reliable_message_bytes_max,
        ..default
    };
    let to_game = consonance_utp::ConnectionSettings {
        timeout,
        incoming_reliable_bytes_max: reliable_message_bytes_max,
        ..default
    };
    let connections_max = plan.config.game.connections_max;
    let server = consonance_utp::ServerSettings {
        connection: to_clients,
        connections_max,
        address_shares: plan.shares,
        ..Default::default()
    };
    let client = consonance_utp::ClientSettings { connection: to_game, ..Default::default() };
    let clients = bind(plan, UtpServer::new(server, secret_bytes()?))?;
    let upstreams = upstreams.behind(clients.local_addr());
    let open_upstream = move |remote| {
        let seed = u64::from_le_bytes(secret_bytes()?);
        Ok(upstreams.over_udp(remote, UtpClient::new(client, seed)))
    };
    Ok((proxy(clients, open_upstream, NgoProxy, plan)?, upstreams.listen))
}

fn bind<E: ServerEndpoint>(plan: &ProxyPlan<'_>, endpoint: E) -> io::Result<UdpServer<E>> {
    UdpServer::bind(plan.config.address, endpoint, UdpServerSettings::default())
}

fn proxy<G: GameNetworkServer + 'static, C: GameNetworkClient + 'static, E: EnvelopeKind + 'static>(
    clients: G,
    open_upstream: impl FnMut(SocketAddr) -> io::Result<C> + Send + 'static,
    envelopes: E,
    plan: &ProxyPlan<'_>,
) -> io::Result<Box<dyn ServerTransport>> {
    let settings = proxy_settings(&plan.config.proxy);
    let proxy = Proxy::new(clients, open_upstream, envelopes, plan.session, settings)?;
    Ok(Box::new(proxy.named(plan.config.network.name())))
}

/// Where connections to a game's server go, where they come from and how they begin.
#[derive(Clone, Copy, Debug)]
struct Upstreams {
    upstream: SocketAddr,
    /// Where clients came to.
    listen: SocketAddr,
    source_addresses: Option<SourceAddresses>,
    has_proxy_protocol: bool,
}

impl Upstreams {
    fn of(plan: &ProxyPlan<'_>) -> Self {
        let &ProxyPlan { config, upstream, source_addresses, .. } = plan;
        let has_proxy_protocol = config.proxy.proxy_protocol;
        Self { upstream, listen: config.address, source_addresses, has_proxy_protocol }
    }

    /// The same when it is known where clients come to.
    fn behind(self, listen: SocketAddr) -> Self {
        Self { listen, ..self }
    }

    /// A client of the game's server, for one of ours at this address.
    fn over_udp<E: ClientEndpoint>(&self, remote: SocketAddr, endpoint: E) -> UdpClient<E> {
        let settings = UdpClientSettings { local_ip: self.local_ip(remote), ..UdpClientSettings::default() };
        UdpClient::new(self.upstream, endpoint, settings).with_preface(self.preface(remote, Carrier::Udp))
    }

    fn local_ip(&self, remote: SocketAddr) -> Option<IpAddr> {
        self.source_addresses.map(|addresses| addresses.of(remote.ip()))
    }

    fn preface(&self, remote: SocketAddr, carrier: Carrier) -> Vec<u8> {
        if !self.has_proxy_protocol {
            return Vec::new();
        }
        proxy_protocol::header(remote, self.listen, carrier)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use consonance_gateway::streams::StreamSettings;
    use consonance_gateway::{GameNetworkClientEvent, GameNetworkServerEvent};
    use consonance_kcp::Generation;

    use super::*;

    #[test]
    fn a_client_of_the_oldest_kcp2k_gets_in_though_its_game_takes_longer_than_a_handshake_may() {
        let game = KcpServer::new(KcpServerSettings::default(), [7; 32]);
        let game = UdpServer::bind(any_port(), game, UdpServerSettings::default()).expect("a port is free");
        let upstream = game.local_addr();
        gets_in_after_seven_seconds(ListenerNetwork::MirrorKcp, game, upstream, |address| {
            let oldest = KcpClientSettings { generation: Generation::G1, ..KcpClientSettings::default() };
            UdpClient::new(address, KcpClient::new(oldest), UdpClientSettings::default())
        });
    }

    #[test]
    fn a_client_in_a_websocket_gets_in_though_its_game_takes_longer_than_a_handshake_may() {
        let game = StreamServer::bind(any_port(), ServerEnd::default(), StreamSettings::default());
        let game = game.expect("a port is free");
        let upstream = game.local_addr().expect("it listens");
        gets_in_after_seven_seconds(ListenerNetwork::MirrorWebSocket, game, upstream, |address| {
            let mut settings = StreamClientSettings::new(address);
            settings.streams.handshake_max = UPSTREAM_TIMEOUT;
            StreamClient::new(ClientEnd::new(address.to_string()), settings).expect("a descriptor is left")
        });
    }

    const UPSTREAM_TIMEOUT: Duration = Duration::from_secs(20);

    fn any_port() -> SocketAddr {
        "127.0.0.1:0".parse().expect("an address")
    }

    /// Lets a client come through a proxy to a game that takes it in after seven seconds of simulated time.
    fn gets_in_after_seven_seconds<G: GameNetworkServer, C: GameNetworkClient>(
        network: ListenerNetwork,
        mut game: G,
        upstream: SocketAddr,
        client: impl FnOnce(SocketAddr) -> C,
    ) {
        let mut config = ListenerConfig::default();
        (config.network, config.address) = (network, any_port());
        config.proxy.upstream_timeout_s = consonance_server_config::Seconds(UPSTREAM_TIMEOUT);
        let plan = ProxyPlan {
            config: &config,
            shares: AddressShares::default(),
            session: "main",
            upstream,
            source_addresses: None,
            origins: &PageOrigins::default(),
        };
        let (mut proxy, address) = open(&plan).expect("a port is free");
        let mut client = client(address);
        let began = Instant::now();
        let (mut now, mut newcomer, mut is_in) = (began, None, false);
        client.connect(now, b"");
        while !is_in {
            assert!(now - began < UPSTREAM_TIMEOUT, "it does not happen");
            assert!(proxy.poll(now).is_none(), "nobody speaks");
            match game.poll(now) {
                Some(GameNetworkServerEvent::Connected { peer, .. }) => newcomer = Some((peer, now)),
                Some(GameNetworkServerEvent::Disconnected { reason, .. }) => {
                    panic!("the proxy left: {reason}")
                }
                Some(GameNetworkServerEvent::Message { .. }) | None => {}
            }
            match client.poll(now) {
                Some(GameNetworkClientEvent::Connected { .. }) => is_in = true,
                Some(GameNetworkClientEvent::Disconnected { reason }) => panic!("it is out: {reason}"),
                Some(GameNetworkClientEvent::Message { .. }) | None => {}
            }
            if let Some((peer, _)) = newcomer.take_if(|(_, at)| now - *at >= Duration::from_secs(7)) {
                game.accept(now, peer, b"");
            }
            game.flush(now);
            proxy.flush(now);
            client.flush(now);
            now += Duration::from_millis(20);
            thread::yield_now();
        }
        assert!(now - began >= Duration::from_secs(7), "the game took its time");
    }
}
