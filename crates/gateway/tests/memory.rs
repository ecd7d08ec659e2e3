//! The game network inside one process keeps the rules of every network, with each message a voice packet.

use consonance_gateway::memory::{
    MemoryGameClient, MemoryGameNetwork, MemoryGameServer, RELIABLE, UNRELIABLE,
};
use consonance_gateway::{Bare, VoiceClient, VoiceServer};
use consonance_transport::conformance::Network;

const BARE: Bare = Bare { reliable: RELIABLE, unreliable: UNRELIABLE };

#[derive(Default)]
struct InMemory(MemoryGameNetwork);

impl Network for InMemory {
    type Server = VoiceServer<MemoryGameServer, Bare>;
    type Client = VoiceClient<MemoryGameClient, Bare>;

    const NAMES_SESSIONS: bool = false;

    fn listen(&mut self) -> Self::Server {
        VoiceServer::new(self.0.listen(), BARE, "")
    }

    fn client(&mut self, _session: &str) -> Self::Client {
        VoiceClient::new(self.0.client(), BARE)
    }

    fn cut(&mut self, client: &mut Self::Client) {
        client.network_mut().lose_link();
    }
}

consonance_transport::conformance_tests!(InMemory::default());
