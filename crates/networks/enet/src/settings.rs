//! How servers and clients behave where the protocol leaves it open, or a game may have changed it.

use std::time::Duration;

use consonance_gateway::{MessageChannel, VoiceChannels};
use consonance_transport::{AddressShares, Delivery};
use rusty_enet::PacketKind;
use rusty_enet::consts::{PROTOCOL_MAXIMUM_MTU, PROTOCOL_MINIMUM_MTU};

use crate::Dialect;

/// What is sent on a channel. ENet lets each packet be sent as it likes; games settle it for each channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelMode {
    /// Complete and in order.
    Reliable,
    /// At once or never, in order: what is overtaken is dropped by the receiver.
    Sequenced,
    /// At once or never, in any order.
    Unsequenced,
}

/// What both ends of a connection go by.
#[derive(Clone, Debug)]
pub struct ConnectionSettings {
    /// The dialect of the datagrams. Default: ENet-CSharp's.
    pub dialect: Dialect,
    /// What is sent on each channel, from channel 0: at least one and at most 255. Default reliable, unsequenced:
    /// Ignorance's, whose channels are Mirror's.
    pub channels: Vec<ChannelMode>,
    /// The largest datagram that we send, in bytes: from 576 to 4096. Default 1280, Ignorance's; stock ENet's is 1392.
    /// A connection has the smaller one of both ends'.
    pub mtu: u16,
    /// How often a side is asked whether it is there, also while something else waits for its confirmation: ENet, which
    /// does not ask then, takes a side for gone that lost the same datagram six times. Default 500 ms, ENet's.
    pub ping: Duration,
    /// A side that confirms nothing is gone after this time, if something was also sent six times, and after
    /// [`timeout_max`](Self::timeout_max) at the latest. Default 5 s, ENet's.
    pub timeout_min: Duration,
    /// See [`timeout_min`](Self::timeout_min). Default 30 s, ENet's.
    pub timeout_max: Duration,
    /// The largest reliable message, in bytes; a peer that sends a larger one is disconnected. Default 1 MiB, and 64
    /// KiB for a [server](EnetServerSettings), which has to be told more if it is for more than voice.
    pub message_bytes_max: usize,
    /// What of a side's reliable messages, or of their fragments, may wait for those before them, in bytes, where each
    /// counts for 64 bytes more than its command has, and 4096 of them at most. Default 4 MiB, and 256 KiB for a
    /// [server](EnetServerSettings). What comes on top is not confirmed, so that it is sent again; a side of which that
    /// has to be said six times, as it has much more to say, gives the connection up. What is next is taken in any
    /// case, and besides one message of each channel is put together. A quarter as much may wait of the unreliable
    /// messages that were sent behind a reliable one; what comes on top is dropped.
    pub waiting_bytes_max: usize,
    /// What may wait for a side that does not take it, in bytes, before it counts as too slow. Default 4 MiB, where
    /// each message counts for 128 bytes more than it has.
    pub queued_bytes_max: usize,
    /// Whether a side sends less of what is unreliable when confirmations take longer than usual, as ENet does by
    /// itself. Default false: both ends are told not to, since voice that is left out is worse than late.
    pub throttles: bool,
    /// How often the protocol looks after itself while there is a connection. Default 10 ms.
    pub tick: Duration,
    /// How long the last reliable messages may take to arrive after a connection was ended. Default 3 s.
    pub linger: Duration,
}

impl ConnectionSettings {
    /// For stock ENet 1.3 with these channels; the rest as ENet has it.
    pub fn enet13(channels: Vec<ChannelMode>) -> Self {
        Self { dialect: Dialect::Enet13, channels, mtu: 1392, ..Self::default() }
    }

    /// What is within ENet's own limits.
    pub(crate) fn within_limits(mut self) -> Self {
        self.channels.truncate(usize::from(u8::MAX));
        if self.channels.is_empty() {
            self.channels.push(ChannelMode::Reliable);
        }
        self.mtu = self.mtu.clamp(PROTOCOL_MINIMUM_MTU as u16, PROTOCOL_MAXIMUM_MTU as u16);
        self.message_bytes_max = self.message_bytes_max.max(1);
        self.waiting_bytes_max = self.waiting_bytes_max.max(1);
        self.tick = self.tick.max(Duration::from_millis(1));
        self
    }

    /// The first ones that fit.
    pub(crate) fn voice_channels(&self) -> VoiceChannels {
        let first = |delivery| {
            let found = self.channels.iter().position(|kind| kind.delivery() == delivery);
            MessageChannel(found.and_then(|channel| u16::try_from(channel).ok()).unwrap_or(0))
        };
        VoiceChannels { reliable: first(Delivery::Reliable), unreliable: first(Delivery::Unreliable) }
    }

    /// A channel that does not exist guarantees nothing.
    pub(crate) fn delivery_of(&self, channel: MessageChannel) -> Delivery {
        self.mode_of(channel).map_or(Delivery::Unreliable, ChannelMode::delivery)
    }

    pub(crate) fn mode_of(&self, channel: MessageChannel) -> Option<ChannelMode> {
        self.channels.get(usize::from(channel.0)).copied()
    }

    /// What is unreliable and larger would become fragments, which ENet sends reliably.
    pub(crate) fn message_bytes_max(&self, channel: MessageChannel) -> usize {
        match self.delivery_of(channel) {
            Delivery::Reliable => self.message_bytes_max,
            Delivery::Unreliable => usize::from(self.mtu) - FRAGMENT_OVERHEAD,
        }
    }
}

impl Default for ConnectionSettings {
    fn default() -> Self {
        Self {
            dialect: Dialect::EnetCsharp,
            channels: vec![ChannelMode::Reliable, ChannelMode::Unsequenced],
            mtu: 1280,
            ping: Duration::from_millis(500),
            timeout_min: Duration::from_secs(5),
            timeout_max: Duration::from_secs(30),
            message_bytes_max: 1024 * 1024,
            waiting_bytes_max: 4 * 1024 * 1024,
            queued_bytes_max: 4 * 1024 * 1024,
            throttles: false,
            tick: Duration::from_millis(10),
            linger: Duration::from_secs(3),
        }
    }
}

impl ChannelMode {
    fn delivery(self) -> Delivery {
        match self {
            Self::Reliable => Delivery::Reliable,
            Self::Sequenced | Self::Unsequenced => Delivery::Unreliable,
        }
    }

    pub(crate) fn packet(self) -> PacketKind {
        match self {
            Self::Reliable => PacketKind::Reliable,
            Self::Sequenced => PacketKind::Unreliable { sequenced: true },
            Self::Unsequenced => PacketKind::Unreliable { sequenced: false },
        }
    }
}

/// What a server goes by.
#[derive(Clone, Debug)]
pub struct EnetServerSettings {
    /// What both ends go by. Default: for voice only, where clients say nothing long; messages of 64 KiB at most, and
    /// 256 KiB of them may wait.
    pub connection: ConnectionSettings,
    /// How many clients may be there at once that have shown that they get what we send; more are refused. Default
    /// 4096.
    pub peers_max: usize,
    /// How these are shared between the address prefixes that they come from.
    pub address_shares: AddressShares,
    /// How many clients may be there besides that have not yet shown that they get what we send; the one that has
    /// waited longest makes room for a new one. Default 1024.
    pub unproved_max: usize,
    /// How many bytes of messages may wait for all of those together; the oldest is given up for more.
    /// Default 64 MiB: what a few hundred clients are told at once when a game's scene is full.
    pub unproved_bytes_max: usize,
    /// How many connection requests are answered within a second; more are not. Default 1000.
    pub connects_per_second: u32,
    /// How long a client may take to show that it gets what we send. Default 10 s.
    pub handshake_timeout: Duration,
}

impl Default for EnetServerSettings {
    fn default() -> Self {
        Self {
            connection: ConnectionSettings {
                message_bytes_max: 64 * 1024,
                waiting_bytes_max: 256 * 1024,
                ..ConnectionSettings::default()
            },
            peers_max: 4096,
            address_shares: AddressShares::default(),
            unproved_max: 1024,
            unproved_bytes_max: 64 * 1024 * 1024,
            connects_per_second: 1000,
            handshake_timeout: Duration::from_secs(10),
        }
    }
}

/// What a client goes by.
#[derive(Clone, Debug)]
pub struct EnetClientSettings {
    /// What both ends go by.
    pub connection: ConnectionSettings,
    /// A number that the server is told when we connect, if the greeting does not say
    /// another. Default 0, as Ignorance's.
    pub connect_data: u32,
    /// How long a server may take to answer; ENet by itself waits for half a minute. Default 10 s.
    pub connect_timeout: Duration,
}

impl Default for EnetClientSettings {
    fn default() -> Self {
        Self {
            connection: ConnectionSettings::default(),
            connect_data: 0,
            connect_timeout: Duration::from_secs(10),
        }
    }
}

/// The header of a datagram and that of a fragment: what does not fit beside them becomes fragments.
const FRAGMENT_OVERHEAD: usize = 4 + 24;
