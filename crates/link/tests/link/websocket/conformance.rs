//! The rules of every network, on the loopback interface: plain, and over a slow and jittery path.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use consonance_link::conformance::Network;
use consonance_link::gateway::streams::StreamClientSettings;
use consonance_link::impair::{ImpairedClient, Impairment};
use consonance_link::voice_websocket::{
    ClientEnd, ServerEnd, WebSocketClient, WebSocketServer, WebSocketTlsClient, WebSocketTlsServer,
    default_settings,
};

use crate::websocket::tls::Certificate;

#[derive(Default)]
struct Plain {
    server: Option<SocketAddr>,
}

impl Network for Plain {
    type Server = WebSocketServer;
    type Client = WebSocketClient;

    const ANSWERS_PROBES: bool = true;

    fn listen(&mut self) -> WebSocketServer {
        let address = (Ipv4Addr::LOCALHOST, 0).into();
        let server = consonance_link::voice_websocket::server(
            address,
            "main",
            ServerEnd::default(),
            default_settings(),
        );
        let server = server.expect("the loopback interface has a free port");
        self.server = server.network().local_addr().ok();
        server
    }

    fn client(&mut self, session: &str) -> WebSocketClient {
        let server = self.server.expect("a server was made before its clients");
        let address = format!("ws://{server}/{session}").parse().expect("an address");
        let settings =
            StreamClientSettings { streams: default_settings(), ..StreamClientSettings::new(server) };
        let client = consonance_link::voice_websocket::client(ClientEnd::new(&address), settings);
        client.expect("there are descriptors left")
    }

    fn cut(&mut self, client: &mut WebSocketClient) {
        client.network_mut().lose_link();
    }
}

#[derive(Default)]
struct Slow(Plain);

impl Network for Slow {
    type Server = WebSocketServer;
    type Client = ImpairedClient<WebSocketClient>;

    const ANSWERS_PROBES: bool = true;

    fn listen(&mut self) -> WebSocketServer {
        self.0.listen()
    }

    fn client(&mut self, session: &str) -> Self::Client {
        let impairment = Impairment {
            delay: Duration::from_millis(2),
            jitter: Duration::from_millis(5),
            seed: 1,
            ..Impairment::default()
        };
        ImpairedClient::new(self.0.client(session), &impairment, &impairment)
    }

    fn cut(&mut self, client: &mut Self::Client) {
        self.0.cut(client.inner_mut());
    }
}

struct Encrypted {
    server: Option<SocketAddr>,
    certificate: Certificate,
}

impl Default for Encrypted {
    fn default() -> Self {
        Self { server: None, certificate: Certificate::new() }
    }
}

impl Network for Encrypted {
    type Server = WebSocketTlsServer;
    type Client = WebSocketTlsClient;

    const ANSWERS_PROBES: bool = true;

    fn listen(&mut self) -> WebSocketTlsServer {
        let (server, at) = self.certificate.listen();
        self.server = Some(at);
        server
    }

    fn client(&mut self, session: &str) -> WebSocketTlsClient {
        let server = self.server.expect("a server was made before its clients");
        self.certificate.client(server, session)
    }

    fn cut(&mut self, client: &mut WebSocketTlsClient) {
        client.network_mut().lose_link();
    }
}

mod plain {
    consonance_link::conformance_tests!(super::Plain::default());
}

mod encrypted {
    consonance_link::conformance_tests!(super::Encrypted::default());
}

mod slow {
    consonance_link::conformance_tests!(super::Slow::default());
}
