//! Plain sockets follow the rules of every network.

use std::net::{Ipv4Addr, Shutdown, SocketAddr};

use consonance_link::conformance::Network;
use plain_sockets::{PlainClient, PlainServer, PlainServerSettings};

struct PlainSockets {
    server: Option<SocketAddr>,
}

impl Network for PlainSockets {
    type Server = PlainServer;
    type Client = PlainClient;

    // The wire format carries neither.
    const NAMES_SESSIONS: bool = false;
    const CARRIES_REASONS: bool = false;

    fn listen(&mut self) -> PlainServer {
        let server = PlainServer::bind((Ipv4Addr::LOCALHOST, 0).into(), PlainServerSettings::default())
            .expect("a port is free");
        self.server = Some(server.local_addr());
        server
    }

    fn client(&mut self, _session: &str) -> PlainClient {
        PlainClient::new(self.server.expect("a server listens first"))
    }

    fn cut(&mut self, client: &mut PlainClient) {
        let tcp = client.tcp().expect("only a link that is up is cut");
        tcp.shutdown(Shutdown::Both).expect("the connection is there");
    }
}

consonance_link::conformance_tests!(PlainSockets { server: None });
