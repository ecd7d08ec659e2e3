//! Settings of servers and clients, where the protocol leaves a choice or a game may have changed it.

use std::time::Duration;

use consonance_link::gateway::udp::PeerTableLimits;
use consonance_link::gateway::{MessageChannel, VoiceChannels};
use consonance_link::{AddressShares, Delivery};
use rusty_enet::PacketKind;
use rusty_enet::consts::{PROTOCOL_MAXIMUM_MTU, PROTOCOL_MINIMUM_MTU};

use crate::enet::Dialect;

/// The guarantees of a channel. ENet decides this for each packet; games fix it for each channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelMode {
    /// Complete and in order.
    Reliable,
    /// At once or never, in order: the receiver drops overtaken messages.
    Sequenced,
    /// At once or never, in any order.
    Unsequenced,
}

/// Settings of both ends of a connection.
#[derive(Clone, Debug)]
pub struct ConnectionSettings {
    /// The dialect of the datagrams. Default: ENet-CSharp's.
    pub dialect: Dialect,
    /// The mode of each channel, from channel 0: at least one and at most 255. Default reliable, unsequenced:
    /// Ignorance's, whose channels are Mirror's.
    pub channels: Vec<ChannelMode>,
    /// The largest datagram that we send, in bytes: from 576 to 4096. Default 1280, Ignorance's; stock ENet's is
    /// 1392. A connection uses the smaller value of both ends.
    pub mtu: u16,
    /// The ping interval. Pings are sent even while other commands wait for their acknowledgement: ENet, which does
    /// not ping then, considers a side gone that lost the same datagram six times. Default 500 ms, ENet's.
    pub ping: Duration,
    /// A side that acknowledges nothing is considered gone after this time if a command was also sent six times, and
    /// after [`timeout_max`](Self::timeout_max) at the latest. Default 5 s, ENet's.
    pub timeout_min: Duration,
    /// See [`timeout_min`](Self::timeout_min). Default 30 s, ENet's.
    pub timeout_max: Duration,
    /// The largest reliable message, in bytes; a peer that sends a larger one is disconnected. Default 1 MiB, and 64
    /// KiB for a [server](EnetServerSettings), which needs a larger value if it is for more than voice.
    pub message_bytes_max: usize,
    /// The limit on a side's reliable messages, or their fragments, that wait for earlier ones, in bytes; each counts
    /// for 64 bytes more than its command has, and at most 4096 of them may wait. Default 4 MiB, and 256 KiB for a
    /// [server](EnetServerSettings). Further ones are not acknowledged, so that they are resent; a side that has much
    /// more to send, and must resend one six times, gives up the connection. The next message in turn is always
    /// accepted, and one message of each channel is assembled besides. A quarter as much is for unreliable messages
    /// that were sent after a reliable one; further ones are dropped.
    pub waiting_bytes_max: usize,
    /// The bytes that may wait for a side that does not take them, before it counts as too slow. Default 4 MiB; each
    /// message counts for 128 bytes more than its size.
    pub queued_bytes_max: usize,
    /// Whether a side drops unreliable messages when acknowledgements take longer than usual, as ENet does by
    /// default. Default false: both ends are told not to, because dropped voice is worse than late voice.
    pub throttles: bool,
    /// The interval of the protocol's timers while there is a connection. Default 10 ms.
    pub tick: Duration,
    /// The time for the last reliable messages to arrive after a connection was ended. Default 3 s.
    pub goodbye_timeout: Duration,
}

impl ConnectionSettings {
    /// Settings for stock ENet 1.3 with these channels; the rest as in ENet.
    pub fn enet13(channels: Vec<ChannelMode>) -> Self {
        Self { dialect: Dialect::Enet13, channels, mtu: 1392, ..Self::default() }
    }

    /// Clamps the settings to ENet's own limits.
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

    /// The first channels with the right delivery.
    pub(crate) fn voice_channels(&self) -> VoiceChannels {
        let first = |delivery| {
            let found = self.channels.iter().position(|kind| kind.delivery() == delivery);
            MessageChannel(found.and_then(|channel| u16::try_from(channel).ok()).unwrap_or(0))
        };
        VoiceChannels { reliable: first(Delivery::Reliable), unreliable: first(Delivery::Unreliable) }
    }

    /// The delivery of a channel. A channel that does not exist guarantees nothing.
    pub(crate) fn delivery_of(&self, channel: MessageChannel) -> Delivery {
        self.mode_of(channel).map_or(Delivery::Unreliable, ChannelMode::delivery)
    }

    pub(crate) fn mode_of(&self, channel: MessageChannel) -> Option<ChannelMode> {
        self.channels.get(usize::from(channel.0)).copied()
    }

    /// The largest message of a channel. A larger unreliable message would become fragments, which ENet sends reliably.
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
            goodbye_timeout: Duration::from_secs(3),
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

/// Settings of a server.
#[derive(Clone, Debug)]
pub struct EnetServerSettings {
    /// Settings of both ends. Default: for voice only, where clients send nothing long; messages of at most 64 KiB,
    /// of which 256 KiB may wait.
    pub connection: ConnectionSettings,
    /// The numbers of clients. Default 4096 that have proved their address, and 1024 that have not.
    pub peers: PeerTableLimits,
    /// The bytes of messages that may wait for all clients together that have not proved their address; beyond that,
    /// the oldest client is dropped. Default 64 MiB: what a few hundred clients are sent at once when a game's scene
    /// is full.
    pub handshake_bytes_max: usize,
    /// The maximum number of connection requests answered per second; further ones are ignored. Default 1000.
    pub connects_per_second: u32,
    /// The timeout for a client to prove its address. Default 10 s.
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
            peers: PeerTableLimits {
                connections_max: 4096,
                address_shares: AddressShares::default(),
                handshakes_max: 1024,
            },
            handshake_bytes_max: 64 * 1024 * 1024,
            connects_per_second: 1000,
            handshake_timeout: Duration::from_secs(10),
        }
    }
}

/// Settings of a client.
#[derive(Clone, Debug)]
pub struct EnetClientSettings {
    /// Settings of both ends.
    pub connection: ConnectionSettings,
    /// The number that is sent to the server in a connection request, unless the greeting names another one. Default
    /// 0, as in Ignorance.
    pub connect_data: u32,
    /// The timeout for a server's answer; ENet itself waits half a minute. Default 10 s.
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

/// The size of a datagram's header and a fragment's header: larger messages become fragments.
const FRAGMENT_OVERHEAD: usize = 4 + 24;
