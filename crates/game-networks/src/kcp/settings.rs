//! Settings of servers and clients, where the protocol leaves a choice or a game may have changed it.

use std::time::Duration;

use consonance_link::AddressShares;
use consonance_link::gateway::udp::PeerTableLimits;

use crate::kcp::{Generation, LearnedGenerations};

/// Settings of both ends of a connection.
#[derive(Clone, Copy, Debug)]
pub struct LinkSettings {
    /// The receive window, in segments; at least 256, so that the largest message fits. Default 256: about 300 kB for
    /// each peer; stock ends have 4096.
    pub receive_window: u16,
    /// The silence after which a side counts as gone. Default 10 s, as in Mirror; a client that loads a scene may
    /// need up to 30 s.
    pub idle_timeout: Duration,
    /// The ping interval. Default 1 s.
    pub ping: Duration,
    /// The maximum number of segments waiting for a side that does not take them, before it counts as too slow.
    /// Default 10 000.
    pub queued_segments_max: usize,
    /// The time for the last reliable messages to arrive after a connection was ended. Default 3 s.
    pub goodbye_timeout: Duration,
    /// Whether bytes can be one of the game's unreliable messages: distinguishes G3 from G4, whose datagrams differ
    /// in one byte only. Default: any bytes, but not none. With Mirror it should be whether they parse as a batch;
    /// one byte in 128 is the other's by chance.
    pub is_message: fn(&[u8]) -> bool,
    /// The time for which no unreliable message is sent to a side while it is unknown whether it is G3 or G4; after
    /// it, G4 is assumed. Default 2 s: Mirror sends an unreliable message every 100 ms.
    pub generation_wait: Duration,
}

impl Default for LinkSettings {
    fn default() -> Self {
        Self {
            receive_window: 256,
            idle_timeout: Duration::from_secs(10),
            ping: Duration::from_secs(1),
            queued_segments_max: 10_000,
            goodbye_timeout: Duration::from_secs(3),
            is_message: |bytes| !bytes.is_empty(),
            generation_wait: Duration::from_secs(2),
        }
    }
}

/// Settings of a server.
#[derive(Clone, Debug)]
pub struct KcpServerSettings {
    /// Settings of both ends.
    pub link: LinkSettings,
    /// The generation of all clients; default `None`, which detects it for each client.
    pub generation: Option<Generation>,
    /// The numbers of clients. Default 4096 that have proved their address, and 1024 that have not.
    pub peers: PeerTableLimits,
    /// The maximum number of hellos answered per second; further ones are ignored. Default 1000.
    pub hellos_per_second: u32,
    /// The timeout for a client to prove its address, from when it gets any datagram: for the two oldest generations
    /// when it is accepted, for others at once. Default 5 s.
    pub handshake_timeout: Duration,
    /// The silence of a client after which another hello from its address replaces it. Default 2 s.
    pub replace_after: Duration,
    /// The record in which the server notes generations that it learns late. Default: a new record, which is not
    /// shared.
    pub learned: LearnedGenerations,
}

impl Default for KcpServerSettings {
    fn default() -> Self {
        Self {
            link: LinkSettings::default(),
            generation: None,
            peers: PeerTableLimits {
                connections_max: 4096,
                address_shares: AddressShares::default(),
                handshakes_max: 1024,
            },
            hellos_per_second: 1000,
            handshake_timeout: Duration::from_secs(5),
            replace_after: Duration::from_secs(2),
            learned: LearnedGenerations::default(),
        }
    }
}

/// Settings of a client.
#[derive(Clone, Debug)]
pub struct KcpClientSettings {
    /// Settings of both ends.
    pub link: LinkSettings,
    /// The generation that it speaks unless its greeting names one. Default G4.
    pub generation: Generation,
    /// The record in which the server for whose clients it stands in notes generations that it learns late.
    pub learned: LearnedGenerations,
}

impl Default for KcpClientSettings {
    fn default() -> Self {
        Self {
            link: LinkSettings::default(),
            generation: Generation::G4,
            learned: LearnedGenerations::default(),
        }
    }
}
