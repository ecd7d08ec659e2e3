//! On which of the network's channels voice travels.

use consonance_gateway::Channel;
use consonance_transport::{Delivery, PacketLimits};

use crate::VOICE_BYTES_MAX;

/// The two channels that an integration uses, by Mirror's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoiceChannels {
    /// For reliable packets; 0 in stock games.
    pub reliable: Channel,
    /// For unreliable packets, and for pings; 1 in stock games.
    pub unreliable: Channel,
}

impl Default for VoiceChannels {
    fn default() -> Self {
        Self { reliable: Channel(0), unreliable: Channel(1) }
    }
}

impl VoiceChannels {
    pub(crate) fn channel_for(self, delivery: Delivery) -> Channel {
        match delivery {
            Delivery::Reliable => self.reliable,
            Delivery::Unreliable => self.unreliable,
        }
    }

    pub(crate) fn delivery_of(self, channel: Channel) -> Delivery {
        if channel == self.reliable { Delivery::Reliable } else { Delivery::Unreliable }
    }
}

/// What is around a voice packet at most: time stamp 8, length 2, id 2, length 2.
const AROUND_VOICE_BYTES: usize = 14;

/// The largest voice packets in messages of these sizes.
pub(crate) fn voice_limits(messages: PacketLimits) -> PacketLimits {
    let largest = |bytes: usize| bytes.saturating_sub(AROUND_VOICE_BYTES).min(VOICE_BYTES_MAX);
    PacketLimits {
        reliable_bytes: largest(messages.reliable_bytes),
        unreliable_bytes: largest(messages.unreliable_bytes),
    }
}
