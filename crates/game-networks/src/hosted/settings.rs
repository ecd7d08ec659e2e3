//! The capabilities of a game's network.

use std::time::Duration;

use consonance_link::PacketLimits;
use consonance_link::hosted::HostedSettings;

/// The capabilities of a game's network. The [presets](crate#networks) set them; all of them may be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomSettings {
    /// The longest packets that the network carries, and the limits of the queues. No longer packet is ever made; 256
    /// bytes is the minimum for a session, and more than 1024 has no advantage.
    pub hosted: HostedSettings,
    /// Whether players can send to each other without the server (default false).
    pub has_direct_messages: bool,
    /// Whether one send can have several receivers (default false).
    pub takes_lists: bool,
    /// Whether one send can go to all others in the room (default false); a player's introduction uses that.
    pub reaches_all_others: bool,
    /// The path of a host's own player to its server (default inside the process). Others cannot tell the difference.
    pub loopback: Loopback,
    /// How often a player repeats its introduction (default never: once per session, and when a peer joins).
    pub introduces_every: Option<Duration>,
    /// The minimum age of a peer's link to the server for a restart when the peer asks to join again (default 1 s).
    /// Before that, the server's limits on such requests apply; a player asks again after 2 s.
    pub rejoins_after: Duration,
    /// How long packets from a peer that the server has rejected are dropped (default 2 s).
    pub refused_for: Duration,
}

impl RoomSettings {
    /// A network that carries packets of these sizes, without any further capability.
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

/// The path of a host's own player to its server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Loopback {
    /// Inside the process; messages that the network returns to their sender are ignored.
    #[default]
    Inside,
    /// Through the network, which returns messages to their sender.
    ThroughNetwork,
}

/// The size of the receive buffers of originals, in bytes; originals may be in the same room.
pub(crate) const ORIGINALS_TAKE_BYTES: usize = 1024;
