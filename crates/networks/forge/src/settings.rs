//! What bounds connections.

use std::time::Duration;

use consonance_transport::AddressShares;

/// What both ends have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkSettings {
    /// After how long without a datagram a connection is lost.
    pub timeout: Duration,
    /// How many bytes of reliable frames may wait to be confirmed, before the connection ends as too slow.
    pub unconfirmed_bytes_max: usize,
    /// How long last words may take when a connection ends.
    pub goodbye_max: Duration,
}

impl Default for LinkSettings {
    /// 30 s as stock hosts wait, 1 MiB, 2 s.
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            unconfirmed_bytes_max: 1024 * 1024,
            goodbye_max: Duration::from_secs(2),
        }
    }
}

/// How a server behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForgeServerSettings {
    /// For each connection.
    pub link: LinkSettings,
    /// How many clients there may be at once that have proved their address.
    pub connections_max: usize,
    /// How these are shared between the address prefixes that they come from.
    pub address_shares: AddressShares,
    /// How many there may be besides that have not proved their address yet; with one more, the oldest of those is
    /// forgotten.
    pub handshakes_max: usize,
    /// How long they may take for that.
    pub handshake_max: Duration,
    /// How long a client must have said nothing before another first datagram from its address replaces its connection:
    /// longer than the 5 s between its pings. It is sent every 3 s.
    pub replace_after: Duration,
    /// Whether searches for games in the local network are answered.
    pub is_listed: bool,
}

impl Default for ForgeServerSettings {
    /// 1000 clients, 256 of them unproved for 15 s; one that was silent for 6.25 s may start again; searches are not
    /// answered.
    fn default() -> Self {
        Self {
            link: LinkSettings::default(),
            connections_max: 1000,
            address_shares: AddressShares::default(),
            handshakes_max: 256,
            handshake_max: Duration::from_secs(15),
            replace_after: Duration::from_millis(6250),
            is_listed: false,
        }
    }
}

/// How a client behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForgeClientSettings {
    /// For the connection.
    pub link: LinkSettings,
    /// The port that the first datagram names, as stock clients do; hosts do not look at it.
    pub port: u16,
    /// How long until the first datagram is sent again while the host does not answer.
    pub upgrade_interval: Duration,
    /// How often it is sent.
    pub upgrade_tries: u32,
    /// How often the host is asked whether it is still there.
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
