//! Where a listener is, and what it becomes there.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;

use consonance_gateway::streams::StreamSettings;
use consonance_gateway::udp::{ServerEndpoint, UdpServer, UdpServerSettings};
use consonance_gateway::websocket::PageOrigins;
use consonance_gateway::{EnvelopeKind, EnvelopeServer, GameNetworkServer, VoiceStart};
use consonance_quic::ShownIdentity;
use consonance_transport::{AddressShares, ServerTransport};

/// Where a listener is.
#[derive(Clone, Copy, Debug)]
pub struct ListenerPlace<'p> {
    /// The name of the network, for counters.
    pub network: &'static str,
    /// Where to listen.
    pub address: SocketAddr,
    /// The session of all its clients; `None` if each link names its own.
    pub session: Option<&'p str>,
    /// How its connections are shared between addresses.
    pub shares: AddressShares,
    /// The names of this server whose pages may connect.
    pub own_host_names: &'p [String],
    /// What it shows where it has TLS.
    pub identity: Option<&'p ShownIdentity>,
}

impl ListenerPlace<'_> {
    /// The session of all its clients; empty if each link names its own.
    pub fn session(&self) -> &str {
        self.session.unwrap_or_default()
    }

    /// The pages that may connect: those of this server, and of these origins.
    pub fn origins(&self, others: &[String]) -> PageOrigins {
        PageOrigins::new(others.to_vec(), self.own_host_names.to_vec())
    }

    /// Settings of a network over TCP with so many connections.
    pub fn streams(&self, connections_max: usize) -> StreamSettings {
        let mut settings = StreamSettings { address_shares: self.shares, ..StreamSettings::default() };
        settings.tcp.connections_max = connections_max;
        settings
    }

    /// Takes the port for a protocol in UDP datagrams.
    ///
    /// # Errors
    /// If it cannot have the port.
    pub fn bind<E: ServerEndpoint>(&self, endpoint: E) -> io::Result<UdpServer<E>> {
        UdpServer::bind(self.address, endpoint, UdpServerSettings::default())
    }

    /// A listener over UDP without a game's server behind it.
    ///
    /// # Errors
    /// If it cannot have the port.
    pub fn over_udp(
        &self,
        endpoint: impl ServerEndpoint + 'static,
        envelopes: impl EnvelopeKind + 'static,
    ) -> io::Result<Opened> {
        let server = self.bind(endpoint)?;
        let address = server.local_addr();
        Ok(Opened::one(self.voice_only(server, envelopes), address))
    }

    /// A game network without a game's server behind it: clients become players with their first packet of voice.
    pub fn voice_only(
        &self,
        network: impl GameNetworkServer + 'static,
        envelopes: impl EnvelopeKind + 'static,
    ) -> impl ServerTransport + 'static {
        let server = EnvelopeServer::new(network, envelopes, self.session()).named(self.network);
        server.voice_start(VoiceStart::WithFirstPacket)
    }
}

/// A listener that has its port.
pub struct Opened {
    /// What listens.
    pub shards: Shards,
    /// Where.
    pub address: SocketAddr,
}

/// What listens, by how it says which session a client means.
pub enum Shards {
    /// All of them mean one.
    One(Box<dyn ServerTransport>),
    /// Each names its own: for so many workers, with a function that says which worker has a session.
    Many(Box<MakeShards>),
}

/// Makes a shard of a listener for each worker.
pub type MakeShards = dyn FnOnce(
        NonZeroUsize,
        Box<dyn Fn(&str) -> usize + Send + Sync>,
    ) -> io::Result<Vec<Box<dyn ServerTransport>>>
    + Send;

impl Opened {
    /// A network whose clients all mean one session.
    pub fn one(transport: impl ServerTransport + 'static, address: SocketAddr) -> Self {
        Self { shards: Shards::One(Box::new(transport)), address }
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("address", &self.address).finish_non_exhaustive()
    }
}
