//! What messages travel on in a network.

use std::fmt;

use crate::{Delivery, PacketLimits};

/// What a message travels on: the [`Delivery`] of a voice packet, or a [`MessageChannel`] of a game's network.
pub trait NetworkChannel: Copy + Eq + fmt::Debug + Send + 'static {
    /// The channels for voice on a network that does not [choose others](crate::ServerNetwork::voice_channels).
    const VOICE: VoiceChannels<Self>;
}

impl NetworkChannel for Delivery {
    const VOICE: VoiceChannels<Self> =
        VoiceChannels { reliable: Self::Reliable, unreliable: Self::Unreliable };
}

/// A message channel of a game network, by its number there. The network defines its guarantees, and its order
/// relative to other channels.
///
/// Numbers are specific to a network. Each network has at least one for each [`Delivery`]; where it does not say
/// otherwise, these are 0 for reliable messages and 1 for unreliable ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageChannel(pub u16);

impl NetworkChannel for MessageChannel {
    const VOICE: VoiceChannels<Self> = VoiceChannels { reliable: Self(0), unreliable: Self(1) };
}

/// The two channels that voice takes in a network; for a game's integration, by its network's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoiceChannels<C = MessageChannel> {
    /// For reliable packets.
    pub reliable: C,
    /// For unreliable packets.
    pub unreliable: C,
}

impl<C: NetworkChannel> VoiceChannels<C> {
    /// The one for packets of this delivery.
    pub fn channel_for(self, delivery: Delivery) -> C {
        match delivery {
            Delivery::Reliable => self.reliable,
            Delivery::Unreliable => self.unreliable,
        }
    }

    /// The limits of a network whose channels take messages of at most these sizes.
    pub fn limits(self, bytes_max: impl Fn(C) -> usize) -> PacketLimits {
        PacketLimits {
            reliable_bytes: bytes_max(self.reliable),
            unreliable_bytes: bytes_max(self.unreliable),
        }
    }

    /// The delivery of packets on a channel; channels other than these two are unreliable.
    pub fn delivery_of(self, channel: C) -> Delivery {
        if channel == self.reliable { Delivery::Reliable } else { Delivery::Unreliable }
    }
}
