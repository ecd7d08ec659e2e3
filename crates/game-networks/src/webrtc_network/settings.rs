//! Settings of a game or an operator.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use consonance_link::AddressShares;
use rustls::{ClientConfig, RootCertStore};

use crate::webrtc_network::signalling::SignallingUrl;

/// Bounds of each connection to a peer.
#[derive(Clone, Debug)]
pub struct PeerSettings {
    /// How long a connection may take until both of its channels are open; 60 s as in the stock library.
    pub negotiation_timeout: Duration,
    /// Silence after which a connection counts as lost. Both ends of a connection send something every few seconds.
    pub idle_timeout: Duration,
    /// How long the last messages may take, and then the other side's goodbye.
    pub goodbye_timeout: Duration,
    /// How many bytes may wait to be sent before a peer counts as too slow; 1 MiB as in the stock library.
    pub send_bytes_max: usize,
    /// How many voice packets wait for a peer that does not take them. One more pushes the oldest out.
    pub voice_packets_max: usize,
}

impl Default for PeerSettings {
    /// 60 s for negotiating, 15 s of silence, 2 s for a goodbye, 1 MiB, 64 voice packets.
    fn default() -> Self {
        Self {
            negotiation_timeout: Duration::from_mins(1),
            idle_timeout: Duration::from_secs(15),
            goodbye_timeout: Duration::from_secs(2),
            send_bytes_max: 1024 * 1024,
            voice_packets_max: 64,
        }
    }
}

/// Settings of a session host.
#[derive(Clone, Debug)]
pub struct HostSettings {
    /// The signalling server that the games are told of.
    pub signalling: SignallingUrl,
    /// The authorities to trust for that server, for `wss`; `None` is the usual ones.
    pub signalling_tls: Option<Arc<ClientConfig>>,
    /// The sessions: each is an address at the signalling server, and its name at the voice server.
    pub sessions: Vec<String>,
    /// The address for datagrams; port 0 is any free one.
    pub udp: SocketAddr,
    /// The addresses at which peers reach that socket, if they differ from the local ones: behind a router that
    /// forwards the port. If empty, the address above, or the one towards the signalling server if that is
    /// unspecified.
    pub announced: Vec<SocketAddr>,
    /// The most peers that are connected at once; those that negotiate come on top.
    pub connections_max: usize,
    /// How these are shared between the address prefixes that they come from.
    pub address_shares: AddressShares,
    /// The most peers that negotiate at once. One more takes the place of the one that has negotiated for longest, if
    /// that has had its time, and is rejected otherwise.
    pub handshakes_max: usize,
    /// How long a peer that negotiates keeps its place although all are taken and others come.
    pub negotiation_undisturbed: Duration,
    /// The bounds of each connection.
    pub peer: PeerSettings,
}

impl HostSettings {
    /// One session at a signalling server, for up to 1000 peers, 128 of them negotiating, each for 5 s undisturbed, on
    /// any port.
    pub fn new(signalling: SignallingUrl, session: impl Into<String>) -> Self {
        Self {
            signalling,
            signalling_tls: None,
            sessions: vec![session.into()],
            udp: (Ipv4Addr::UNSPECIFIED, 0).into(),
            announced: Vec::new(),
            connections_max: 1000,
            address_shares: AddressShares::default(),
            handshakes_max: 128,
            negotiation_undisturbed: Duration::from_secs(5),
            peer: PeerSettings::default(),
        }
    }
}

/// Settings of a player of ours that joins a session.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// The signalling server that the game is configured with.
    pub signalling: SignallingUrl,
    /// The authorities to trust for that server, for `wss`; `None` is the usual ones.
    pub signalling_tls: Option<Arc<ClientConfig>>,
    /// The session: the address of its host at the signalling server.
    pub session: String,
    /// The name under which other players connect directly; without one, everything goes over the host.
    pub name: Option<String>,
    /// The address for datagrams; port 0 is any free one.
    pub udp: SocketAddr,
    /// As in [`HostSettings::announced`].
    pub announced: Vec<SocketAddr>,
    /// The most direct links, those that are being made included.
    pub direct_links_max: usize,
    /// The bounds of each connection.
    pub peer: PeerSettings,
}

impl ClientSettings {
    /// A session at a signalling server, without direct links until there is a [`name`](Self::name), and 64 then.
    pub fn new(signalling: SignallingUrl, session: impl Into<String>) -> Self {
        Self {
            signalling,
            signalling_tls: None,
            session: session.into(),
            name: None,
            udp: (Ipv4Addr::UNSPECIFIED, 0).into(),
            announced: Vec::new(),
            direct_links_max: 64,
            peer: PeerSettings::default(),
        }
    }
}

/// TLS towards a signalling server: as asked for, or with the usual authorities.
pub(crate) fn tls_of(chosen: Option<&Arc<ClientConfig>>) -> Arc<ClientConfig> {
    if let Some(chosen) = chosen {
        return Arc::clone(chosen);
    }
    let roots = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect::<RootCertStore>();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has what TLS 1.2 and 1.3 want")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}
