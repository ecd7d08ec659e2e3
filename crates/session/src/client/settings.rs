//! What a client is started with.

use alloc::boxed::Box;

use consonance_wire::{Capabilities, CodecId, CodecParameters, Priority, RedundancySupport};

use super::routing::Routing;
use crate::join_token::JoinToken;
use crate::limits::Limits;
use crate::packet_limits::PacketLimits;

/// The settings of one client.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientSettings {
    /// The player's name: its identity, unique in the session.
    pub name: Box<str>,
    /// What this client sends (default Opus, 960 samples at 48 kHz); see
    /// [`Client::set_codec`](crate::Client::set_codec).
    pub codec: CodecParameters,
    /// Which bounds hold for what comes in and what is sent.
    pub limits: Limits,
    /// What the network carries (default: all that an original takes); see
    /// [`Client::set_packet_limits`](crate::Client::set_packet_limits).
    pub packets: PacketLimits,
    /// Channels at once (default 128): all of them stand in every packet.
    pub channels: usize,
    /// The priority of channels that have none of their own (default [`Priority::Default`]).
    pub priority: Priority,
    /// What is announced to servers of ours (default: everything). Originals do not see it.
    pub capabilities: Capabilities,
    /// Why I may join, for servers that ask for it (default: nothing).
    pub join_token: Option<JoinToken>,
    /// The copies of lost frames that this client can use, besides those that every Opus decoder knows (default: none);
    /// speakers that it hears are told.
    pub redundancy: RedundancySupport,
    /// What direct links are used for at first (default [`Routing::Direct`]).
    pub routing: Routing,
    /// Does as the original does, also where that is wrong (default false). Only to compare with the original.
    ///
    /// A speaker that one frame far ahead silences stays silent, and a channel that is closing has the properties of
    /// the next one of its kind.
    #[doc(hidden)]
    pub as_original: bool,
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
