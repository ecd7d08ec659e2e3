//! The in-memory game network follows the rules of every network, with each message a voice packet.

use consonance_link::conformance::Network;
use consonance_link::gateway::memory::{
    MemoryGameNetwork, MemoryGameNetworkClient, MemoryGameNetworkServer, RELIABLE, UNRELIABLE,
};
use consonance_link::gateway::{BareEnvelope, EnvelopeClient, EnvelopeServer, VoiceChannels};

const BARE: BareEnvelope = BareEnvelope(VoiceChannels { reliable: RELIABLE, unreliable: UNRELIABLE });

#[derive(Default)]
struct InMemory(MemoryGameNetwork);

impl Network for InMemory {
    type Server = EnvelopeServer<MemoryGameNetworkServer, BareEnvelope>;
    type Client = EnvelopeClient<MemoryGameNetworkClient, BareEnvelope>;

    const NAMES_SESSIONS: bool = false;

    fn listen(&mut self) -> Self::Server {
        EnvelopeServer::new(self.0.listen(), BARE, "")
    }

    fn client(&mut self, _session: &str) -> Self::Client {
        EnvelopeClient::new(self.0.client(), BARE)
    }

    fn cut(&mut self, client: &mut Self::Client) {
        client.network_mut().lose_link();
    }
}

consonance_link::conformance_tests!(InMemory::default());
