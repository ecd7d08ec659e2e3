//! The networks of games that a splice can stand in.

use std::error::Error;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant, SystemTime};

use consonance_darkrift::{DarkRiftClient, DarkRiftServer};
use consonance_darkrift_envelope::{DarkRiftSplice, VoiceSettings};
use consonance_fishnet::{BroadcastKey, FishNetSplice};
use consonance_gateway::proxy_protocol::{self, Carrier};
use consonance_gateway::streams::{
    StreamClient, StreamClientSettings, StreamProtocol, StreamServer, StreamSettings,
};
use consonance_gateway::udp::{ClientEndpoint, UdpClient, UdpClientSettings, UdpServer, UdpServerSettings};
use consonance_gateway::{Envelopes, GameClient, GameServer, SourceAddresses, Splice, SpliceSettings};
use consonance_kcp::{ArqSettings, KcpClient, KcpClientSettings, KcpServer, KcpServerSettings, LinkSettings};
use consonance_litenetlib::{
    ConnectionSettings, Key, LiteNetLibClient, LiteNetLibServer, ServerSettings as LiteNetLibSettings,
    UtcClock,
};
use consonance_mirror::{MirrorSplice, VoiceType, looks_like_batch};
use consonance_ngo::NgoSplice;
use consonance_simple_web::{ClientEnd, ServerEnd};
use consonance_telepathy::Telepathy;
use consonance_transport::ServerTransport;
use consonance_utp::{UtpClient, UtpServer};
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::serve::Gateway;

/// What a splice can be told, whatever its network.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SplicePlan<'p> {
    /// Where clients connect to.
    pub(crate) listen: SocketAddr,
    /// The game's server.
    pub(crate) upstream: SocketAddr,
    /// Where voice goes.
    pub(crate) session: &'p str,
    /// Where connections to the game's server come from.
    pub(crate) source_addresses: Option<SourceAddresses>,
    /// Whether they begin with a header that tells the client's address.
    pub(crate) has_proxy_protocol: bool,
    /// The type of the game's voice messages, if it is not the stock one.
    pub(crate) voice_type: Option<&'p str>,
    /// How voice is treated beside the game.
    pub(crate) settings: SpliceSettings,
}

/// One network.
#[derive(Debug)]
pub(crate) struct SpliceNetwork {
    /// As it is written.
    pub(crate) name: &'static str,
    /// What it is, in a few words.
    about: &'static str,
    open: fn(&SplicePlan<'_>) -> Result<Opened, Box<dyn Error>>,
}

/// All there are.
pub(crate) const NETWORKS: &[SpliceNetwork] = &[
    SpliceNetwork { name: "mirror", about: "Mirror over kcp2k", open: open_mirror },
    SpliceNetwork { name: "mirror-telepathy", about: "Mirror over Telepathy", open: open_mirror_telepathy },
    SpliceNetwork {
        name: "mirror-websocket",
        about: "Mirror over SimpleWebTransport",
        open: open_mirror_websocket,
    },
    SpliceNetwork { name: "darkrift", about: "DarkRift 2", open: open_darkrift },
    SpliceNetwork { name: "fishnet", about: "Fish-Networking over Tugboat", open: open_fishnet },
    SpliceNetwork { name: "ngo", about: "Netcode for GameObjects over Unity Transport 2", open: open_ngo },
];

/// A splice that listens, and where.
type Opened = (Box<dyn ServerTransport>, SocketAddr);

impl SpliceNetwork {
    /// Takes the port.
    pub(crate) fn open(&self, plan: &SplicePlan<'_>) -> Result<Gateway, Box<dyn Error>> {
        let (listener, listen) = (self.open)(plan)?;
        let line = self.in_words(&SplicePlan { listen, ..*plan });
        Ok(Gateway { session: plan.session.to_owned(), listener, line })
    }

    /// What goes where.
    pub(crate) fn in_words(&self, plan: &SplicePlan<'_>) -> String {
        let SplicePlan { listen, upstream, session, .. } = plan;
        let about = self.about;
        format!(
            "clients of a game on {about} are taken at {listen}; their voice goes to session {session:?}, \
             everything else to the game's server at {upstream}"
        )
    }
}

fn open_mirror(plan: &SplicePlan<'_>) -> Result<Opened, Box<dyn Error>> {
    // Both ends are a game's, which says much at once when it fills a scene: the window that stock ends have.
    let arq = ArqSettings { receive_window: 4096, ..ArqSettings::default() };
    let link = LinkSettings { arq, is_message: looks_like_batch, ..LinkSettings::default() };
    let server = KcpServerSettings { link, ..KcpServerSettings::default() };
    let client = KcpClientSettings { link, learned: server.learned.clone(), ..KcpClientSettings::default() };
    let endpoint = KcpServer::new(server, random()?);
    let clients = UdpServer::bind(plan.listen, endpoint, UdpServerSettings::default())
        .map_err(|error| taken(plan.listen, &error))?;
    let listen = clients.local_addr();
    let upstreams = Upstreams { listen, ..Upstreams::of(plan) };
    let open_upstream = move |remote| Ok(upstreams.over_udp(remote, KcpClient::new(client.clone())));
    Ok((splice(clients, open_upstream, mirror(plan), plan)?, listen))
}

fn open_mirror_telepathy(plan: &SplicePlan<'_>) -> Result<Opened, Box<dyn Error>> {
    open_mirror_stream(plan, Telepathy::default(), Telepathy::default())
}

fn open_mirror_websocket(plan: &SplicePlan<'_>) -> Result<Opened, Box<dyn Error>> {
    open_mirror_stream(plan, ServerEnd::default(), ClientEnd::new(plan.upstream.to_string()))
}

fn open_mirror_stream<S, C>(plan: &SplicePlan<'_>, server: S, client: C) -> Result<Opened, Box<dyn Error>>
where
    S: StreamProtocol + 'static,
    C: StreamProtocol + Clone + 'static,
{
    let clients = StreamServer::bind(plan.listen, server, StreamSettings::default())
        .map_err(|error| taken(plan.listen, &error))?;
    let listen = clients.local_addr()?;
    let upstreams = Upstreams { listen, ..Upstreams::of(plan) };
    let open_upstream = move |remote| {
        let mut settings = StreamClientSettings::new(upstreams.upstream);
        settings.local = upstreams.local_ip(remote);
        settings.preface = upstreams.preface(remote, Carrier::Tcp);
        StreamClient::new(client.clone(), settings)
    };
    Ok((splice(clients, open_upstream, mirror(plan), plan)?, listen))
}

fn mirror(plan: &SplicePlan<'_>) -> MirrorSplice {
    let voice_type = plan.voice_type.map_or(VoiceType::STOCK, VoiceType::new);
    MirrorSplice::new(consonance_mirror::SpliceSettings { voice_type, ..Default::default() })
}

fn open_darkrift(plan: &SplicePlan<'_>) -> Result<Opened, Box<dyn Error>> {
    if plan.voice_type.is_some() {
        return Err("games on DarkRift know no types of messages: leave --voice-type out".into());
    }
    let clients = DarkRiftServer::bind(plan.listen, consonance_darkrift::ServerSettings::default())
        .map_err(|error| taken(plan.listen, &error))?;
    let listen = clients.local_addr();
    let upstreams = Upstreams { listen, ..Upstreams::of(plan) };
    let open_upstream = move |remote| {
        let mut settings = consonance_darkrift::ClientSettings::new(upstreams.upstream);
        settings.local = upstreams.local_ip(remote);
        settings.preface = upstreams.preface(remote, Carrier::Tcp);
        DarkRiftClient::new(settings)
    };
    let envelopes = DarkRiftSplice::new(VoiceSettings::default());
    Ok((splice(clients, open_upstream, envelopes, plan)?, listen))
}

fn open_fishnet(plan: &SplicePlan<'_>) -> Result<Opened, Box<dyn Error>> {
    let clock = UtcClock::new(Instant::now(), SystemTime::now());
    let connection = ConnectionSettings {
        // Tugboat since 4.7.0 sends messages of this size.
        mtu_bytes: 1350,
        // Both ends are a game's, which says much at once when it fills a scene.
        reliable_packets_waiting: 4096,
        silence_timeout: Duration::from_secs(15),
        ..ConnectionSettings::default()
    };
    // What clients say is the game's server's to judge.
    let server = LiteNetLibSettings { connection: connection.clone(), key: Key::Any, ..Default::default() };
    let endpoint = LiteNetLibServer::new(server, clock);
    let clients = UdpServer::bind(plan.listen, endpoint, UdpServerSettings::default())
        .map_err(|error| taken(plan.listen, &error))?;
    let listen = clients.local_addr();
    let upstreams = Upstreams { listen, ..Upstreams::of(plan) };
    let server = Some(plan.upstream);
    let client = consonance_litenetlib::ClientSettings { connection, server, ..Default::default() };
    let open_upstream =
        move |remote| Ok(upstreams.over_udp(remote, LiteNetLibClient::new(client.clone(), clock)));
    let voice_key = plan.voice_type.map_or(BroadcastKey::VOICE, BroadcastKey::of_type);
    let envelopes =
        FishNetSplice::new(consonance_fishnet::SpliceSettings { voice_key, ..Default::default() });
    Ok((splice(clients, open_upstream, envelopes, plan)?, listen))
}

fn open_ngo(plan: &SplicePlan<'_>) -> Result<Opened, Box<dyn Error>> {
    if plan.voice_type.is_some() {
        return Err("games on Netcode have one name for voice: leave --voice-type out".into());
    }
    // Only the game's server may say so much in one message.
    let reliable_message_bytes_max = 4 * 1024 * 1024;
    let to_clients = consonance_utp::ConnectionSettings {
        reliable_message_bytes_max,
        reliable_queue_bytes: 2 * reliable_message_bytes_max,
        ..consonance_utp::ConnectionSettings::default()
    };
    let to_game = consonance_utp::ConnectionSettings {
        incoming_reliable_bytes_max: reliable_message_bytes_max,
        ..consonance_utp::ConnectionSettings::default()
    };
    let server = consonance_utp::ServerSettings { connection: to_clients, ..Default::default() };
    let client = consonance_utp::ClientSettings { connection: to_game, ..Default::default() };
    let clients = UdpServer::bind(plan.listen, UtpServer::new(server), UdpServerSettings::default())
        .map_err(|error| taken(plan.listen, &error))?;
    let listen = clients.local_addr();
    let upstreams = Upstreams { listen, ..Upstreams::of(plan) };
    let open_upstream = move |remote| {
        let seed = u64::from_le_bytes(random()?);
        Ok(upstreams.over_udp(remote, UtpClient::new(client, seed)))
    };
    Ok((splice(clients, open_upstream, NgoSplice, plan)?, listen))
}

fn splice<G: GameServer + 'static, C: GameClient + 'static, E: Envelopes + 'static>(
    clients: G,
    open_upstream: impl FnMut(SocketAddr) -> io::Result<C> + Send + 'static,
    envelopes: E,
    plan: &SplicePlan<'_>,
) -> io::Result<Box<dyn ServerTransport>> {
    Ok(Box::new(Splice::new(clients, open_upstream, envelopes, plan.session, plan.settings)?))
}

/// Where connections to a game's server go, where they come from and how they begin.
#[derive(Clone, Copy, Debug)]
struct Upstreams {
    upstream: SocketAddr,
    listen: SocketAddr,
    source_addresses: Option<SourceAddresses>,
    has_proxy_protocol: bool,
}

impl Upstreams {
    fn of(plan: &SplicePlan<'_>) -> Self {
        let &SplicePlan { upstream, listen, source_addresses, has_proxy_protocol, .. } = plan;
        Self { upstream, listen, source_addresses, has_proxy_protocol }
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

/// For what strangers must not guess.
fn random<const BYTES: usize>() -> io::Result<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    SystemRandom::new().fill(&mut bytes).map_err(|_| io::Error::other("the system has no random numbers"))?;
    Ok(bytes)
}

fn taken(address: SocketAddr, error: &io::Error) -> String {
    format!("cannot listen on {address}: {error}; choose another address or port with --listen")
}
