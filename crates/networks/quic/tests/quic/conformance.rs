//! QUIC keeps the rules of every network, over real sockets of this machine.

use std::net::{Ipv4Addr, SocketAddr};

use consonance_quic::{
    Fingerprint, Identity, QuicAddress, QuicClient, QuicClientSettings, QuicRuntime, QuicServer,
    QuicServerSettings,
};
use consonance_transport::conformance::Network;

struct Quic {
    runtime: QuicRuntime,
    identity: Identity,
    server: Option<(SocketAddr, Fingerprint)>,
}

impl Quic {
    fn new() -> Self {
        let runtime = QuicRuntime::new(2).unwrap();
        Self { runtime, identity: Identity::self_signed(["localhost"]).unwrap(), server: None }
    }
}

impl Network for Quic {
    type Server = QuicServer;
    type Client = QuicClient;

    fn listen(&mut self) -> QuicServer {
        let address = (Ipv4Addr::LOCALHOST, 0).into();
        let server =
            QuicServer::bind(&self.runtime, address, &self.identity, QuicServerSettings::default()).unwrap();
        self.server = Some((server.local_addr(), server.fingerprint()));
        server
    }

    fn client(&mut self, session: &str) -> QuicClient {
        let (address, fingerprint) = self.server.expect("a server listens first");
        let address =
            QuicAddress::new(address.ip().to_string(), address.port(), session, Some(fingerprint)).unwrap();
        QuicClient::new(&self.runtime, address, QuicClientSettings::default())
    }
}

consonance_transport::conformance_tests!(Quic::new());
