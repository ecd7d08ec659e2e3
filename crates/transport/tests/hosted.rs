//! The hosted transport keeps the rules of every network, over a game's network that a thread of its own pumps.

#[path = "hosted/game_network.rs"]
mod game_network;

use consonance_transport::PacketLimits;
use consonance_transport::conformance::Network;
use consonance_transport::hosted::{self, HostedClient, HostedServer, HostedSettings};

use game_network::GameNetwork;

impl Network for GameNetwork {
    type Server = HostedServer;
    type Client = HostedClient;

    fn listen(&mut self) -> HostedServer {
        let (server, handle) = hosted::server(&settings());
        self.add_server(handle);
        server
    }

    fn client(&mut self, session: &str) -> HostedClient {
        let (client, handle) = hosted::client(&settings());
        self.add_client(handle, session);
        client
    }

    fn cut(&mut self, _client: &mut HostedClient) {
        self.cut_all();
    }
}

fn settings() -> HostedSettings {
    HostedSettings::new(PacketLimits { reliable_bytes: 4000, unreliable_bytes: 1150 })
}

consonance_transport::conformance_tests!(GameNetwork::start());
