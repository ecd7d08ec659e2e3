//! What a game may have changed, and what protects a server.

use std::time::Duration;

use consonance_gateway::MessageChannel;
use consonance_transport::AddressShares;

use crate::{RELIABLE, UNRELIABLE, UNRELIABLE_SEQUENCED};

/// What both ends of a connection have to agree about, or may decide for themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionSettings {
    /// How many reliable packets may be under way; both ends have to agree. Default 64, as Netcode for
    /// GameObjects sets it since 1.3.1.
    pub window: Window,
    /// After how long without sending a heartbeat is sent. Default 500 ms, Unity Transport's own.
    pub heartbeat_interval: Duration,
    /// After how long without hearing anything the connection is lost. Default 30 s, Unity Transport's own.
    pub timeout: Duration,
    /// The longest wait before a reliable packet is sent again; the shortest is 64 ms. Default 500 ms, as Netcode for
    /// GameObjects sets it.
    pub resend_after_max: Duration,
    /// How long an orderly end waits for what was sent before. Default 3 s.
    pub linger: Duration,
    /// The largest reliable message that is sent, in bytes. Default 256 KiB: games tell newcomers
    /// of all their objects in one.
    pub reliable_message_bytes_max: usize,
    /// The largest reliable message that is taken, in bytes: a peer that sends a larger one is
    /// disconnected. Default 256 KiB.
    pub incoming_reliable_bytes_max: usize,
    /// The largest unreliable message in either direction, in bytes. Default 6140, which is what the 6 KiB that Netcode
    /// for GameObjects takes leave for a message.
    pub unreliable_message_bytes_max: usize,
    /// How much may wait for a peer, in bytes, before it is disconnected as too slow. Default 1 MiB.
    pub reliable_queue_bytes: usize,
}

impl Default for ConnectionSettings {
    fn default() -> Self {
        Self {
            window: Window::Packets64,
            heartbeat_interval: Duration::from_millis(500),
            timeout: Duration::from_secs(30),
            resend_after_max: Duration::from_millis(500),
            linger: Duration::from_secs(3),
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

/// How many reliable packets may be under way, which decides how long their headers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// 32, Unity Transport's own default; Netcode for GameObjects until 1.2. Headers have 12 bytes.
    Packets32,
    /// 64; Netcode for GameObjects since 1.3.1. Headers have 16 bytes.
    Packets64,
}

impl Window {
    /// How many packets.
    pub fn packets(self) -> u16 {
        match self {
            Self::Packets32 => 32,
            Self::Packets64 => 64,
        }
    }
}

/// What a server of its own decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerSettings {
    /// What every connection does.
    pub connection: ConnectionSettings,
    /// How many connections there may be that have shown that they get what they are sent; further newcomers are
    /// refused. Default 1024.
    pub connections_max: usize,
    /// How these are shared between the address prefixes that they come from.
    pub address_shares: AddressShares,
    /// How many newcomers there may be besides that have not proved their address, which may be spoofed: at least 1;
    /// the oldest makes room for a new one. Default 256, which leaves each 2.5 s while 100 come in every second.
    pub unproved_max: usize,
    /// How long an accepted newcomer has to prove its address, from the first reliable packet on, whose acknowledgement
    /// is the proof; until then it must not be silent for as long. Default 10 s.
    pub proof_within: Duration,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            connection: ConnectionSettings::default(),
            connections_max: 1024,
            address_shares: AddressShares::default(),
            unproved_max: 256,
            proof_within: Duration::from_secs(10),
        }
    }
}

/// What a client of its own decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientSettings {
    /// What its connection does.
    pub connection: ConnectionSettings,
    /// Interval between its connection requests. Default 1 s, Unity Transport's own.
    pub request_interval: Duration,
    /// After how many requests without an answer it gives up: at least 1. Default 60, Unity Transport's own.
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
