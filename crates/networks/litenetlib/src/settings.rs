//! What games and operators may change, with what the original does as defaults.

use std::net::SocketAddr;
use std::time::Duration;

use consonance_transport::AddressShares;

use crate::PacketLayer;

/// What a game's clients say when they connect, and a server asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionKey {
    /// Whatever they say.
    Any,
    /// These words: empty for `FishNet`, `PurrNet` for the network of that name.
    Exactly(String),
}

/// What both ends have. The defaults are those of `LiteNetLib` 1.x where it has such a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionSettings {
    /// The largest datagram that is sent, in bytes, from 64 to 1432. Default 1024, as
    /// `LiteNetLib`'s before it has measured.
    pub mtu_bytes: usize,
    /// The largest datagram that several packets share, in bytes, at most that. Default 1024: a proxy keeps it where
    /// it passes on larger messages than it would make.
    pub shared_bytes: usize,
    /// How many channels of each method there are, from 1 to 64. Default 1.
    pub channels: u8,
    /// Whether messages that do not fit a datagram are sent in fragments, on reliable channels. Default true; `FishNet`
    /// from 4.7.0 on does not understand them.
    pub sends_fragments: bool,
    /// The most fragments of a message, either way: at least 1. Default 64.
    pub fragments_per_message: u16,
    /// How many messages of a peer may be incomplete at a time. Default 32.
    pub incomplete_messages_max: usize,
    /// How much of incomplete messages is kept for a peer, in bytes. Default 256 KiB.
    pub incomplete_bytes_max: usize,
    /// How many reliable packets may wait until the other end has taken earlier ones, for all channels together. One
    /// more, and it is too slow. Default 1024; 64 for each channel are under way besides.
    pub reliable_packets_waiting: usize,
    /// How often acknowledgements leave and lost packets are looked for. Default 15 ms.
    pub tick: Duration,
    /// How often the other end is asked for a sign of life. Default 1 s.
    pub ping_interval: Duration,
    /// How long the other end may say nothing. Default 10 s.
    pub silence_timeout: Duration,
    /// How long an end waits for what was sent before to be taken, and then for an answer to
    /// its goodbye. Default 3 s each.
    pub goodbye_timeout: Duration,
    /// How often a goodbye is repeated. Default 300 ms.
    pub goodbye_interval: Duration,
    /// What is around every datagram. Default nothing.
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
            silence_timeout: Duration::from_secs(10),
            goodbye_timeout: Duration::from_secs(3),
            goodbye_interval: Duration::from_millis(300),
            layer: PacketLayer::None,
        }
    }
}

/// What a server has besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerSettings {
    /// What both ends have.
    pub connection: ConnectionSettings,
    /// What clients have to say. Default nothing, as in `FishNet`.
    pub key: ConnectionKey,
    /// How many connections there may be that have shown that they get what is sent to them, those that end included.
    /// Default 4096.
    pub connections_max: usize,
    /// How these are shared between the address prefixes that they come from.
    pub address_shares: AddressShares,
    /// How many may be new besides: they have not proved their address, which may be spoofed. At least 1; the oldest
    /// makes room for another one. Default 256, which leaves each 2.5 s while 100 come in every second.
    pub newcomers_max: usize,
    /// How long a connection may be new, after each request and after the first ping that it answers. Default 6 s: a
    /// client asks for 5.5 s.
    pub newcomer_timeout: Duration,
    /// How long a client must have said nothing before another request from its address replaces its connection, or
    /// word that it knows none ends it. Default 2.5 s: clients ping once a second, and ask twice in it for 5.5 s.
    pub replace_after: Duration,
    /// Whether clients with `LiteNetLib` 2.x are served. Default false: no game in scope has it, and only the numbers
    /// of packet types are known of it.
    pub serves_v2: bool,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            connection: ConnectionSettings::default(),
            key: ConnectionKey::Exactly(String::new()),
            connections_max: 4096,
            address_shares: AddressShares::default(),
            newcomers_max: 256,
            newcomer_timeout: Duration::from_secs(6),
            replace_after: Duration::from_millis(2500),
            serves_v2: false,
        }
    }
}

/// What a client has besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSettings {
    /// What both ends have.
    pub connection: ConnectionSettings,
    /// What it says to be admitted, where nothing else is asked for. Default nothing, as in `FishNet`.
    pub key: String,
    /// Where the server is, which the protocol wants told; servers ignore it. Default nowhere.
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
