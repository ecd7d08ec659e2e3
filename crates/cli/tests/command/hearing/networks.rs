//! Every network for which a server listens, at a free port of this machine, and players for it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use consonance_game_networks::sidecar::{
    LinkSecret, SidecarBridge, SidecarLink, SidecarLinkSettings, SidecarServer, SidecarSettings,
};
use consonance_link::gateway::PlaceBoard;
use consonance_link::impair::{ImpairedClient, Impairment};
use consonance_link::listener::{ListenerNetwork, ListenerPlace, Opened, Reading, Shards};
use consonance_link::memory::{MemoryNetwork, MemoryServer};
use consonance_link::{AddressShares, ClientNetwork, ServerNetwork};
use consonance_quic::{
    Identity, QuicAddress, QuicClient, QuicClientSettings, QuicRuntime, QuicServer, QuicServerSettings,
};
use consonance_server_config::NETWORKS;
use consonance_testing::networks as game_clients;
use consonance_web::{
    Attendance, Info, Join, JoinProblem, JoinRule, Joined, PacketSettings, Reply, Secrets, Signalling,
    WebListener, WebSettings, packet_shards, reply,
};

/// The session in which all of them meet.
pub(super) const SESSION: &str = "main";

/// A player's end of a network.
pub(super) type Line = Box<dyn ClientNetwork>;

/// The quality of players' paths to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Unimpaired.
    Good,
    /// Voice is lost, late and duplicated, and everything is delayed.
    Bad,
}

/// One of the networks.
pub(super) struct Listening {
    pub(super) server: Box<dyn ServerNetwork>,
    /// Makes another player's end.
    pub(super) line: Box<dyn FnMut() -> Line>,
    /// The game's server, if it keeps its clients itself.
    pub(super) bridge: Option<SidecarBridge<MemoryServer>>,
}

/// All networks.
pub(super) fn all(way: Way) -> Vec<Listening> {
    let ways = Ways { way, lines: 0 };
    let games = NETWORKS.iter().filter(|network| network.scenario_keys().is_some());
    let games = games.map(|network| of_a_game(*network, ways.clone()));
    let ours = [quic(ways.clone()), sidecar(ways.clone()), browser_fallback(ways.clone())];
    ours.into_iter().chain(games).collect()
}

/// Impairs the paths of players, if they are to be bad.
#[derive(Clone)]
struct Ways {
    way: Way,
    lines: u64,
}

impl Ways {
    fn line(&mut self, client: impl ClientNetwork + 'static) -> Line {
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
    fn listening<C: ClientNetwork + 'static>(
        mut self,
        server: Box<dyn ServerNetwork>,
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
    // A lost link would make all players behind it join again, which has its own tests.
    settings.idle_timeout = Duration::from_mins(10);
    let server = SidecarServer::bind(anywhere(), settings).unwrap();
    let mut settings = SidecarLinkSettings::default();
    settings.secret = secret;
    let game = MemoryNetwork::new();
    let link = SidecarLink::new(server.local_addr(), settings);
    let bridge = Some(SidecarBridge::new(Instant::now(), game.listen(), link));
    Listening { server: Box::new(server), line: Box::new(move || ways.line(game.client(SESSION))), bridge }
}

fn of_a_game(network: &'static dyn ListenerNetwork, ways: Ways) -> Listening {
    let table = network.table();
    let no_file = &mut |path: &Path| panic!("it reads {}", path.display());
    let listener = network.read(&mut Reading::new(table.name, &(table.keys)(), no_file)).unwrap();
    let place = ListenerPlace {
        network: table.name,
        address: anywhere(),
        session: Some(SESSION),
        shares: AddressShares::default(),
        own_host_names: &[],
        identity: None,
        places: &PlaceBoard::default(),
    };
    let Opened { shards, address, .. } = listener.open(&place).unwrap();
    let Shards::One(server) = shards else { panic!("{} is for one session", table.name) };
    ways.listening(server, address, move |server| network.player(server).unwrap())
}

/// Pages whose voice has no other path than HTTP, on the page's port.
fn browser_fallback(ways: Ways) -> Listening {
    let (mut shards, entrance) = packet_shards(1, |_: &str| 0, PacketSettings::default());
    let mut settings = WebSettings::new(anywhere());
    settings.packets = Some(entrance);
    // All players join from one address, many times.
    (settings.limits.joins_burst, settings.limits.joins_per_minute) = (1_000_000, 1_000_000);
    let listener = WebListener::start(&settings, Arc::new(NoOffers)).unwrap();
    let at = listener.local_addr();
    let client = move |at| {
        // Keeps the listener alive for as long as players may connect.
        let _listener = &listener;
        game_clients::browser_fallback(at)
    };
    ways.listening(Box::new(shards.remove(0)), at, client)
}

/// No player uses WebRTC here.
struct NoOffers;

impl Signalling for NoOffers {
    fn info(&self) -> Info {
        Info {
            sessions: vec![SESSION.to_owned()],
            on_demand: false,
            join: JoinRule::Open,
            secrets: Secrets::default(),
            udp: false,
            encryption: false,
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

fn anywhere() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}
