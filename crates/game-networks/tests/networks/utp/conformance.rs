//! The rules of every network, over real sockets on this machine.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use consonance_game_networks::utp::{
    ClientSettings, ConnectionSettings, ServerSettings, UtpClient, UtpServer, Window,
};
use consonance_link::conformance::{Impaired, Network, two_hundred_clients_talk_to_one_server};
use consonance_link::gateway::udp::rig::Cable;
use consonance_link::gateway::udp::{UdpClient, UdpClientSettings, UdpServer, UdpServerSettings};
use consonance_link::gateway::{EnvelopeClient, EnvelopeServer};

use crate::utp::approving::Approving;

struct Utp {
    /// A cut link counts as lost after 5 s: longer than a busy machine keeps a thread waiting.
    connection: ConnectionSettings,
    server: Option<SocketAddr>,
    clients: u64,
}

impl Utp {
    fn new(window: Window) -> Self {
        let idle_timeout = Duration::from_secs(5);
        Self {
            connection: ConnectionSettings { window, idle_timeout, ..ConnectionSettings::default() },
            server: None,
            clients: 0,
        }
    }
}

impl Network for Utp {
    type Server = EnvelopeServer<UdpServer<UtpServer>, Approving>;
    type Client = EnvelopeClient<UdpClient<Cable<UtpClient>>, Approving>;

    const NAMES_SESSIONS: bool = false;
    const CARRIES_REASONS: bool = false;

    const ANSWERS_PROBES: bool = true;

    fn listen(&mut self) -> Self::Server {
        let endpoint =
            UtpServer::new(ServerSettings { connection: self.connection, ..Default::default() }, [1; 32]);
        let server =
            UdpServer::bind((Ipv4Addr::LOCALHOST, 0).into(), endpoint, UdpServerSettings::default()).unwrap();
        self.server = Some(server.local_addr());
        EnvelopeServer::new(server, Approving::default(), "")
    }

    fn client(&mut self, _session: &str) -> Self::Client {
        let server = self.server.expect("a server listens first");
        let settings = ClientSettings { connection: self.connection, ..ClientSettings::default() };
        self.clients += 1;
        let endpoint = Cable::new(UtpClient::new(settings, self.clients));
        EnvelopeClient::new(
            UdpClient::new(server, endpoint, UdpClientSettings::default()),
            Approving::default(),
        )
    }

    fn cut(&mut self, client: &mut Self::Client) {
        client.network_mut().endpoint_mut().cut();
    }
}

#[test]
fn two_hundred_clients_talk_to_one_listener() {
    two_hundred_clients_talk_to_one_server(&mut Utp::new(Window::Packets64));
}

mod window_of_64 {
    use super::{Utp, Window};

    consonance_link::conformance_tests!(Utp::new(Window::Packets64));
}

mod window_of_32 {
    use super::{Utp, Window};

    consonance_link::conformance_tests!(Utp::new(Window::Packets32));
}

mod impaired {
    use super::{Impaired, Utp, Window};

    consonance_link::conformance_tests!(Impaired(Utp::new(Window::Packets64)));
}
