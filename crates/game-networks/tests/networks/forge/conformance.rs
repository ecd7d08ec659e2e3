//! The rules of every network, over real sockets on this machine.

use std::net::SocketAddr;
use std::time::Duration;

use consonance_game_networks::forge::voice::{ForgeVoice, ForgeVoiceClient};
use consonance_game_networks::forge::{
    ForgeClient, ForgeClientSettings, ForgeServer, ForgeServerSettings, LinkSettings,
};
use consonance_link::conformance::{Impaired, Network, two_hundred_clients_talk_to_one_server};
use consonance_link::gateway::udp::rig::Cable;
use consonance_link::gateway::udp::{UdpClient, UdpClientSettings, UdpServer, UdpServerSettings};
use consonance_link::gateway::{EnvelopeClient, EnvelopeServer};

#[derive(Default)]
struct Plain {
    server: Option<SocketAddr>,
    clients: u8,
}

impl Network for Plain {
    type Server = EnvelopeServer<UdpServer<ForgeServer>, ForgeVoice>;
    type Client = EnvelopeClient<UdpClient<Cable<ForgeClient>>, ForgeVoiceClient>;

    const NAMES_SESSIONS: bool = false;
    const CARRIES_REASONS: bool = false;

    fn listen(&mut self) -> Self::Server {
        let endpoint = ForgeServer::new(ForgeServerSettings { link: link(), ..Default::default() }, &[4; 32]);
        let server = UdpServer::bind(([127, 0, 0, 1], 0).into(), endpoint, UdpServerSettings::default())
            .expect("a port is free");
        self.server = Some(server.local_addr());
        EnvelopeServer::new(server, ForgeVoice::default(), "")
    }

    fn client(&mut self, _session: &str) -> Self::Client {
        self.clients += 1;
        let settings = ForgeClientSettings {
            link: link(),
            ping_interval: Duration::from_secs(1),
            upgrade_interval: Duration::from_secs(1),
            upgrade_tries: 3,
            ..Default::default()
        };
        let endpoint = Cable::new(ForgeClient::new(settings, [self.clients; 32]));
        let server = self.server.expect("a server listens first");
        EnvelopeClient::new(
            UdpClient::new(server, endpoint, UdpClientSettings::default()),
            ForgeVoiceClient::default(),
        )
    }

    fn cut(&mut self, client: &mut Self::Client) {
        client.network_mut().endpoint_mut().cut();
    }
}

/// A cut connection counts as lost after 5 s: longer than a busy machine keeps a thread waiting.
fn link() -> LinkSettings {
    LinkSettings { idle_timeout: Duration::from_secs(5), ..LinkSettings::default() }
}

#[test]
fn two_hundred_clients_talk_to_one_listener() {
    two_hundred_clients_talk_to_one_server(&mut Plain::default());
}

mod plain {
    consonance_link::conformance_tests!(super::Plain::default());
}

mod impaired {
    use super::{Impaired, Plain};

    consonance_link::conformance_tests!(Impaired(Plain::default()));
}
