//! Settings and limits of connections.

use std::time::Duration;

use consonance_link::AddressShares;
use consonance_link::gateway::udp::PeerTableLimits;

/// Settings that both ends share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkSettings {
    /// The silence after which a connection is lost.
    pub idle_timeout: Duration,
    /// The limit of unconfirmed reliable bytes, above which the connection ends as too slow.
    pub unconfirmed_bytes_max: usize,
    /// How long the goodbye may take when a connection ends.
    pub goodbye_timeout: Duration,
}

impl Default for LinkSettings {
    /// 30 s as stock hosts wait, 1 MiB, 2 s.
    fn default() -> Self {
        Self {
            idle_timeout: Duration::from_secs(30),
            unconfirmed_bytes_max: 1024 * 1024,
            goodbye_timeout: Duration::from_secs(2),
        }
    }
}

/// A server's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForgeServerSettings {
    /// The settings of each connection.
    pub link: LinkSettings,
    /// The numbers of clients.
    pub peers: PeerTableLimits,
    /// How long a client may take to prove its address.
    pub handshake_timeout: Duration,
    /// The minimum silence of a client before another first datagram from its address replaces its connection: longer
    /// than the 5 s between its pings. The first datagram is sent every 3 s.
    pub replace_after: Duration,
    /// Whether searches for games in the local network are answered.
    pub is_listed: bool,
}

impl Default for ForgeServerSettings {
    /// 1000 clients, 256 unproved ones for 15 s; a client may start again after 6.25 s of silence; searches are not
    /// answered.
    fn default() -> Self {
        Self {
            link: LinkSettings::default(),
            peers: PeerTableLimits {
                connections_max: 1000,
                address_shares: AddressShares::default(),
                handshakes_max: 256,
            },
            handshake_timeout: Duration::from_secs(15),
            replace_after: Duration::from_millis(6250),
            is_listed: false,
        }
    }
}

/// A client's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForgeClientSettings {
    /// The settings of the connection.
    pub link: LinkSettings,
    /// The port in the first datagram, as stock clients send it; hosts ignore it.
    pub port: u16,
    /// The delay before the first datagram is sent again, if the host does not answer.
    pub upgrade_interval: Duration,
    /// The number of times it is sent.
    pub upgrade_tries: u32,
    /// The interval between pings to the host.
    pub ping_interval: Duration,
}

impl Default for ForgeClientSettings {
    /// As stock clients: port 15937, ten tries, three seconds apart, a ping every five seconds.
    fn default() -> Self {
        Self {
            link: LinkSettings::default(),
            port: 15937,
            upgrade_interval: Duration::from_secs(3),
            upgrade_tries: 10,
            ping_interval: Duration::from_secs(5),
        }
    }
}
