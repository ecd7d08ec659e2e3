//! Telepathy keeps the rules of every network as far as one stream can, over real sockets on the loopback interface.

use std::net::{Ipv4Addr, SocketAddr};

use consonance_game_networks::telepathy::{Telepathy, TelepathyClient, TelepathyServer};
use consonance_link::conformance::{Impaired, Network};
use consonance_link::gateway::streams::{RELIABLE, StreamClientSettings, StreamSettings, UNRELIABLE};
use consonance_link::gateway::{EnvelopeClient, EnvelopeServer, MarkedEnvelope, VoiceChannels};

const MARKED: MarkedEnvelope = MarkedEnvelope(VoiceChannels { reliable: RELIABLE, unreliable: UNRELIABLE });

#[derive(Default)]
struct OverTelepathy {
    server: Option<SocketAddr>,
}

impl Network for OverTelepathy {
    type Server = EnvelopeServer<TelepathyServer, MarkedEnvelope>;
    type Client = EnvelopeClient<TelepathyClient, MarkedEnvelope>;

    const NAMES_SESSIONS: bool = false;
    const CARRIES_REASONS: bool = false;
    const REFUSES: bool = false;

    fn listen(&mut self) -> Self::Server {
        let address = (Ipv4Addr::LOCALHOST, 0).into();
        let server = TelepathyServer::bind(address, Telepathy::default(), StreamSettings::default());
        let server = server.expect("the loopback interface has a free port");
        self.server = server.local_addr().ok();
        EnvelopeServer::new(server, MARKED, "")
    }

    fn client(&mut self, _session: &str) -> Self::Client {
        let server = self.server.expect("a server was made before its clients");
        let client = TelepathyClient::new(Telepathy::default(), StreamClientSettings::new(server));
        EnvelopeClient::new(client.expect("there are descriptors left"), MARKED)
    }

    fn cut(&mut self, client: &mut Self::Client) {
        client.network_mut().lose_link();
    }
}

mod plain {
    use super::OverTelepathy;

    consonance_link::conformance_tests!(OverTelepathy::default());
}

mod impaired {
    use super::{Impaired, OverTelepathy};

    consonance_link::conformance_tests!(Impaired(OverTelepathy::default()));
}
