//! A link that is lost and made again, with the real engine at both ends: players in the game notice only silence.

use std::net::Ipv4Addr;
use std::thread;
use std::time::{Duration, Instant};

use consonance_game_networks::sidecar::{
    SidecarBridge, SidecarLink, SidecarLinkSettings, SidecarServer, SidecarSettings,
};
use consonance_link::memory::{MemoryClient, MemoryNetwork, MemoryServer};
use consonance_server::{SessionLoop, SessionsSettings};
use consonance_session::{ChannelProperties, Client, ClientEvent, ClientSettings, Target};
use consonance_testing::player::TestPlayer;

/// The time limit for any step. Generous, because machines that run tests are busy.
const PATIENCE: Duration = Duration::from_mins(2);

/// A game of two players whose server has an adapter, and a voice server beside it.
struct Game {
    voice: SessionLoop,
    bridge: SidecarBridge<MemoryServer>,
    players: [Player; 2],
    /// How far all clocks run ahead of the real one.
    ahead: Duration,
}

struct Player {
    inner: TestPlayer<MemoryClient>,
    joins: usize,
    heard: Vec<Vec<u8>>,
}

impl Game {
    fn new() -> Self {
        let now = Instant::now();
        let mut voice = SessionLoop::new(&SessionsSettings::new(["main"]).unwrap());
        let sidecar = SidecarServer::bind((Ipv4Addr::LOCALHOST, 0).into(), SidecarSettings::default());
        let sidecar = sidecar.unwrap();
        let link = SidecarLink::new(sidecar.local_addr(), SidecarLinkSettings::default());
        voice.add_network(Box::new(sidecar));
        let network = MemoryNetwork::new();
        let bridge = SidecarBridge::new(now, network.listen(), link);
        let player = |name: &str| {
            let mut client = Client::new(ClientSettings::new(name));
            client.join_room("lobby").unwrap();
            client.open_channel(Target::Room("lobby".into()), ChannelProperties::default()).unwrap();
            Player {
                inner: TestPlayer::new(client, network.client("game"), now),
                joins: 0,
                heard: Vec::new(),
            }
        };
        let players = [player("Alice"), player("Bob")];
        Self { voice, bridge, players, ahead: Duration::ZERO }
    }

    /// Runs all ends once and advances time a little.
    fn run_once(&mut self) {
        self.ahead += Duration::from_millis(10);
        let now = Instant::now() + self.ahead;
        self.voice.run_once(now);
        self.bridge.run_once(now);
        for player in &mut self.players {
            let Player { inner, joins, heard } = player;
            inner.wake(now);
            inner.run_once(now, |event| match event {
                ClientEvent::PlayersSynced => *joins += 1,
                ClientEvent::Voice(voice) => heard.push(voice.frame.to_vec()),
                _ => {}
            });
        }
        thread::sleep(Duration::from_millis(1));
    }

    fn until(&mut self, what: &str, mut is_so: impl FnMut(&mut Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(self) {
            self.run_once();
            assert!(Instant::now() < deadline, "this does not happen: {what}");
        }
    }
}

impl Game {
    fn until_heard(&mut self, words: &[u8]) {
        self.until("Bob hears Alice", |game| {
            // This fails while the player is not in a session.
            let _ = game.players[0].inner.client.send_voice(words);
            game.players[1].heard.iter().any(|frame| frame == words)
        });
    }

    /// Ends the link at the game's end, which then reconnects by itself.
    fn until_link_is_remade(&mut self) {
        let now = Instant::now() + self.ahead;
        self.bridge.link().disconnect(now);
        self.until("the link is gone", |game| game.voice.links() == 0);
        let now = Instant::now() + self.ahead;
        self.bridge.link().connect(now);
        self.until("the link is there", |game| game.bridge.link().is_up());
    }
}

#[test]
fn after_a_lost_link_players_join_again_and_hear_each_other_though_one_of_them_is_silent() {
    let mut game = Game::new();
    game.until_heard(b"before");
    game.until_link_is_remade();
    // Bob never speaks.
    game.until_heard(b"after");
    assert!(game.players.iter().all(|player| player.joins >= 2));
}

#[test]
fn after_a_restart_of_the_session_players_join_again_over_the_link_that_they_have() {
    let mut game = Game::new();
    game.until_heard(b"before");
    let now = Instant::now() + game.ahead;
    game.voice.restart_sessions(now);
    game.until_heard(b"after");
    assert!(game.players.iter().all(|player| player.joins >= 2));
}
