//! Settings and limits of the network.

use std::time::Duration;

use consonance_link::AddressShares;
use consonance_link::gateway::streams::{PingSettings, StreamSettings};

/// Limits of a server, and its release name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MumbleSettings {
    /// Users at once (default 1000).
    pub connections_max: usize,
    /// The rules for sharing connections between address prefixes.
    pub address_shares: AddressShares,
    /// Connections that have not logged in (default 256).
    pub handshakes_max: usize,
    /// The timeout for the login of a connection (default 10 s: users confirm a certificate meanwhile).
    pub handshake_timeout: Duration,
    /// Silence after which a user counts as lost (default 30 s, as in Mumble's own server; clients ping every 5 s).
    pub idle_timeout: Duration,
    /// Bytes of control messages that wait for one client (default 1 MiB).
    pub control_bytes_max: usize,
    /// Bytes of control messages that a client may send in a second (default 32 KiB), and eight times as many at once;
    /// messages above that are counted and dropped unread.
    pub control_bytes_per_second: u32,
    /// Bytes of tunnelled voice that wait for one client (default 32 KiB); the oldest is dropped.
    pub voice_bytes_max: usize,
    /// Bits per second that a client may use for its voice (default 144 000, of which the highest quality of Mumble's
    /// client with packets of 10 ms takes 133 000). Clients choose their quality by it.
    pub bandwidth_max: u32,
    /// The server's release name (default `Consonance`).
    pub release: String,
}

impl Default for MumbleSettings {
    fn default() -> Self {
        Self {
            connections_max: 1000,
            address_shares: AddressShares::default(),
            handshakes_max: 256,
            handshake_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(30),
            control_bytes_max: 1 << 20,
            control_bytes_per_second: 32 << 10,
            voice_bytes_max: 32 << 10,
            bandwidth_max: 144_000,
            release: "Consonance".to_owned(),
        }
    }
}

impl MumbleSettings {
    /// The settings of the control channels.
    pub(crate) fn streams(&self) -> StreamSettings {
        // The server sends no pings, since live clients send their own.
        let pings = PingSettings { every: self.idle_timeout / 3, unanswered_max: 2 };
        let mut settings = StreamSettings {
            address_shares: self.address_shares,
            handshake_timeout: self.handshake_timeout,
            handshakes_max: self.handshakes_max,
            pings: Some(pings),
            clients_ping: true,
            voice_bytes_max: self.voice_bytes_max,
            ..StreamSettings::default()
        };
        settings.tcp.connections_max = self.connections_max;
        settings.tcp.outgoing_bytes_max = self.control_bytes_max;
        settings
    }
}
