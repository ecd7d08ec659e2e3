//! Every network for which a server listens, at a free port of this machine, and players for it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use consonance_darkrift::DarkRiftServer;
use consonance_darkrift::voice::{DarkRiftVoice, VoiceSettings};
use consonance_enet::{EnetServer, EnetServerSettings};
use consonance_fishnet::FishNetVoiceOnly;
use consonance_forge::voice::ForgeVoice;
use consonance_forge::{ForgeServer, ForgeServerSettings};
use consonance_gateway::streams::StreamSettings;
use consonance_gateway::udp::{ServerEndpoint, UdpServer, UdpServerSettings};
use consonance_gateway::{EnvelopeKind, EnvelopeServer, GameNetworkServer};
use consonance_kcp::{KcpServer, KcpServerSettings, LinkSettings};
use consonance_litenetlib::{LiteNetLibServer, UtcClock};
use consonance_mirror::{MirrorVoiceOnly, looks_like_batch};
use consonance_ngo::NgoVoiceOnly;
use consonance_quic::{
    Identity, QuicAddress, QuicClient, QuicClientSettings, QuicRuntime, QuicServer, QuicServerSettings,
};
use consonance_sidecar::{
    LinkSecret, SidecarBridge, SidecarLink, SidecarLinkSettings, SidecarServer, SidecarSettings,
};
use consonance_simple_web::{ServerEnd, SimpleWebServer};
use consonance_telepathy::{Telepathy, TelepathyServer};
use consonance_testing::networks as game_clients;
use consonance_transport::impair::{ImpairedClient, Impairment};
use consonance_transport::memory::{MemoryNetwork, MemoryServer};
use consonance_transport::{ClientTransport, ServerTransport};
use consonance_utp::UtpServer;
use consonance_web::{
    Attendance, Info, Join, JoinProblem, JoinRule, Joined, PacketSettings, Reply, Secrets, Signalling,
    WebListener, WebSettings, packet_shards, reply,
};
use consonance_webrtc_network::signalling::{ListenerSettings, SignallingListener};
use consonance_webrtc_network::{HostSettings, WebRtcHost};

/// The session in which all of them meet.
pub(super) const SESSION: &str = "main";

/// A player's end of a network.
pub(super) type Line = Box<dyn ClientTransport>;

/// How bad the way to the server is for players.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// As it is on this machine.
    Good,
    /// Voice is lost, late and doubled, and everything takes a while.
    Bad,
}

/// One of the networks.
pub(super) struct Listening {
    pub(super) server: Box<dyn ServerTransport>,
    /// Another player's end.
    pub(super) line: Box<dyn FnMut() -> Line>,
    /// The game's server, where it is one that keeps its clients.
    pub(super) bridge: Option<SidecarBridge<MemoryServer>>,
}

/// All of them.
pub(super) fn all(way: Way) -> Vec<Listening> {
    let ways = Ways { way, lines: 0 };
    vec![
        quic(ways.clone()),
        sidecar(ways.clone()),
        mirror_kcp(ways.clone()),
        mirror_telepathy(ways.clone()),
        mirror_websocket(ways.clone()),
        mirror_ignorance(ways.clone()),
        darkrift(ways.clone()),
        fishnet(ways.clone()),
        ngo(ways.clone()),
        forge(ways.clone()),
        webrtc(ways.clone()),
        websocket(ways.clone()),
        browser_fallback(ways),
    ]
}

/// Makes the ways of players bad, if they are to be.
#[derive(Clone)]
struct Ways {
    way: Way,
    lines: u64,
}

impl Ways {
    fn line(&mut self, client: impl ClientTransport + 'static) -> Line {
        self.lines += 1;
        match self.way {
            Way::Good => Box::new(client),
            Way::Bad => {
                let impairment = Impairment {
                    loss_percent: 5.0,
                    delay: Duration::from_millis(5),
                    jitter: Duration::from_millis(15),
                    duplicate_percent: 3.0,
                    seed: self.lines,
                    ..Impairment::default()
                };
                Box::new(ImpairedClient::new(client, &impairment, &impairment))
            }
        }
    }

    /// A network whose players reach its server at an address.
    fn listening<C: ClientTransport + 'static>(
        mut self,
        server: Box<dyn ServerTransport>,
        at: SocketAddr,
        client: impl Fn(SocketAddr) -> C + 'static,
    ) -> Listening {
        Listening { server, line: Box::new(move || self.line(client(at))), bridge: None }
    }
}

fn quic(mut ways: Ways) -> Listening {
    let runtime = QuicRuntime::new(1).unwrap();
    let identity = Identity::self_signed(["localhost"]).unwrap();
    let server = QuicServer::bind(&runtime, anywhere(), &identity, QuicServerSettings::default()).unwrap();
    let (at, fingerprint) = (server.local_addr(), Some(server.fingerprint()));
    let address = QuicAddress::new(at.ip().to_string(), at.port(), SESSION, fingerprint).unwrap();
    let client = move || QuicClient::new(&runtime, address.clone(), QuicClientSettings::default());
    Listening { server: Box::new(server), line: Box::new(move || ways.line(client())), bridge: None }
}

fn sidecar(mut ways: Ways) -> Listening {
    let secret = LinkSecret::new("a secret of this test");
    let mut settings = SidecarSettings::default();
    settings.secret = secret.clone();
    settings.session = Some(SESSION.to_owned());
    // A lost link would make everybody behind it join again, and that has tests of its own.
    settings.idle_timeout = Duration::from_mins(10);
    let server = SidecarServer::bind(anywhere(), settings).unwrap();
    let mut settings = SidecarLinkSettings::default();
    settings.secret = secret;
    let game = MemoryNetwork::new();
    let link = SidecarLink::new(server.local_addr(), settings);
    let bridge = Some(SidecarBridge::new(Instant::now(), game.listen(), link));
    Listening { server: Box::new(server), line: Box::new(move || ways.line(game.client(SESSION))), bridge }
}

fn mirror_kcp(ways: Ways) -> Listening {
    let link = LinkSettings { is_message: looks_like_batch, ..LinkSettings::default() };
    let kcp = KcpServer::new(KcpServerSettings { link, ..KcpServerSettings::default() }, SEED);
    let (server, at) = over_udp(kcp, mirror());
    ways.listening(server, at, game_clients::mirror_kcp)
}

fn mirror_telepathy(ways: Ways) -> Listening {
    let network = TelepathyServer::bind(anywhere(), Telepathy::default(), StreamSettings::default()).unwrap();
    let at = network.local_addr().unwrap();
    ways.listening(voice_only(network, mirror()), at, game_clients::mirror_telepathy)
}

fn mirror_websocket(ways: Ways) -> Listening {
    let network = SimpleWebServer::bind(anywhere(), ServerEnd::default(), StreamSettings::default()).unwrap();
    let at = network.local_addr().unwrap();
    ways.listening(voice_only(network, mirror()), at, game_clients::mirror_websocket)
}

fn mirror_ignorance(ways: Ways) -> Listening {
    let (server, at) = over_udp(EnetServer::new(EnetServerSettings::default(), SEED), mirror());
    ways.listening(server, at, game_clients::mirror_ignorance)
}

fn darkrift(ways: Ways) -> Listening {
    let network = DarkRiftServer::bind(anywhere(), consonance_darkrift::ServerSettings::default()).unwrap();
    let at = network.local_addr();
    let envelopes = DarkRiftVoice::voice_only(VoiceSettings::default());
    ways.listening(voice_only(network, envelopes), at, game_clients::darkrift)
}

fn fishnet(ways: Ways) -> Listening {
    let clock = UtcClock::new(Instant::now(), SystemTime::now());
    let litenetlib = LiteNetLibServer::new(consonance_litenetlib::ServerSettings::default(), clock, SEED);
    let envelopes = FishNetVoiceOnly::new(consonance_fishnet::VoiceOnlySettings::default());
    let (server, at) = over_udp(litenetlib, envelopes);
    ways.listening(server, at, game_clients::fishnet)
}

fn ngo(ways: Ways) -> Listening {
    let utp = UtpServer::new(consonance_utp::ServerSettings::default(), SEED);
    let envelopes = NgoVoiceOnly::new(consonance_ngo::VoiceOnlySettings::default());
    let (server, at) = over_udp(utp, envelopes);
    ways.listening(server, at, game_clients::ngo)
}

fn forge(ways: Ways) -> Listening {
    let forge = ForgeServer::new(ForgeServerSettings::default(), &SEED);
    let (server, at) = over_udp(forge, ForgeVoice::default());
    ways.listening(server, at, game_clients::forge)
}

fn webrtc(ways: Ways) -> Listening {
    let signalling = SignallingListener::bind(anywhere(), ListenerSettings::default()).unwrap();
    let at = signalling.local_addr();
    let mut settings = HostSettings::new(format!("ws://{at}/chatapp").parse().unwrap(), SESSION);
    settings.udp = anywhere();
    let mut host = WebRtcHost::bind(settings).unwrap();
    host.keep_signalling(signalling);
    ways.listening(Box::new(host), at, game_clients::webrtc)
}

fn websocket(ways: Ways) -> Listening {
    let end = consonance_websocket::ServerEnd::default();
    let settings = consonance_websocket::default_settings();
    let server = consonance_websocket::server(anywhere(), SESSION, end, settings).unwrap();
    let at = server.network().local_addr().unwrap();
    ways.listening(Box::new(server), at, game_clients::websocket)
}

/// Pages whose voices come through no other way: behind HTTP, on the port of the page.
fn browser_fallback(ways: Ways) -> Listening {
    let (mut shards, entrance) = packet_shards(1, |_: &str| 0, PacketSettings::default());
    let mut settings = WebSettings::new(anywhere());
    settings.packets = Some(entrance);
    // All of them come from one address, and again and again.
    (settings.limits.joins_burst, settings.limits.joins_per_minute) = (1_000_000, 1_000_000);
    let listener = WebListener::start(&settings, Arc::new(NoOffers)).unwrap();
    let at = listener.local_addr();
    let client = move |at| {
        // It listens for as long as players may come.
        let _listener = &listener;
        game_clients::browser_fallback(at)
    };
    ways.listening(Box::new(shards.remove(0)), at, client)
}

/// Nobody comes with WebRTC here.
struct NoOffers;

impl Signalling for NoOffers {
    fn info(&self) -> Info {
        Info {
            sessions: vec![SESSION.to_owned()],
            on_demand: false,
            join: JoinRule::Open,
            secrets: Secrets::default(),
            udp: false,
        }
    }

    fn attend(&self, _: &str) -> Reply<Result<Attendance, JoinProblem>> {
        reply().1
    }

    fn join(&self, _: Join) -> Reply<Result<Joined, JoinProblem>> {
        reply().1
    }

    fn restart(&self, _: &str, _: String) -> Reply<Result<String, JoinProblem>> {
        reply().1
    }

    fn candidate(&self, _: &str, _: String) {}
}

fn mirror() -> MirrorVoiceOnly {
    MirrorVoiceOnly::new(consonance_mirror::VoiceOnlySettings::default())
}

fn over_udp<E: ServerEndpoint + 'static>(
    endpoint: E,
    envelopes: impl EnvelopeKind + 'static,
) -> (Box<dyn ServerTransport>, SocketAddr) {
    let server: io::Result<_> = UdpServer::bind(anywhere(), endpoint, UdpServerSettings::default());
    let server = server.unwrap();
    let at = server.local_addr();
    (voice_only(server, envelopes), at)
}

fn voice_only(
    network: impl GameNetworkServer + 'static,
    envelopes: impl EnvelopeKind + 'static,
) -> Box<dyn ServerTransport> {
    Box::new(EnvelopeServer::new(network, envelopes, SESSION))
}

/// For what strangers must not guess, of whom there are none here.
const SEED: [u8; 32] = [7; 32];

fn anywhere() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}
