//! A `WebSocket` keeps the rules of every network, over real sockets on the loopback interface.

use std::net::{Ipv4Addr, SocketAddr};

use consonance_game_networks::simple_web::{
    SimpleWebClient, SimpleWebClientEnd, SimpleWebServer, SimpleWebServerEnd,
};
use consonance_link::conformance::{Impaired, Network, two_hundred_clients_talk_to_one_server};
use consonance_link::gateway::streams::{RELIABLE, StreamClientSettings, StreamSettings, UNRELIABLE};
use consonance_link::gateway::{EnvelopeClient, EnvelopeServer, MarkedEnvelope, VoiceChannels};

const MARKED: MarkedEnvelope = MarkedEnvelope(VoiceChannels { reliable: RELIABLE, unreliable: UNRELIABLE });

#[derive(Default)]
struct OverSimpleWeb {
    server: Option<SocketAddr>,
}

impl Network for OverSimpleWeb {
    type Server = EnvelopeServer<SimpleWebServer, MarkedEnvelope>;
    type Client = EnvelopeClient<SimpleWebClient, MarkedEnvelope>;

    const NAMES_SESSIONS: bool = false;

    fn listen(&mut self) -> Self::Server {
        let address = (Ipv4Addr::LOCALHOST, 0).into();
        let server = SimpleWebServer::bind(address, SimpleWebServerEnd::default(), StreamSettings::default());
        let server = server.expect("the loopback interface has a free port");
        self.server = server.local_addr().ok();
        EnvelopeServer::new(server, MARKED, "")
    }

    fn client(&mut self, _session: &str) -> Self::Client {
        let server = self.server.expect("a server was made before its clients");
        let client =
            SimpleWebClient::new(SimpleWebClientEnd::new("localhost"), StreamClientSettings::new(server));
        EnvelopeClient::new(client.expect("there are descriptors left"), MARKED)
    }

    fn cut(&mut self, client: &mut Self::Client) {
        client.network_mut().lose_link();
    }
}

#[test]
fn two_hundred_clients_talk_to_one_listener() {
    two_hundred_clients_talk_to_one_server(&mut OverSimpleWeb::default());
}

mod plain {
    use super::OverSimpleWeb;

    consonance_link::conformance_tests!(OverSimpleWeb::default());
}

mod impaired {
    use super::{Impaired, OverSimpleWeb};

    consonance_link::conformance_tests!(Impaired(OverSimpleWeb::default()));
}
