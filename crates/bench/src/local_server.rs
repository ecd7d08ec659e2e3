//! A server of our own in this process, over QUIC on this machine, for benches of whole voice chats.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};

use consonance_quic::{Identity, QuicAddress, QuicRuntime, QuicServer, QuicServerSettings};
use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};

/// Serves one session until it is stopped.
pub(super) struct LocalServer {
    server: DedicatedServer,
    address: String,
    _runtime: QuicRuntime,
}

impl LocalServer {
    /// # Errors
    /// If no socket can be opened.
    pub(super) fn start() -> Result<Self, Box<dyn Error>> {
        let runtime = QuicRuntime::new(1)?;
        let identity = Identity::self_signed(["127.0.0.1"])?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let listener = QuicServer::bind(&runtime, address, &identity, QuicServerSettings::default())?;
        let port = listener.local_addr().port();
        let address = QuicAddress::new("127.0.0.1", port, "main", Some(identity.fingerprint()))?.to_string();
        let mut session_loop = SessionLoop::new(&SessionsSettings::new(["main"])?);
        session_loop.add_network(Box::new(listener));
        Ok(Self { server: DedicatedServer::start(session_loop), address, _runtime: runtime })
    }

    /// The address of its session.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    pub(super) fn stop(self) {
        self.server.stop();
    }
}
