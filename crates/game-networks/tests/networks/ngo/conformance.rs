//! The rules of every network, in Netcode's messages over Unity Transport, with local sockets.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use consonance_game_networks::ngo::{ClientSettings, NgoClient, NgoVoiceOnly, VoiceOnlySettings};
use consonance_game_networks::utp::{ConnectionSettings, UtpClient, UtpServer};
use consonance_link::conformance::Network;
use consonance_link::gateway::udp::rig::Cable;
use consonance_link::gateway::udp::{UdpClient, UdpClientSettings, UdpServer, UdpServerSettings};
use consonance_link::gateway::{EnvelopeClient, EnvelopeServer};

#[derive(Default)]
struct Ngo {
    server: Option<SocketAddr>,
    clients: u64,
}

/// A cut link counts as lost after 5 s: longer than a busy machine delays a thread.
fn connection() -> ConnectionSettings {
    ConnectionSettings { idle_timeout: Duration::from_secs(5), ..ConnectionSettings::default() }
}

impl Network for Ngo {
    type Server = EnvelopeServer<UdpServer<UtpServer>, NgoVoiceOnly>;
    type Client = EnvelopeClient<UdpClient<Cable<UtpClient>>, NgoClient>;

    const NAMES_SESSIONS: bool = false;
    const CARRIES_REASONS: bool = false;

    const ANSWERS_PROBES: bool = true;

    fn listen(&mut self) -> Self::Server {
        let settings =
            consonance_game_networks::utp::ServerSettings { connection: connection(), ..Default::default() };
        let address = (Ipv4Addr::LOCALHOST, 0).into();
        let server =
            UdpServer::bind(address, UtpServer::new(settings, [1; 32]), UdpServerSettings::default())
                .unwrap();
        self.server = Some(server.local_addr());
        EnvelopeServer::new(server, NgoVoiceOnly::new(VoiceOnlySettings::default()), "")
    }

    fn client(&mut self, _session: &str) -> Self::Client {
        let server = self.server.expect("a server listens first");
        let settings =
            consonance_game_networks::utp::ClientSettings { connection: connection(), ..Default::default() };
        self.clients += 1;
        let endpoint = Cable::new(UtpClient::new(settings, self.clients));
        let network = UdpClient::new(server, endpoint, UdpClientSettings::default());
        EnvelopeClient::new(network, NgoClient::new(ClientSettings::default()))
    }

    fn cut(&mut self, client: &mut Self::Client) {
        client.network_mut().endpoint_mut().cut();
    }
}

consonance_link::conformance_tests!(Ngo::default());
