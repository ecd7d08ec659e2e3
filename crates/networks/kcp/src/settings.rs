//! How servers and clients behave where the protocol leaves it open, or a game may have changed it.

use std::time::Duration;

use consonance_transport::AddressShares;

use crate::{Generation, LearnedGenerations};

/// What both ends of a connection go by.
#[derive(Clone, Copy, Debug)]
pub struct LinkSettings {
    /// How many received segments may wait, at least 256, so that the largest message fits. Default 256: about 300 kB
    /// for each peer; stock ends have 4096.
    pub receive_window: u16,
    /// How long a side may say nothing before it counts as gone. Default 10 s, as in Mirror; a client that loads
    /// a scene may need up to 30 s.
    pub timeout: Duration,
    /// How often a side says that it is there. Default 1 s.
    pub ping: Duration,
    /// How many segments may wait for a side that does not take them, before it counts as too slow. Default 10 000.
    pub queued_segments_max: usize,
    /// How long the last reliable messages may take to arrive after a connection was ended. Default 3 s.
    pub linger: Duration,
    /// Whether bytes can be one of the game's unreliable messages: tells G3 from G4, whose datagrams differ in
    /// one byte only. Default: any but none. With Mirror it should be whether they parse as a batch; one byte in
    /// 128 is the other's by chance.
    pub is_message: fn(&[u8]) -> bool,
    /// How long nothing unreliable is sent to a side of which it is not known whether it is G3 or G4; after it, it is
    /// taken for G4. Default 2 s: Mirror says something unreliable every 100 ms.
    pub generation_wait: Duration,
}

impl Default for LinkSettings {
    fn default() -> Self {
        Self {
            receive_window: 256,
            timeout: Duration::from_secs(10),
            ping: Duration::from_secs(1),
            queued_segments_max: 10_000,
            linger: Duration::from_secs(3),
            is_message: |bytes| !bytes.is_empty(),
            generation_wait: Duration::from_secs(2),
        }
    }
}

/// What a server goes by.
#[derive(Clone, Debug)]
pub struct KcpServerSettings {
    /// What both ends go by.
    pub link: LinkSettings,
    /// The generation of all clients; default `None`, which finds it out for each.
    pub generation: Option<Generation>,
    /// How many clients may be there at once that have shown that they get what we send; more are refused. Default
    /// 4096.
    pub peers_max: usize,
    /// How these are shared between the address prefixes that they come from.
    pub address_shares: AddressShares,
    /// How many clients may be there besides that have not yet shown that they get what we send; the one that has
    /// waited longest makes room for a new one. Default 1024.
    pub unproved_max: usize,
    /// How many hellos are answered within a second; more are not. Default 1000.
    pub hellos_per_second: u32,
    /// How long a client may take to show that it gets what we send, from when it gets anything: one of the two oldest
    /// generations when it is admitted, others at once. Default 5 s.
    pub handshake_timeout: Duration,
    /// How long a client must have said nothing before another hello from its address replaces it. Default 2 s.
    pub replace_after: Duration,
    /// Where the server notes generations that it learns late. Default: nowhere.
    pub learned: LearnedGenerations,
}

impl Default for KcpServerSettings {
    fn default() -> Self {
        Self {
            link: LinkSettings::default(),
            generation: None,
            peers_max: 4096,
            address_shares: AddressShares::default(),
            unproved_max: 1024,
            hellos_per_second: 1000,
            handshake_timeout: Duration::from_secs(5),
            replace_after: Duration::from_secs(2),
            learned: LearnedGenerations::default(),
        }
    }
}

/// What a client goes by.
#[derive(Clone, Debug)]
pub struct KcpClientSettings {
    /// What both ends go by.
    pub link: LinkSettings,
    /// What it speaks if its greeting does not say. Default G4.
    pub generation: Generation,
    /// Where the server for whose clients it stands in notes generations that it learns late.
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
