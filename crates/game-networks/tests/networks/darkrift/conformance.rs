//! The rules of every network, with voice in DarkRift's messages: plain, and over a slow and jittery path.

use std::net::SocketAddr;

use consonance_game_networks::darkrift::voice::{
    DarkRiftVoice, DarkRiftVoiceClient, DarkRiftVoiceSettings, Layout,
};
use consonance_game_networks::darkrift::{ClientSettings, DarkRiftClient, DarkRiftServer, ServerSettings};
use consonance_link::conformance::{Impaired, Network};
use consonance_link::gateway::{EnvelopeClient, EnvelopeServer};

use crate::darkrift::relay::Relay;

const TAG: u16 = 0x1234;

type Server = EnvelopeServer<DarkRiftServer, DarkRiftVoice>;
type Client = EnvelopeClient<DarkRiftClient, DarkRiftVoiceClient>;

#[derive(Default)]
struct Plain {
    relay: Option<Relay>,
}

impl Plain {
    fn server_address(&self) -> SocketAddr {
        self.relay.as_ref().expect("a server listens").address()
    }
}

impl Network for Plain {
    type Server = Server;
    type Client = Client;

    const NAMES_SESSIONS: bool = false;
    const CARRIES_REASONS: bool = false;

    fn listen(&mut self) -> Server {
        let network = DarkRiftServer::bind(([127, 0, 0, 1], 0).into(), ServerSettings::default())
            .expect("a port is free");
        self.relay = Some(Relay::to(network.local_addr()));
        let settings = DarkRiftVoiceSettings {
            tag_to_server: Some(TAG),
            layout: Layout::Prefixed,
            ..DarkRiftVoiceSettings::default()
        };
        EnvelopeServer::new(network, DarkRiftVoice::voice_only(settings), "")
    }

    fn client(&mut self, _session: &str) -> Client {
        let network = DarkRiftClient::new(ClientSettings::new(self.server_address()))
            .expect("there is a descriptor left");
        EnvelopeClient::new(network, DarkRiftVoiceClient::new(TAG, None, Layout::Prefixed))
    }

    fn cut(&mut self, _client: &mut Client) {
        self.relay.iter().for_each(Relay::cut);
    }
}

mod plain {
    consonance_link::conformance_tests!(super::Plain::default());
}

mod impaired {
    use super::{Impaired, Plain};

    consonance_link::conformance_tests!(Impaired(Plain::default()));
}
