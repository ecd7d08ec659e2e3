//! What a game's network can do.

use std::time::Duration;

use consonance_transport::PacketLimits;
use consonance_transport::hosted::HostedSettings;

/// A game's network as the voice sees it. The [presets](crate#networks) know their own; all of it may be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomSettings {
    /// The longest packets that the network carries, and how much may wait. No longer packet is ever made;
    /// 256 bytes is the least that a session works with, and above 1024 nothing is gained.
    pub hosted: HostedSettings,
    /// Whether players can send to each other without the server (default false).
    pub has_direct_messages: bool,
    /// Whether one send can have several receivers (default false).
    pub takes_lists: bool,
    /// Whether one send can go to all others in the room (default false); a player's introduction does then.
    pub reaches_all_others: bool,
    /// How a host's own player reaches its server (default inside the process). Others cannot tell the difference.
    pub loopback: Loopback,
    /// How often a player repeats its introduction (default never: once per session, and when a peer joins).
    pub introduces_every: Option<Duration>,
    /// How old a peer's link to the server has to be to start again when the peer asks to join once more (default 1 s).
    /// Before, the server's limits on such requests hold; a player asks again after 2 s.
    pub rejoins_after: Duration,
    /// How long nothing is taken from a peer that the server has sent away (default 2 s).
    pub refused_for: Duration,
}

impl RoomSettings {
    /// A network that carries packets of these sizes, and can do nothing else.
    pub fn new(limits: PacketLimits) -> Self {
        Self {
            hosted: HostedSettings::new(limits),
            has_direct_messages: false,
            takes_lists: false,
            reaches_all_others: false,
            loopback: Loopback::Inside,
            introduces_every: None,
            rejoins_after: Duration::from_secs(1),
            refused_for: Duration::from_secs(2),
        }
    }

    /// The same with one limit for both kinds of packets.
    pub(crate) fn of_packets_up_to(bytes: usize) -> Self {
        Self::new(PacketLimits { reliable_bytes: bytes, unreliable_bytes: bytes })
    }
}

/// How a host's own player reaches its server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Loopback {
    /// Inside the process: a network that brings messages back to their sender does so for nothing.
    #[default]
    Inside,
    /// Through the network, which brings messages back.
    ThroughNetwork,
}

/// What the buffers of originals take, bytes; they may be in the same room.
pub(crate) const ORIGINALS_TAKE_BYTES: usize = 1024;
