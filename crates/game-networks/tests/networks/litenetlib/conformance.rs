//! The rules of every network, over real sockets of this machine.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use consonance_game_networks::litenetlib::{
    ClientSettings, ConnectionSettings, LiteNetLibClient, LiteNetLibServer, PacketLayer, RELIABLE_ORDERED,
    ServerSettings, UNRELIABLE,
};
use consonance_link::conformance::{Impaired, Network, two_hundred_clients_talk_to_one_server};
use consonance_link::gateway::udp::rig::Cable;
use consonance_link::gateway::udp::{UdpClient, UdpClientSettings, UdpServer, UdpServerSettings};
use consonance_link::gateway::{BareEnvelope, EnvelopeClient, EnvelopeServer, VoiceChannels};

use crate::litenetlib::support::clock;

const BARE: BareEnvelope = BareEnvelope(VoiceChannels { reliable: RELIABLE_ORDERED, unreliable: UNRELIABLE });

struct LiteNetLib {
    connection: ConnectionSettings,
    server: Option<SocketAddr>,
}

impl LiteNetLib {
    /// A cut link counts as lost after 5 s, which is longer than a busy machine keeps a thread waiting.
    fn new(layer: PacketLayer) -> Self {
        let idle_timeout = Duration::from_secs(5);
        Self { connection: ConnectionSettings { idle_timeout, layer, ..Default::default() }, server: None }
    }
}

impl Network for LiteNetLib {
    type Server = EnvelopeServer<UdpServer<LiteNetLibServer>, BareEnvelope>;
    type Client = EnvelopeClient<UdpClient<Cable<LiteNetLibClient>>, BareEnvelope>;

    const NAMES_SESSIONS: bool = false;

    const ANSWERS_PROBES: bool = true;

    fn listen(&mut self) -> Self::Server {
        let settings = ServerSettings { connection: self.connection.clone(), ..ServerSettings::default() };
        let endpoint = LiteNetLibServer::new(settings, clock(), [1; 32]);
        let server =
            UdpServer::bind((Ipv4Addr::LOCALHOST, 0).into(), endpoint, UdpServerSettings::default()).unwrap();
        self.server = Some(server.local_addr());
        EnvelopeServer::new(server, BARE, "")
    }

    fn client(&mut self, _session: &str) -> Self::Client {
        let settings = ClientSettings { connection: self.connection.clone(), ..ClientSettings::default() };
        let endpoint = Cable::new(LiteNetLibClient::new(settings, clock()));
        let server = self.server.expect("a server listens first");
        EnvelopeClient::new(UdpClient::new(server, endpoint, UdpClientSettings::default()), BARE)
    }

    fn cut(&mut self, client: &mut Self::Client) {
        client.network_mut().endpoint_mut().cut();
    }
}

#[test]
fn two_hundred_clients_talk_to_one_listener() {
    two_hundred_clients_talk_to_one_server(&mut LiteNetLib::new(PacketLayer::None));
}

mod plain {
    use super::{LiteNetLib, PacketLayer};

    consonance_link::conformance_tests!(LiteNetLib::new(PacketLayer::None));
}

mod with_checksums {
    use super::{LiteNetLib, PacketLayer};

    consonance_link::conformance_tests!(LiteNetLib::new(PacketLayer::Crc32c));
}

mod impaired {
    use super::{Impaired, LiteNetLib, PacketLayer};

    consonance_link::conformance_tests!(Impaired(LiteNetLib::new(PacketLayer::None)));
}
