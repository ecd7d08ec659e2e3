//! The place of a listener, and the listener opened there.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::server::ResolvesServerCert;

use crate::gateway::streams::StreamSettings;
use crate::gateway::udp::{PeerTableLimits, ServerEndpoint, UdpServer, UdpServerSettings};
use crate::gateway::websocket::PageOrigins;
use crate::gateway::{EnvelopeKind, EnvelopeServer, PlaceBoard, VoiceStart};
use crate::{AddressShares, MessageChannel, ServerNetwork};

/// The place of a listener: its address, session and identity.
#[derive(Clone, Copy, Debug)]
pub struct ListenerPlace<'p> {
    /// The name of the network, for counters.
    pub network: &'static str,
    /// The address to listen on.
    pub address: SocketAddr,
    /// The session of all its clients; `None` if each link names its own.
    pub session: Option<&'p str>,
    /// The rules for sharing its connections between address prefixes.
    pub shares: AddressShares,
    /// The names of this server whose pages may connect.
    pub own_host_names: &'p [String],
    /// The identity that it presents if it has TLS.
    pub identity: Option<&'p TlsIdentity>,
    /// Where players of all listeners and pages share where they are in the game.
    pub places: &'p PlaceBoard,
}

/// The certificate of a server, for networks with TLS.
#[derive(Clone, Debug)]
pub struct TlsIdentity {
    /// The certificate that it presents at the moment.
    pub certificate: Arc<dyn ResolvesServerCert>,
    /// TLS of a listener for HTTP/1.1 that presents it.
    pub http: Arc<ServerConfig>,
}

impl ListenerPlace<'_> {
    /// The identity that it presents.
    ///
    /// # Errors
    /// If there is none.
    pub fn tls_identity(&self) -> io::Result<&TlsIdentity> {
        self.identity.ok_or_else(|| io::Error::other("missing certificate"))
    }

    /// The session of all its clients; empty if each link names its own.
    pub fn session(&self) -> &str {
        self.session.unwrap_or_default()
    }

    /// The pages that may connect: those of this server, and of these origins.
    pub fn origins(&self, others: &[String]) -> PageOrigins {
        PageOrigins::new(others.to_vec(), self.own_host_names.to_vec())
    }

    /// Settings of a network over TCP with this many connections.
    pub fn streams(&self, connections_max: usize) -> StreamSettings {
        let mut settings = StreamSettings { address_shares: self.shares, ..StreamSettings::default() };
        settings.tcp.connections_max = connections_max;
        settings
    }

    /// Limits of a network over UDP with this many connections; the rest is the network's own.
    pub fn peers(&self, connections_max: usize, network: PeerTableLimits) -> PeerTableLimits {
        PeerTableLimits { connections_max, address_shares: self.shares, ..network }
    }

    /// Opens the port for a protocol over UDP datagrams.
    ///
    /// # Errors
    /// If the port cannot be opened.
    pub fn bind<E: ServerEndpoint>(&self, endpoint: E) -> io::Result<UdpServer<E>> {
        UdpServer::bind(self.address, endpoint, UdpServerSettings::default())
    }

    /// A listener over UDP without a game's server behind it.
    ///
    /// # Errors
    /// If the port cannot be opened.
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
        network: impl ServerNetwork<MessageChannel> + 'static,
        envelopes: impl EnvelopeKind + 'static,
    ) -> impl ServerNetwork + 'static {
        self.envelope_server(network, envelopes)
    }

    /// A server for these clients, which become players with their first packet of voice.
    pub(super) fn envelope_server<G: ServerNetwork<MessageChannel>, E: EnvelopeKind>(
        &self,
        network: G,
        envelopes: E,
    ) -> EnvelopeServer<G, E> {
        EnvelopeServer::new(network, envelopes, self.session())
            .named(self.network)
            .voice_start(VoiceStart::WithFirstPacket)
    }
}

/// A listener with an open port.
pub struct Opened {
    /// The listener's transports.
    pub shards: Shards,
    /// The address on which it listens.
    pub address: SocketAddr,
}

/// The transports of a listener, by how its clients choose a session.
pub enum Shards {
    /// All clients join the same session.
    One(Box<dyn ServerNetwork>),
    /// Each client names its own: makes a shard per worker, given a function from a session to its worker.
    Many(Box<MakeShards>),
}

/// Makes a shard of a listener for each worker.
pub type MakeShards = dyn FnOnce(NonZeroUsize, Box<dyn Fn(&str) -> usize + Send + Sync>) -> io::Result<Vec<Box<dyn ServerNetwork>>>
    + Send;

impl Opened {
    /// A listener whose clients all join the same session.
    pub fn one(transport: impl ServerNetwork + 'static, address: SocketAddr) -> Self {
        Self { shards: Shards::One(Box::new(transport)), address }
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("address", &self.address).finish_non_exhaustive()
    }
}
