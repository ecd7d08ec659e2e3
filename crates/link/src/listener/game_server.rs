//! The game's own server behind a proxy: the target, the source addresses and the first bytes of connections to it.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::time::Duration;

use super::{ListenerPlace, Opened, ProxyListenerSettings};
use crate::gateway::proxy_protocol::{self, TransportProtocol};
use crate::gateway::udp::{ClientEndpoint, UdpClient, UdpClientSettings};
use crate::gateway::{BadSourceAddresses, EnvelopeKind, SourceAddresses, UpstreamSettings, VoiceClosed};
use crate::{ClientNetwork, MessageChannel, ServerNetwork};

/// A game's own server, and the settings for its clients' voice beside the game.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct GameServer {
    /// The address of the game's server.
    pub address: SocketAddr,
    /// The address that clients connect to.
    listen: SocketAddr,
    source_addresses: Option<SourceAddresses>,
    has_proxy_protocol: bool,
    /// The timeout for accepting a client.
    pub timeout: Duration,
    voice_closed: VoiceClosed,
}

/// An error from finding a game's own server.
#[derive(Debug)]
#[non_exhaustive]
pub enum BadUpstream {
    /// Its name cannot be resolved.
    NotFound(io::Error),
    /// It has no address of the same IP version as the source addresses.
    OtherFamily,
}

impl GameServer {
    /// Finds the game's server of a listener at this address; `None` if it has none.
    ///
    /// # Errors
    /// If its name cannot be resolved, or has no address that can be reached from the source addresses.
    pub fn find(
        settings: &ProxyListenerSettings,
        sources: Option<SourceAddresses>,
        listen: SocketAddr,
    ) -> Result<Option<Self>, BadUpstream> {
        let Some(upstream) = &settings.upstream else { return Ok(None) };
        let mut found = upstream.to_socket_addrs().map_err(BadUpstream::NotFound)?;
        let is_reached =
            |at: &SocketAddr| sources.is_none_or(|sources| sources.of(at.ip()).is_ipv4() == at.is_ipv4());
        let address = found.find(is_reached).ok_or(BadUpstream::OtherFamily)?;
        let voice_closed = if settings.disconnect_on_voice_kick {
            VoiceClosed::GameEnds
        } else {
            VoiceClosed::GameGoesOn { again_after: settings.voice_retry }
        };
        Ok(Some(Self {
            address,
            listen,
            source_addresses: sources,
            has_proxy_protocol: settings.proxy_protocol,
            timeout: settings.upstream_timeout,
            voice_closed,
        }))
    }

    /// The addresses that connections to it come from.
    ///
    /// # Errors
    /// If they are not an address prefix.
    pub fn source_addresses(
        settings: &ProxyListenerSettings,
    ) -> Result<Option<SourceAddresses>, BadSourceAddresses> {
        settings.source_addresses.as_ref().map(|prefix| prefix.parse()).transpose()
    }

    /// Sets the address that clients connect to, once it is known.
    #[must_use]
    pub fn behind(self, listen: SocketAddr) -> Self {
        Self { listen, ..self }
    }

    /// A client of the game's server over UDP, for a client of the proxy at this address.
    pub fn over_udp<E: ClientEndpoint>(&self, remote: SocketAddr, endpoint: E) -> UdpClient<E> {
        let settings = UdpClientSettings { local_ip: self.local_ip(remote), ..UdpClientSettings::default() };
        UdpClient::new(self.address, endpoint, settings)
            .with_preface(self.preface(remote, TransportProtocol::Udp))
    }

    /// The source address of a connection for a client at this address; `None` leaves it to the system.
    pub fn local_ip(&self, remote: SocketAddr) -> Option<IpAddr> {
        self.source_addresses.map(|addresses| addresses.of(remote.ip()))
    }

    /// The first bytes of such a connection: a PROXY protocol header, if enabled.
    pub fn preface(&self, remote: SocketAddr, protocol: TransportProtocol) -> Vec<u8> {
        if !self.has_proxy_protocol {
            return Vec::new();
        }
        proxy_protocol::header(remote, self.listen, protocol)
    }

    /// Opens a proxy between these clients and this server.
    ///
    /// # Errors
    /// If the system has no resources for waiting on many connections.
    pub fn proxy<G: ServerNetwork<MessageChannel> + 'static, C: ClientNetwork<MessageChannel> + 'static>(
        &self,
        place: &ListenerPlace<'_>,
        clients: G,
        open_upstream: impl FnMut(SocketAddr) -> io::Result<C> + Send + 'static,
        envelopes: impl EnvelopeKind + 'static,
    ) -> io::Result<Opened> {
        let settings = UpstreamSettings { voice_closed: self.voice_closed, timeout: self.timeout };
        let proxy = place.envelope_server(clients, envelopes).upstream(open_upstream, settings)?;
        Ok(Opened::one(proxy, self.listen))
    }
}
