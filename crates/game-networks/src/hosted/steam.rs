//! Steam's peer-to-peer messages, sent by a game that runs Steam itself.

use std::time::Duration;

use consonance_link::{Delivery, PacketLimits};

use crate::hosted::message::{MessageDirection, RoomMessage};
use crate::hosted::settings::{ORIGINALS_TAKE_BYTES, RoomSettings};

/// The old interface, `ISteamNetworking`. The game says which peer is the server; a peer is its 64-bit Steam id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SteamInGame {
    /// The channel of messages for the server. 144984105.
    pub to_server_channel: i32,
    /// The channel of messages for players. 144984106.
    pub to_client_channel: i32,
    /// How often a player repeats its introduction. 23 s.
    pub introduces_every: Duration,
}

/// How Steam sends a message: `EP2PSend`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SteamSend {
    /// Dropped while there is no session with the peer yet.
    UnreliableNoDelay = 1,
    /// Reliable and in order.
    Reliable = 2,
    /// The same, combined with other messages.
    ReliableWithBuffering = 3,
}

impl Default for SteamInGame {
    fn default() -> Self {
        Self {
            to_server_channel: 144_984_105,
            to_client_channel: 144_984_106,
            introduces_every: Duration::from_secs(23),
        }
    }
}

impl SteamInGame {
    /// The capabilities of this network.
    pub fn room(&self) -> RoomSettings {
        // Steam itself allows 1200 bytes unreliable and 1 MiB reliable.
        let limits =
            PacketLimits { reliable_bytes: ORIGINALS_TAKE_BYTES, unreliable_bytes: ORIGINALS_TAKE_BYTES };
        RoomSettings {
            has_direct_messages: true,
            introduces_every: Some(self.introduces_every),
            ..RoomSettings::new(limits)
        }
    }

    /// The channel to send on.
    pub fn channel(&self, direction: MessageDirection) -> i32 {
        match direction {
            MessageDirection::ToServer => self.to_server_channel,
            MessageDirection::ToClient => self.to_client_channel,
        }
    }

    /// How to send a message.
    pub fn send(&self, message: &RoomMessage<'_>) -> SteamSend {
        match message.delivery {
            Delivery::Reliable if message.is_introduction() => SteamSend::ReliableWithBuffering,
            Delivery::Reliable => SteamSend::Reliable,
            Delivery::Unreliable => SteamSend::UnreliableNoDelay,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hosted::message::MessageTarget;

    #[test]
    fn channels_and_kinds_are_those_of_the_original() {
        let steam = SteamInGame::default();
        assert_eq!(steam.channel(MessageDirection::ToServer), 0x08a4_4829, "to-server channel");
        assert_eq!(steam.channel(MessageDirection::ToClient), 0x08a4_482a, "to-client channel");
        let kind = |delivery, packet| {
            steam.send(&RoomMessage {
                direction: MessageDirection::ToClient,
                target: MessageTarget::Peer(1),
                delivery,
                packet,
            }) as i32
        };
        assert_eq!(kind(Delivery::Unreliable, b"\x8b\xc7\x02"), 1, "UnreliableNoDelay");
        assert_eq!(kind(Delivery::Reliable, b"\x8b\xc7\x01"), 2, "Reliable");
        assert_eq!(kind(Delivery::Reliable, b"\x8b\xc7\x0b"), 3, "ReliableWithBuffering");
    }
}
