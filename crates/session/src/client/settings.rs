//! The settings of a client at its start.

use alloc::boxed::Box;

use consonance_wire::{Capabilities, CodecId, CodecParameters, Priority, RedundancySupport};

use crate::join_token::JoinToken;
use crate::limits::Limits;
use crate::packet_limits::PacketLimits;

/// The settings of one client.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientSettings {
    /// The player's name: its identity, unique in the session.
    pub name: Box<str>,
    /// The codec of the voice that this client sends (default Opus, 960 samples at 48 kHz); see
    /// [`Client::set_codec`](crate::Client::set_codec).
    pub codec: CodecParameters,
    /// The limits for received and sent data.
    pub limits: Limits,
    /// The packet sizes of the network (default: all that an original accepts); see
    /// [`Client::set_packet_limits`](crate::Client::set_packet_limits).
    pub packets: PacketLimits,
    /// Channels at once (default 128): every packet lists all of them.
    pub channels: usize,
    /// The priority of channels without a priority of their own (default [`Priority::Default`]).
    pub priority: Priority,
    /// The capabilities that are announced to servers of ours (default: all). Originals do not see them.
    pub capabilities: Capabilities,
    /// My permission to join, for servers that require it (default: none).
    pub join_token: Option<JoinToken>,
    /// The copies of lost frames that this client can use, besides those that every Opus decoder supports (default:
    /// none); the speakers that it hears are told.
    pub redundancy: RedundancySupport,
    /// The initial use of direct links (default [`Routing::Direct`]).
    pub routing: Routing,
    /// Behaves like the original, even where that is wrong (default false). Only for comparison with the original.
    ///
    /// A speaker silenced by one frame far ahead stays silent, and a closing channel has the properties of the next
    /// one of its kind.
    #[doc(hidden)]
    pub as_original: bool,
}

/// The use of direct links. May change at any time; the next packet follows it.
///
/// A direct copy saves its listener the detour through the server, but each costs the sender a separate upload, where
/// one relay reaches up to 255 listeners.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Routing {
    /// Everything goes through the server, direct links or not.
    AlwaysRelay,
    /// Players with a direct link receive everything over it.
    #[default]
    Direct,
    /// As [`Direct`](Self::Direct), as long as the direct copies of voice stay below an upload budget; the remaining
    /// listeners get that frame through the server. At most one second's worth can be saved up. Text is not counted: it
    /// is little, and has to stay in order.
    DirectWithin {
        /// The budget, in bytes of packets without the overhead of the network.
        bytes_per_second: u32,
    },
}

impl ClientSettings {
    /// The defaults, for a player of this name.
    pub fn new(name: impl Into<Box<str>>) -> Self {
        Self {
            name: name.into(),
            codec: CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 },
            limits: Limits::default(),
            packets: PacketLimits::default(),
            channels: 128,
            priority: Priority::Default,
            capabilities: Capabilities::ALL,
            join_token: None,
            redundancy: RedundancySupport::NONE,
            routing: Routing::default(),
            as_original: false,
        }
    }
}
