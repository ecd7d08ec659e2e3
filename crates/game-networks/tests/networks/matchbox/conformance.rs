//! Voice between players keeps the rules of every network, direct links included, over a simulated room.

/// A hosted client with a number, shared with the hosted transport's own tests.
#[path = "../../../../link/tests/link/hosted/game_client.rs"]
mod game_client;

use consonance_game_networks::matchbox::PlayerId;
use consonance_link::conformance::{DirectNetwork, Network};
use consonance_link::hosted::HostedServer;

use crate::matchbox::simulated::game::Game;
use game_client::GameClient;

impl Network for Game {
    type Server = HostedServer;
    type Client = GameClient;

    const ANSWERS_PROBES: bool = true;

    fn listen(&mut self) -> HostedServer {
        self.add_server()
    }

    fn client(&mut self, session: &str) -> GameClient {
        let (id, transport) = self.add_client(session);
        GameClient { transport, number: id.0 as u64 }
    }

    fn cut(&mut self, _client: &mut GameClient) {
        self.disconnect_all();
    }

    fn mend(&mut self) {
        self.connect_all();
    }
}

impl DirectNetwork for Game {
    fn connect_directly(&mut self, one: &mut GameClient, other: &mut GameClient) {
        self.introduce(id_of(one), id_of(other));
    }

    fn cut_directly(&mut self, client: &mut GameClient) {
        self.lose_directly(id_of(client));
    }
}

fn id_of(client: &GameClient) -> PlayerId {
    PlayerId(u128::from(client.number))
}

consonance_link::conformance_tests!(Game::start());
consonance_link::direct_conformance_tests!(Game::start());
