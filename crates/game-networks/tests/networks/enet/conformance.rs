//! The rules of every network, over real sockets of this machine.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use consonance_game_networks::enet::{
    ChannelMode, ConnectionSettings, EnetClient, EnetServer, RELIABLE_CHANNEL, UNRELIABLE_CHANNEL,
};
use consonance_link::conformance::{Impaired, Network, two_hundred_clients_talk_to_one_server};
use consonance_link::gateway::udp::rig::Cable;
use consonance_link::gateway::udp::{UdpClient, UdpClientSettings, UdpServer, UdpServerSettings};
use consonance_link::gateway::{BareEnvelope, EnvelopeClient, EnvelopeServer, VoiceChannels};

use crate::enet::support::{client_of, server_of};

const BARE: BareEnvelope =
    BareEnvelope(VoiceChannels { reliable: RELIABLE_CHANNEL, unreliable: UNRELIABLE_CHANNEL });

struct Enet {
    connection: ConnectionSettings,
    server: Option<SocketAddr>,
    clients: u32,
}

impl Enet {
    /// A cut link counts as lost after 5 s, which is longer than a busy machine keeps a thread waiting. A small queue
    /// keeps the tests short.
    fn new(connection: ConnectionSettings) -> Self {
        let timeout_max = Duration::from_secs(5);
        let connection = ConnectionSettings { timeout_max, queued_bytes_max: 2_000_000, ..connection };
        Self { connection, server: None, clients: 0 }
    }

    fn ignorance() -> Self {
        Self::new(ConnectionSettings::default())
    }

    fn stock() -> Self {
        Self::new(ConnectionSettings::enet13(vec![ChannelMode::Reliable, ChannelMode::Unsequenced]))
    }
}

impl Network for Enet {
    type Server = EnvelopeServer<UdpServer<EnetServer>, BareEnvelope>;
    type Client = EnvelopeClient<UdpClient<Cable<EnetClient>>, BareEnvelope>;

    const NAMES_SESSIONS: bool = false;
    const CARRIES_REASONS: bool = false;

    const ANSWERS_PROBES: bool = true;

    fn listen(&mut self) -> Self::Server {
        let endpoint = server_of(&self.connection);
        let server =
            UdpServer::bind((Ipv4Addr::LOCALHOST, 0).into(), endpoint, UdpServerSettings::default()).unwrap();
        self.server = Some(server.local_addr());
        EnvelopeServer::new(server, BARE, "")
    }

    fn client(&mut self, _session: &str) -> Self::Client {
        let server = self.server.expect("a server listens first");
        self.clients += 1;
        let endpoint = Cable::new(client_of(&self.connection, self.clients));
        EnvelopeClient::new(UdpClient::new(server, endpoint, UdpClientSettings::default()), BARE)
    }

    fn cut(&mut self, client: &mut Self::Client) {
        client.network_mut().endpoint_mut().cut();
    }
}

#[test]
fn two_hundred_clients_talk_to_one_listener() {
    two_hundred_clients_talk_to_one_server(&mut Enet::ignorance());
}

mod ignorance {
    use super::Enet;

    consonance_link::conformance_tests!(Enet::ignorance());
}

mod stock {
    use super::Enet;

    consonance_link::conformance_tests!(Enet::stock());
}

mod impaired {
    use super::{Enet, Impaired};

    consonance_link::conformance_tests!(Impaired(Enet::ignorance()));
}
