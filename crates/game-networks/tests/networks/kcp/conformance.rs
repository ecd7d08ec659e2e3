//! The rules of every network, over real sockets of this machine.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use consonance_game_networks::kcp::{
    Generation, KcpClient, KcpClientSettings, KcpServer, KcpServerSettings, LinkSettings, RELIABLE_CHANNEL,
    UNRELIABLE_CHANNEL,
};
use consonance_link::conformance::{Impaired, Network};
use consonance_link::gateway::udp::rig::Cable;
use consonance_link::gateway::udp::{UdpClient, UdpClientSettings, UdpServer, UdpServerSettings};
use consonance_link::gateway::{BareEnvelope, EnvelopeClient, EnvelopeServer, VoiceChannels};

const BARE: BareEnvelope =
    BareEnvelope(VoiceChannels { reliable: RELIABLE_CHANNEL, unreliable: UNRELIABLE_CHANNEL });

/// A cut link counts as lost after 5 s, which is longer than a busy machine keeps a thread waiting. A small queue
/// keeps the tests short.
fn link() -> LinkSettings {
    LinkSettings {
        idle_timeout: Duration::from_secs(5),
        queued_segments_max: 2000,
        ..LinkSettings::default()
    }
}

struct Kcp {
    generation: Generation,
    server: Option<SocketAddr>,
}

impl Kcp {
    fn new(generation: Generation) -> Self {
        Self { generation, server: None }
    }
}

impl Network for Kcp {
    type Server = EnvelopeServer<UdpServer<KcpServer>, BareEnvelope>;
    type Client = EnvelopeClient<UdpClient<Cable<KcpClient>>, BareEnvelope>;

    const NAMES_SESSIONS: bool = false;
    const CARRIES_REASONS: bool = false;
    const CARRIES_EMPTY_PACKETS: bool = false;

    const ANSWERS_PROBES: bool = true;

    fn listen(&mut self) -> Self::Server {
        let generation = Some(self.generation);
        let settings = KcpServerSettings { link: link(), generation, ..KcpServerSettings::default() };
        let endpoint = KcpServer::new(settings, [7; 32]);
        let server =
            UdpServer::bind((Ipv4Addr::LOCALHOST, 0).into(), endpoint, UdpServerSettings::default()).unwrap();
        self.server = Some(server.local_addr());
        EnvelopeServer::new(server, BARE, "")
    }

    fn client(&mut self, _session: &str) -> Self::Client {
        let settings = KcpClientSettings { link: link(), generation: self.generation, ..Default::default() };
        let server = self.server.expect("a server listens first");
        let endpoint = Cable::new(KcpClient::new(settings));
        EnvelopeClient::new(UdpClient::new(server, endpoint, UdpClientSettings::default()), BARE)
    }

    fn cut(&mut self, client: &mut Self::Client) {
        client.network_mut().endpoint_mut().cut();
    }
}

mod g4 {
    use super::{Generation, Kcp};

    consonance_link::conformance_tests!(Kcp::new(Generation::G4));
}

mod g1 {
    use super::{Generation, Kcp};

    consonance_link::conformance_tests!(Kcp::new(Generation::G1));
}

mod impaired {
    use super::{Generation, Impaired, Kcp};

    consonance_link::conformance_tests!(Impaired(Kcp::new(Generation::G4)));
}
