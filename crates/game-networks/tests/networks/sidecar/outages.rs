//! A game's server that dies behind a link, and a connection to it that falls silent: the other players learn of it
//! in time.
//!
//! Time is simulated. Bytes travel over real sockets, through a cable that the test can pull out or hold.

use std::collections::BTreeSet;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use consonance_game_networks::sidecar::{
    SidecarBridge, SidecarLink, SidecarLinkSettings, SidecarServer, SidecarSettings,
};
use consonance_link::memory::{MemoryClient, MemoryNetwork, MemoryServer};
use consonance_server::{SessionLoop, SessionsSettings};
use consonance_session::{Capabilities, ChannelProperties, Client, ClientEvent, ClientSettings, Target};
use consonance_testing::player::TestPlayer;

/// The turn limit for any step. Generous, because each turn waits a little for the sockets.
const TURNS_MAX: usize = 20_000;
/// The time that passes with each turn.
const TURN: Duration = Duration::from_millis(10);
/// The time within which the others must know.
const SOON: Duration = Duration::from_secs(1);

/// Carries bytes between two sockets, and can hold them back.
struct Cable {
    listener: TcpListener,
    server: SocketAddr,
    ends: Option<[TcpStream; 2]>,
    is_held: bool,
}

impl Cable {
    fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        Self { listener, server, ends: None, is_held: false }
    }

    fn carry(&mut self) {
        if self.is_held {
            return;
        }
        if let Ok((game, _)) = self.listener.accept() {
            let server = TcpStream::connect(self.server).unwrap();
            for end in [&game, &server] {
                end.set_nonblocking(true).unwrap();
                end.set_nodelay(true).unwrap();
            }
            self.ends = Some([game, server]);
        }
        let Some([game, server]) = &mut self.ends else { return };
        if !(pass_on(game, server) && pass_on(server, game)) {
            self.ends = None;
        }
    }
}

/// False if the connection has ended.
fn pass_on(mut from: &TcpStream, mut to: &TcpStream) -> bool {
    let mut bytes = [0; 8192];
    loop {
        match from.read(&mut bytes) {
            Ok(0) => return false,
            Ok(length) => {
                if to.write_all(&bytes[..length]).is_err() {
                    return false;
                }
            }
            Err(error) => return error.kind() == ErrorKind::WouldBlock,
        }
    }
}

/// A player, and a record of the others that it saw and heard.
struct PlayerNumber {
    inner: TestPlayer<MemoryClient>,
    rosters: usize,
    /// Names of the players in the session, its own included.
    here: BTreeSet<String>,
    heard: Vec<Vec<u8>>,
}

impl PlayerNumber {
    fn new(name: &str, capabilities: Capabilities, network: MemoryClient, now: Instant) -> Self {
        let mut settings = ClientSettings::new(name);
        settings.capabilities = capabilities;
        let mut client = Client::new(settings);
        client.join_room("lobby").unwrap();
        client.open_channel(Target::Room("lobby".into()), ChannelProperties::default()).unwrap();
        let inner = TestPlayer::new(client, network, now);
        Self { inner, rosters: 0, here: BTreeSet::new(), heard: Vec::new() }
    }

    fn run_once(&mut self, now: Instant) {
        let Self { inner, rosters, here, heard } = self;
        inner.wake(now);
        inner.run_once(now, |event| match event {
            ClientEvent::PlayersSynced => *rosters += 1,
            ClientEvent::PlayerJoined { name, .. } => drop(here.insert(name.to_string())),
            ClientEvent::PlayerLeft { name, .. } => drop(here.remove(&*name)),
            ClientEvent::Voice(voice) => heard.push(voice.frame.to_vec()),
            _ => {}
        });
    }
}

/// Two players of a game behind a cable, and Eve, with a direct link to the voice server.
struct Scene {
    voice: SessionLoop,
    bridge: SidecarBridge<MemoryServer>,
    cable: Cable,
    players: [PlayerNumber; 2],
    eve: PlayerNumber,
    now: Instant,
}

impl Scene {
    fn new(capabilities: Capabilities, settings: SidecarSettings) -> Self {
        let now = Instant::now();
        let mut voice = SessionLoop::new(&SessionsSettings::new(["main"]).unwrap());
        let sidecar = SidecarServer::bind((Ipv4Addr::LOCALHOST, 0).into(), settings).unwrap();
        let cable = Cable::to(sidecar.local_addr());
        let link = cable.listener.local_addr().unwrap();
        voice.add_network(Box::new(sidecar));
        let beside = MemoryNetwork::new();
        voice.add_network(Box::new(beside.listen()));
        let game = MemoryNetwork::new();
        let link = SidecarLink::new(link, SidecarLinkSettings::default());
        let bridge = SidecarBridge::new(now, game.listen(), link);
        let player = |name: &str| PlayerNumber::new(name, capabilities, game.client("game"), now);
        let players = [player("Alice"), player("Bob")];
        let eve = PlayerNumber::new("Eve", capabilities, beside.client("main"), now);
        let mut scene = Self { voice, bridge, cable, players, eve, now };
        scene.until("all are here", |scene| scene.all_see_all());
        scene
    }

    fn all_see_all(&self) -> bool {
        self.players.iter().chain([&self.eve]).all(|player| player.here.len() == 3)
    }

    fn run_once(&mut self) {
        self.now += TURN;
        let now = self.now;
        self.cable.carry();
        self.voice.run_once(now);
        self.cable.carry();
        self.bridge.run_once(now);
        for player in self.players.iter_mut().chain([&mut self.eve]) {
            player.run_once(now);
        }
        thread::sleep(Duration::from_millis(1));
    }

    fn until(&mut self, what: &str, mut is_so: impl FnMut(&mut Self) -> bool) {
        for _ in 0..TURNS_MAX {
            if is_so(self) {
                return;
            }
            self.run_once();
        }
        let told = self.players.iter().chain([&self.eve]).map(|player| (&player.here, player.rosters));
        panic!("this does not happen: {what}; {:?}", told.collect::<Vec<_>>());
    }

    fn until_eve_hears(&mut self, words: &[u8]) {
        self.until("Eve hears Alice", |scene| {
            let _ = scene.players[0].inner.client.send_voice(words);
            scene.eve.heard.iter().any(|frame| frame == words)
        });
    }

    fn rosters(&self) -> [usize; 2] {
        [self.players[0].rosters, self.players[1].rosters]
    }
}

/// Players that can resume, whose places are kept, and originals, which cannot.
const KINDS: [Capabilities; 2] = [Capabilities::ALL, Capabilities::NONE];

#[test]
fn others_see_within_a_second_that_the_players_of_a_silent_game_server_are_gone() {
    for capabilities in KINDS {
        let mut scene = Scene::new(capabilities, SidecarSettings::default());
        scene.until_eve_hears(b"before");
        scene.cable.is_held = true;
        let silent_since = scene.now;
        scene.until("Eve sees no player", |scene| scene.eve.here.len() == 1);
        assert!(scene.now - silent_since <= SOON, "after {:?}", scene.now - silent_since);
        assert!(scene.players.iter().all(|player| player.here.len() == 3), "they still see each other");
    }
}

#[test]
fn after_a_silence_players_are_back_and_heard_without_joining_again() {
    for capabilities in KINDS {
        let mut scene = Scene::new(capabilities, SidecarSettings::default());
        scene.until_eve_hears(b"before");
        let rosters = scene.rosters();
        scene.cable.is_held = true;
        scene.until("Eve sees no player", |scene| scene.eve.here.len() == 1);
        for _ in 0..300 {
            scene.run_once();
        }
        scene.cable.is_held = false;
        scene.until("Eve sees both", |scene| scene.eve.here.len() == 3);
        scene.until_eve_hears(b"after");
        assert_eq!(scene.rosters(), rosters, "no player had to join again");
        assert!(scene.all_see_all());
    }
}

#[test]
fn others_see_within_a_second_that_a_game_server_died_though_places_are_kept() {
    for capabilities in KINDS {
        let mut scene = Scene::new(capabilities, SidecarSettings::default());
        scene.until_eve_hears(b"before");
        scene.cable.ends = None;
        scene.cable.is_held = true;
        let died = scene.now;
        scene.until("Eve sees no player", |scene| scene.eve.here.len() == 1);
        assert!(scene.now - died <= SOON, "after {:?}", scene.now - died);
    }
}

#[test]
fn after_a_lost_link_players_are_back_and_heard_when_it_returns() {
    for capabilities in KINDS {
        let mut scene = Scene::new(capabilities, SidecarSettings::default());
        scene.until_eve_hears(b"before");
        let rosters = scene.rosters();
        scene.cable.ends = None;
        scene.until("Eve sees no player", |scene| scene.eve.here.len() == 1);
        scene.until("Eve sees both", |scene| scene.eve.here.len() == 3);
        scene.until_eve_hears(b"after");
        scene.until("all see all", |scene| scene.all_see_all());
        assert_eq!(scene.rosters(), rosters.map(|rosters| rosters + 1), "each joined again once");
    }
}

/// The players send no voice for twenty seconds.
#[test]
fn a_steady_game_server_is_never_taken_for_a_silent_one() {
    let mut scene = Scene::new(Capabilities::NONE, SidecarSettings::default());
    for _ in 0..2000 {
        scene.run_once();
        assert!(scene.all_see_all());
    }
}
