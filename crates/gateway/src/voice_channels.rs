//! The channels of a network that carry voice.

use consonance_transport::Delivery;

use crate::MessageChannel;

/// The two channels that a game's integration uses for voice, by its network's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoiceChannels {
    /// For reliable packets.
    pub reliable: MessageChannel,
    /// For unreliable packets.
    pub unreliable: MessageChannel,
}

impl VoiceChannels {
    /// The one for packets of this delivery.
    pub fn channel_for(self, delivery: Delivery) -> MessageChannel {
        match delivery {
            Delivery::Reliable => self.reliable,
            Delivery::Unreliable => self.unreliable,
        }
    }

    /// The delivery of packets on a channel; channels other than these two are unreliable.
    pub fn delivery_of(self, channel: MessageChannel) -> Delivery {
        if channel == self.reliable { Delivery::Reliable } else { Delivery::Unreliable }
    }
}
