//! Server and client of ours in a game network without a game keep the rules of every network.

use consonance_fishnet::{ClientSettings, FishNetClient, FishNetVoiceServer, VoiceServerSettings};
use consonance_gateway::memory::{
    MemoryGameClient, MemoryGameNetwork, MemoryGameServer, RELIABLE, UNRELIABLE,
};
use consonance_gateway::{VoiceChannels, VoiceClient, VoiceServer};
use consonance_transport::conformance::Network;

const CHANNELS: VoiceChannels = VoiceChannels { reliable: RELIABLE, unreliable: UNRELIABLE };

#[derive(Default)]
struct InMemory(MemoryGameNetwork);

impl Network for InMemory {
    type Server = VoiceServer<MemoryGameServer, FishNetVoiceServer>;
    type Client = VoiceClient<MemoryGameClient, FishNetClient>;

    const NAMES_SESSIONS: bool = false;

    fn listen(&mut self) -> Self::Server {
        let settings = VoiceServerSettings { channels: CHANNELS, ..VoiceServerSettings::default() };
        VoiceServer::new(self.0.listen(), FishNetVoiceServer::new(settings), "")
    }

    fn client(&mut self, _session: &str) -> Self::Client {
        let settings = ClientSettings { channels: CHANNELS, ..ClientSettings::default() };
        VoiceClient::new(self.0.client(), FishNetClient::new(settings))
    }

    fn cut(&mut self, client: &mut Self::Client) {
        client.network_mut().lose_link();
    }
}

consonance_transport::conformance_tests!(InMemory::default());
