//! Settings of a game's connections, and limits that protect a server.

use std::time::Duration;

use consonance_link::AddressShares;
use consonance_link::gateway::MessageChannel;
use consonance_link::gateway::udp::PeerTableLimits;

use crate::utp::{RELIABLE, UNRELIABLE, UNRELIABLE_SEQUENCED};

/// Settings of a connection: some have to be the same at both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionSettings {
    /// The number of reliable packets in flight; it has to be the same at both ends. Default 64, as Netcode for
    /// GameObjects sets it since 1.3.1.
    pub window: Window,
    /// The time without sending after which a heartbeat is sent. Default 500 ms, Unity Transport's own.
    pub heartbeat_interval: Duration,
    /// The silence after which the connection is lost. Default 30 s, Unity Transport's own.
    pub idle_timeout: Duration,
    /// The longest wait before a reliable packet is sent again; the shortest is 64 ms. Default 500 ms, as Netcode for
    /// GameObjects sets it.
    pub resend_after_max: Duration,
    /// How long a graceful disconnect waits for the delivery of earlier data. Default 3 s.
    pub goodbye_timeout: Duration,
    /// The largest reliable message that is sent, in bytes. Default 256 KiB: games describe all their objects to
    /// newcomers in one.
    pub reliable_message_bytes_max: usize,
    /// The largest reliable message that is accepted, in bytes: a peer that sends a larger one is disconnected.
    /// Default 256 KiB.
    pub incoming_reliable_bytes_max: usize,
    /// The largest unreliable message in either direction, in bytes. Default 6140: the 6 KiB that Netcode for
    /// GameObjects accepts, less the length field.
    pub unreliable_message_bytes_max: usize,
    /// How many bytes may wait for a peer before it is disconnected as too slow. Default 1 MiB.
    pub reliable_queue_bytes: usize,
}

impl Default for ConnectionSettings {
    fn default() -> Self {
        Self {
            window: Window::Packets64,
            heartbeat_interval: Duration::from_millis(500),
            idle_timeout: Duration::from_secs(30),
            resend_after_max: Duration::from_millis(500),
            goodbye_timeout: Duration::from_secs(3),
            reliable_message_bytes_max: 256 * 1024,
            incoming_reliable_bytes_max: 256 * 1024,
            unreliable_message_bytes_max: 6140,
            reliable_queue_bytes: 1024 * 1024,
        }
    }
}

impl ConnectionSettings {
    pub(crate) fn message_bytes_max(&self, channel: MessageChannel) -> usize {
        match channel {
            RELIABLE => self.reliable_message_bytes_max,
            UNRELIABLE | UNRELIABLE_SEQUENCED => self.unreliable_message_bytes_max,
            _ => 0,
        }
    }
}

/// The number of reliable packets in flight, which determines the size of their headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// 32, Unity Transport's own default; Netcode for GameObjects until 1.2. Headers have 12 bytes.
    Packets32,
    /// 64; Netcode for GameObjects since 1.3.1. Headers have 16 bytes.
    Packets64,
}

impl Window {
    /// The number of packets.
    pub fn packets(self) -> u16 {
        match self {
            Self::Packets32 => 32,
            Self::Packets64 => 64,
        }
    }
}

/// A server's settings.
// Other networks call theirs by the same names, so that one is known from another; their defaults are their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerSettings {
    /// The settings of every connection.
    pub connection: ConnectionSettings,
    /// The numbers of connections. Default 1024 that have proved their address, and 256 that have not, which leaves
    /// each of these 2.5 s at 100 newcomers per second.
    pub peers: PeerTableLimits,
    /// How long an accepted newcomer has to prove its address, from the first reliable packet on, whose
    /// acknowledgement is the proof; until that packet, it is also the longest allowed silence. Default 10 s.
    pub handshake_timeout: Duration,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            connection: ConnectionSettings::default(),
            peers: PeerTableLimits {
                connections_max: 1024,
                address_shares: AddressShares::default(),
                handshakes_max: 256,
            },
            handshake_timeout: Duration::from_secs(10),
        }
    }
}

/// A client's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientSettings {
    /// The settings of its connection.
    pub connection: ConnectionSettings,
    /// The interval between connection requests. Default 1 s, Unity Transport's own.
    pub request_interval: Duration,
    /// The number of unanswered requests after which it gives up: at least 1. Default 60, Unity Transport's own.
    pub requests_max: u32,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            connection: ConnectionSettings::default(),
            request_interval: Duration::from_secs(1),
            requests_max: 60,
        }
    }
}
