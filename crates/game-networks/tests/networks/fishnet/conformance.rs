//! Our own server and client, in a game network without a game, follow the rules of every network.

use consonance_game_networks::fishnet::{ClientSettings, FishNetClient, FishNetVoiceOnly, VoiceOnlySettings};
use consonance_link::conformance::Network;
use consonance_link::gateway::memory::{
    MemoryGameNetwork, MemoryGameNetworkClient, MemoryGameNetworkServer, RELIABLE, UNRELIABLE,
};
use consonance_link::gateway::{EnvelopeClient, EnvelopeServer, VoiceChannels};

const CHANNELS: VoiceChannels = VoiceChannels { reliable: RELIABLE, unreliable: UNRELIABLE };

#[derive(Default)]
struct InMemory(MemoryGameNetwork);

impl Network for InMemory {
    type Server = EnvelopeServer<MemoryGameNetworkServer, FishNetVoiceOnly>;
    type Client = EnvelopeClient<MemoryGameNetworkClient, FishNetClient>;

    const NAMES_SESSIONS: bool = false;

    fn listen(&mut self) -> Self::Server {
        let settings = VoiceOnlySettings { channels: CHANNELS, ..VoiceOnlySettings::default() };
        EnvelopeServer::new(self.0.listen(), FishNetVoiceOnly::new(settings), "")
    }

    fn client(&mut self, _session: &str) -> Self::Client {
        let settings = ClientSettings { channels: CHANNELS, ..ClientSettings::default() };
        EnvelopeClient::new(self.0.client(), FishNetClient::new(settings))
    }

    fn cut(&mut self, client: &mut Self::Client) {
        client.network_mut().lose_link();
    }
}

consonance_link::conformance_tests!(InMemory::default());
