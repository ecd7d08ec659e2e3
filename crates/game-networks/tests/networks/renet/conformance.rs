//! Voice over renet keeps the rules of every network, in a game that is pumped by its own thread.

mod game;

use consonance_link::conformance::Network;
use consonance_link::hosted::{HostedClient, HostedServer};

use game::Game;

impl Network for Game {
    type Server = HostedServer;
    type Client = HostedClient;

    const ANSWERS_PROBES: bool = true;

    fn listen(&mut self) -> HostedServer {
        self.add_server()
    }

    fn client(&mut self, session: &str) -> HostedClient {
        self.add_client(session)
    }

    fn cut(&mut self, _client: &mut HostedClient) {
        self.disconnect_all();
    }

    fn mend(&mut self) {
        self.connect_all();
    }
}

consonance_link::conformance_tests!(Game::start());
