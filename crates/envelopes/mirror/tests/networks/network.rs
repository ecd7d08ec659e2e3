//! Mirror's networks, each as a server and clients of it.

use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, Instant};

use consonance_gateway::streams::{StreamClientSettings, StreamSettings};
use consonance_gateway::udp::{UdpClient, UdpClientSettings, UdpServer, UdpServerSettings};
use consonance_gateway::{GameClient, GameServer};
use consonance_kcp::{Generation, KcpClient, KcpClientSettings, KcpServer, KcpServerSettings, LinkSettings};
use consonance_mirror::looks_like_batch;
use consonance_simple_web::{ClientEnd, ServerEnd, SimpleWebClient, SimpleWebServer};
use consonance_telepathy::{Telepathy, TelepathyClient, TelepathyServer};

pub(crate) trait Network {
    type Server: GameServer;
    type Client: GameClient + 'static;

    fn listen(&self) -> (Self::Server, SocketAddr);

    fn client(&self, server: SocketAddr) -> Self::Client;
}

/// With clients of one generation; the server finds it out.
#[derive(Clone, Copy)]
pub(crate) struct Kcp(pub(crate) Generation);

#[derive(Clone, Copy)]
pub(crate) struct OverTelepathy;

#[derive(Clone, Copy)]
pub(crate) struct OverSimpleWeb;

impl Network for Kcp {
    type Server = UdpServer<KcpServer>;
    type Client = UdpClient<KcpClient>;

    fn listen(&self) -> (Self::Server, SocketAddr) {
        let settings = KcpServerSettings { link: link(), ..KcpServerSettings::default() };
        let endpoint = KcpServer::new(settings, [7; 32]);
        let server = UdpServer::bind(any_port(), endpoint, UdpServerSettings::default());
        let server = server.expect("the loopback interface has a free port");
        let at = server.local_addr();
        (server, at)
    }

    fn client(&self, server: SocketAddr) -> Self::Client {
        let settings = KcpClientSettings { link: link(), generation: self.0, ..KcpClientSettings::default() };
        UdpClient::new(server, KcpClient::new(settings), UdpClientSettings::default())
    }
}

fn link() -> LinkSettings {
    LinkSettings { is_message: looks_like_batch, ..LinkSettings::default() }
}

impl Network for OverTelepathy {
    type Server = TelepathyServer;
    type Client = TelepathyClient;

    fn listen(&self) -> (Self::Server, SocketAddr) {
        let server = TelepathyServer::bind(any_port(), Telepathy::default(), StreamSettings::default());
        let server = server.expect("the loopback interface has a free port");
        let at = server.local_addr().expect("it listens");
        (server, at)
    }

    fn client(&self, server: SocketAddr) -> Self::Client {
        TelepathyClient::new(Telepathy::default(), StreamClientSettings::new(server))
            .expect("there are descriptors")
    }
}

impl Network for OverSimpleWeb {
    type Server = SimpleWebServer;
    type Client = SimpleWebClient;

    fn listen(&self) -> (Self::Server, SocketAddr) {
        let server = SimpleWebServer::bind(any_port(), ServerEnd::default(), StreamSettings::default());
        let server = server.expect("the loopback interface has a free port");
        let at = server.local_addr().expect("it listens");
        (server, at)
    }

    fn client(&self, server: SocketAddr) -> Self::Client {
        let end = ClientEnd::new("localhost");
        SimpleWebClient::new(end, StreamClientSettings::new(server)).expect("there are descriptors")
    }
}

fn any_port() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

/// Turns the world again and again until `turn` says that it is enough.
pub(crate) fn drive_until(what: &str, mut turn: impl FnMut(Instant) -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !turn(Instant::now()) {
        assert!(Instant::now() < deadline, "this does not happen: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}
