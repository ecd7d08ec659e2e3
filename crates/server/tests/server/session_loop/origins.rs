//! Origins of players: which newcomer gets the name of a holder that lost its link.

use std::time::{Duration, Instant};

use consonance_link::hosted::{
    self, ClientRequest, HostedClient, HostedClientHandle, HostedServerHandle, HostedSettings, ServerRequest,
};
use consonance_link::memory::MemoryNetwork;
use consonance_link::{Delivery, PacketLimits};
use consonance_server::{SessionLoop, SessionsSettings};
use consonance_session::{Capabilities, Client, ClientSettings};
use consonance_testing::player::TestPlayer;

const LIMITS: PacketLimits = PacketLimits { reliable_bytes: 1024, unreliable_bytes: 1024 };

/// A session loop inside a game, whose network the test carries.
struct Game {
    session_loop: SessionLoop,
    server: HostedServerHandle,
    players: Vec<GamePlayer>,
    now: Instant,
}

/// A player, with its number in the game.
struct GamePlayer {
    number: u64,
    player: TestPlayer<HostedClient>,
    handle: HostedClientHandle,
    remote: Option<&'static str>,
}

impl Game {
    fn with(change: impl FnOnce(&mut SessionsSettings)) -> Self {
        let mut settings = SessionsSettings::new(["main"]).unwrap();
        change(&mut settings);
        let mut session_loop = SessionLoop::new(&settings);
        let (transport, server) = hosted::server(&HostedSettings::new(LIMITS));
        session_loop.add_network(Box::new(transport));
        Self { session_loop, server, players: Vec::new(), now: Instant::now() }
    }

    /// A player asks for the name Alice, with this number in the game, or from this address.
    fn add_alice(&mut self, number: u64, remote: Option<&'static str>, capabilities: Capabilities) {
        let mut settings = ClientSettings::new("Alice");
        settings.capabilities = capabilities;
        let (transport, handle) = hosted::client(&HostedSettings::new(LIMITS));
        let player = TestPlayer::new(Client::new(settings), transport, self.now);
        self.players.push(GamePlayer { number, player, handle, remote });
        self.settle();
    }

    /// A link is lost silently, and its player does not come back.
    fn lose(&mut self, index: usize) {
        self.server.peer_lost(self.players.remove(index).number);
        self.settle();
    }

    fn has_joined(&self, index: usize) -> bool {
        self.players[index].player.client.id().is_some()
    }

    fn settle(&mut self) {
        for _ in 0..8 {
            for GamePlayer { number, player, handle, remote } in &mut self.players {
                player.run_once(self.now, |_| {});
                while let Some(request) = handle.poll() {
                    match (request, *remote) {
                        (ClientRequest::Connect, None) => {
                            assert!(self.server.peer_connected(*number, "main"));
                        }
                        (ClientRequest::Connect, Some(remote)) => {
                            assert!(self.server.peer_connected_from(*number, "main", remote));
                        }
                        (ClientRequest::Send { delivery, packet }, _) => {
                            self.server.receive(*number, delivery, packet);
                        }
                        (ClientRequest::Disconnect, _) => self.server.peer_disconnected(*number, ""),
                    }
                }
            }
            self.session_loop.run_once(self.now);
            while let Some(request) = self.server.poll() {
                match request {
                    ServerRequest::Accept { peer } => find(&mut self.players, peer, GamePlayer::link_up),
                    ServerRequest::Send { peers, delivery, packet } => {
                        for peer in peers {
                            find(&mut self.players, *peer, |player| player.receive(delivery, packet));
                        }
                    }
                    ServerRequest::Refuse { peer, reason } | ServerRequest::Disconnect { peer, reason } => {
                        find(&mut self.players, peer, |player| player.handle.link_down(reason));
                    }
                }
            }
        }
    }
}

impl GamePlayer {
    fn link_up(&mut self) {
        self.handle.link_up();
    }

    fn receive(&mut self, delivery: Delivery, packet: &[u8]) {
        self.handle.receive(delivery, packet);
    }
}

fn find(players: &mut [GamePlayer], number: u64, act: impl FnOnce(&mut GamePlayer)) {
    if let Some(player) = players.iter_mut().find(|player| player.number == number) {
        act(player);
    }
}

#[test]
fn a_player_of_the_game_that_comes_back_has_its_name_at_once_and_another_one_waits() {
    for (number, expected) in [(7, true), (8, false)] {
        let mut game = Game::with(|_| {});
        game.add_alice(7, None, Capabilities::ALL);
        assert!(game.has_joined(0));
        game.lose(0);
        game.add_alice(number, None, Capabilities::NONE);
        assert_eq!(game.has_joined(0), expected, "player {number}");
    }
}

#[test]
fn a_player_with_the_same_number_on_another_network_waits() {
    let mut game = Game::with(|_| {});
    let network = MemoryNetwork::new();
    game.session_loop.add_network(Box::new(network.listen()));
    game.add_alice(1, None, Capabilities::ALL);
    game.lose(0);
    let mut other =
        TestPlayer::new(Client::new(ClientSettings::new("Alice")), network.client("main"), game.now);
    for _ in 0..8 {
        other.run_once(game.now, |_| {});
        game.session_loop.run_once(game.now);
    }
    assert_eq!(other.client.id(), None);
}

#[test]
fn a_player_of_the_configured_ipv6_prefix_has_the_name_of_a_lost_one_at_once() {
    for (prefix_bits, expected) in [(48, true), (56, true), (64, false)] {
        let mut game = Game::with(|settings| settings.ipv6_prefix_bits = prefix_bits);
        game.add_alice(1, Some("[2001:db8:1:2::1]:7"), Capabilities::ALL);
        assert!(game.has_joined(0));
        game.lose(0);
        game.add_alice(2, Some("[2001:db8:1:3::1]:7"), Capabilities::NONE);
        assert_eq!(game.has_joined(0), expected, "/{prefix_bits}");
    }
}

#[test]
fn names_in_use_are_counted_when_newcomers_wait_take_over_and_are_refused() {
    let mut game = Game::with(|_| {});
    let counters = |game: &Game| {
        let (_, _, counters) = game.session_loop.statistics().next().unwrap();
        (counters.names_awaited, counters.names_taken_over, counters.names_in_use)
    };
    game.add_alice(1, Some("192.0.2.1:1"), Capabilities::ALL);
    assert_eq!(counters(&game), (0, 0, 0));
    game.add_alice(2, Some("192.0.2.1:2"), Capabilities::NONE);
    assert_eq!(counters(&game), (1, 0, 0), "a stock client waits");
    game.add_alice(3, Some("198.51.100.7:1"), Capabilities::ALL);
    game.now += Duration::from_secs(1);
    game.settle();
    assert_eq!(counters(&game), (2, 0, 1), "a client of ours is refused as soon as the holder has answered");
    game.lose(0);
    game.now += Duration::from_secs(1);
    game.settle();
    assert_eq!(counters(&game), (2, 1, 1), "the place is kept, and the newcomer is of the same origin");
    assert!(game.has_joined(0));
}

#[test]
fn the_address_of_a_link_is_known_if_its_network_has_addresses() {
    let mut game = Game::with(|_| {});
    game.add_alice(1, Some("192.0.2.1:1"), Capabilities::ALL);
    game.lose(0);
    game.now += Duration::from_mins(5);
    game.settle();
    game.add_alice(2, None, Capabilities::ALL);
    game.add_alice(3, Some("192.0.2.7:9"), Capabilities::ALL);
    let (_, server) = game.session_loop.servers().next().unwrap();
    let mut addresses: Vec<_> =
        server.tables().links().map(|row| game.session_loop.address_of(row.link)).collect();
    addresses.sort_unstable();
    assert_eq!(addresses, [None, Some("192.0.2.7".parse().unwrap())]);
}

/// Long enough for a holder to be found silent, if it can be.
const LONG: Duration = Duration::from_mins(1);

#[test]
fn a_silent_player_of_the_game_keeps_its_name_while_the_game_does_not_say_that_it_is_gone() {
    let mut game = Game::with(|_| {});
    game.add_alice(7, None, Capabilities::NONE);
    game.add_alice(8, None, Capabilities::NONE);
    for _ in 0..LONG.as_secs() {
        game.now += Duration::from_secs(1);
        game.settle();
    }
    assert_eq!((game.has_joined(0), game.has_joined(1)), (true, false));
    game.lose(0);
    assert!(game.has_joined(0), "the name is free");
}
