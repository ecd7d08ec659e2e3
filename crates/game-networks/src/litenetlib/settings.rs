//! Settings for games and operators, with the behaviour of the original as defaults.

use std::net::SocketAddr;
use std::time::Duration;

use consonance_link::AddressShares;
use consonance_link::gateway::udp::PeerTableLimits;

use crate::litenetlib::PacketLayer;

/// The key that a game's clients send when they connect, and that a server requires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionKey {
    /// Any key.
    Any,
    /// This key: empty for `FishNet`, `PurrNet` for the network of that name.
    Exactly(String),
}

/// Settings of both ends. The defaults are those of `LiteNetLib` 1.x where it has such a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionSettings {
    /// The largest datagram that is sent, in bytes, from 64 to 1432. Default 1024, as in `LiteNetLib` before it has
    /// measured.
    pub mtu_bytes: usize,
    /// The largest datagram that several packets share, in bytes, at most [`mtu_bytes`](Self::mtu_bytes). Default
    /// 1024: a proxy keeps this value when it passes on larger messages than it would create.
    pub shared_bytes: usize,
    /// The number of channels of each method, from 1 to 64. Default 1.
    pub channels: u8,
    /// Whether messages that do not fit a datagram are sent in fragments, on reliable channels. Default true;
    /// `FishNet` from 4.7.0 on does not support them.
    pub sends_fragments: bool,
    /// The maximum number of fragments of a message, in both directions: at least 1. Default 64.
    pub fragments_per_message: u16,
    /// The maximum number of incomplete messages of a peer. Default 32.
    pub incomplete_messages_max: usize,
    /// The maximum size of a peer's incomplete messages, in bytes. Default 256 KiB.
    pub incomplete_bytes_max: usize,
    /// The maximum number of reliable packets that wait until the other end has taken earlier ones, for all channels
    /// together. With one more, the other end counts as too slow. Default 1024; 64 for each channel are in flight
    /// besides.
    pub reliable_packets_waiting: usize,
    /// The interval at which acknowledgements are sent and lost packets are resent. Default 15 ms.
    pub tick: Duration,
    /// The ping interval. Default 1 s.
    pub ping_interval: Duration,
    /// The silence after which the other end counts as gone. Default 10 s.
    pub idle_timeout: Duration,
    /// The timeout for messages sent before a goodbye to be taken, and then for an answer to the goodbye. Default 3 s
    /// each.
    pub goodbye_timeout: Duration,
    /// The interval at which a goodbye is repeated. Default 300 ms.
    pub goodbye_interval: Duration,
    /// The processing of every datagram. Default none.
    pub layer: PacketLayer,
}

impl Default for ConnectionSettings {
    fn default() -> Self {
        Self {
            mtu_bytes: 1024,
            shared_bytes: 1024,
            channels: 1,
            sends_fragments: true,
            fragments_per_message: 64,
            incomplete_messages_max: 32,
            incomplete_bytes_max: 256 * 1024,
            reliable_packets_waiting: 1024,
            tick: Duration::from_millis(15),
            ping_interval: Duration::from_secs(1),
            idle_timeout: Duration::from_secs(10),
            goodbye_timeout: Duration::from_secs(3),
            goodbye_interval: Duration::from_millis(300),
            layer: PacketLayer::None,
        }
    }
}

/// Settings of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerSettings {
    /// Settings of both ends.
    pub connection: ConnectionSettings,
    /// The key that clients must send. Default the empty key, as in `FishNet`.
    pub key: ConnectionKey,
    /// The numbers of connections. Default 4096 that have proved their address, and 256 that have not, which leaves
    /// each of these 2.5 s while 100 arrive every second.
    pub peers: PeerTableLimits,
    /// The time for which a connection may be without a proved address, after each request and after the first ping
    /// that it answers. Default 6 s: a client repeats its request for 5.5 s.
    pub handshake_timeout: Duration,
    /// The silence of a client after which another request from its address replaces its connection, or its report of
    /// an unknown connection ends it. Default 2.5 s: clients ping once a second, and repeat their request for 5.5 s.
    pub replace_after: Duration,
    /// Whether clients with `LiteNetLib` 2.x are served. Default false: no supported game uses it, and only its
    /// numbers of packet types are known.
    pub serves_v2: bool,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            connection: ConnectionSettings::default(),
            key: ConnectionKey::Exactly(String::new()),
            peers: PeerTableLimits {
                connections_max: 4096,
                address_shares: AddressShares::default(),
                handshakes_max: 256,
            },
            handshake_timeout: Duration::from_secs(6),
            replace_after: Duration::from_millis(2500),
            serves_v2: false,
        }
    }
}

/// Settings of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSettings {
    /// Settings of both ends.
    pub connection: ConnectionSettings,
    /// The key that it sends, unless the greeting provides other user data. Default the empty key, as in `FishNet`.
    pub key: String,
    /// The address of the server, which is a field of the protocol; servers ignore it. Default none.
    pub server: Option<SocketAddr>,
    /// Interval between its connection requests. Default 500 ms.
    pub connect_interval: Duration,
    /// Number of repeated connection requests. Default 10.
    pub connect_repeats: u32,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            connection: ConnectionSettings::default(),
            key: String::new(),
            server: None,
            connect_interval: Duration::from_millis(500),
            connect_repeats: 10,
        }
    }
}
