//! The hosted transport fulfils the contract of every network, direct links included, over a game's network that a
//! separate thread pumps.

mod game_client;
mod game_network;

use consonance_link::PacketLimits;
use consonance_link::conformance::{DirectNetwork, Network};
use consonance_link::hosted::{self, HostedServer, HostedSettings};

use game_client::GameClient;
use game_network::GameNetwork;

impl Network for GameNetwork {
    type Server = HostedServer;
    type Client = GameClient;

    const ANSWERS_PROBES: bool = true;

    fn listen(&mut self) -> HostedServer {
        let (server, handle) = hosted::server(&settings());
        self.add_server(handle);
        server
    }

    fn client(&mut self, session: &str) -> GameClient {
        let (transport, handle) = hosted::client(&settings());
        GameClient { transport, number: self.add_client(handle, session) }
    }

    fn cut(&mut self, _client: &mut GameClient) {
        self.cut_all();
    }
}

impl DirectNetwork for GameNetwork {
    fn connect_directly(&mut self, one: &mut GameClient, other: &mut GameClient) {
        self.introduce(one.number, other.number);
    }

    fn cut_directly(&mut self, client: &mut GameClient) {
        self.lose_directly(client.number);
    }
}

fn settings() -> HostedSettings {
    HostedSettings::new(PacketLimits { reliable_bytes: 4000, unreliable_bytes: 1150 })
}

consonance_link::conformance_tests!(GameNetwork::start());
consonance_link::direct_conformance_tests!(GameNetwork::start());
