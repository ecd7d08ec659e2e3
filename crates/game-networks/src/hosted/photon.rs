//! Photon's three networks, by what the original's integrations use.

use consonance_link::Delivery;

use crate::hosted::message::MessageDirection;
use crate::hosted::settings::{ORIGINALS_TAKE_BYTES, RoomSettings};

/// PUN 2 and PUN Classic. The master client is the server; a peer is its actor's number.
///
/// An event's content is one object of the custom type whose bytes are the packet: originals take nothing else, not a
/// byte array either. [`MessageTarget::Server`](crate::hosted::MessageTarget::Server) is the receiver group of the
/// master client, [`AllOthers`](crate::hosted::MessageTarget::AllOthers) that of the others, peers are target actors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhotonPun {
    /// The code of events for the server. 173.
    pub to_server_event: u8,
    /// The code of events for players. 174.
    pub to_client_event: u8,
    /// The code of the custom type. 231.
    pub custom_type: u8,
}

impl Default for PhotonPun {
    fn default() -> Self {
        Self { to_server_event: 173, to_client_event: 174, custom_type: 231 }
    }
}

impl PhotonPun {
    /// The capabilities of this network.
    pub fn room(&self) -> RoomSettings {
        RoomSettings {
            has_direct_messages: true,
            takes_lists: true,
            reaches_all_others: true,
            ..RoomSettings::of_packets_up_to(ORIGINALS_TAKE_BYTES)
        }
    }

    /// The code to send an event with.
    pub fn event(&self, direction: MessageDirection) -> u8 {
        match direction {
            MessageDirection::ToServer => self.to_server_event,
            MessageDirection::ToClient => self.to_client_event,
        }
    }

    /// The receiving end of an incoming event; `None` if it does not belong to voice.
    pub fn direction_of(&self, event: u8) -> Option<MessageDirection> {
        [MessageDirection::ToServer, MessageDirection::ToClient]
            .into_iter()
            .find(|direction| self.event(*direction) == event)
    }
}

/// Bolt. The Bolt server is the voice server; a peer is its connection's id, 0 for the local one.
///
/// Reliable packets are the binary data of an event, unreliable ones the bytes of a stream. Both have to be in the game
/// already: their numbers come from its build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotonBolt {
    /// The event for the server. `DissonanceToServer`.
    pub to_server_event: String,
    /// The event for players. `DissonanceToClient`.
    pub to_client_event: String,
    /// The stream for the server. `DissonanceVoiceToServer`.
    pub to_server_stream: String,
    /// The stream for players. `DissonanceVoiceToClient`.
    pub to_client_stream: String,
    /// The longest packet in an event, bytes. 1024; less if the game's packets are smaller.
    pub event_bytes: usize,
}

impl Default for PhotonBolt {
    fn default() -> Self {
        Self {
            to_server_event: "DissonanceToServer".to_owned(),
            to_client_event: "DissonanceToClient".to_owned(),
            to_server_stream: "DissonanceVoiceToServer".to_owned(),
            to_client_stream: "DissonanceVoiceToClient".to_owned(),
            event_bytes: ORIGINALS_TAKE_BYTES,
        }
    }
}

impl PhotonBolt {
    /// The capabilities of this network.
    pub fn room(&self) -> RoomSettings {
        let mut settings = RoomSettings::of_packets_up_to(ORIGINALS_TAKE_BYTES);
        settings.hosted.limits.reliable_bytes = self.event_bytes;
        settings
    }

    /// The name of the event, or of the stream, to send by.
    pub fn carrier(&self, direction: MessageDirection, delivery: Delivery) -> &str {
        match (direction, delivery) {
            (MessageDirection::ToServer, Delivery::Reliable) => &self.to_server_event,
            (MessageDirection::ToClient, Delivery::Reliable) => &self.to_client_event,
            (MessageDirection::ToServer, Delivery::Unreliable) => &self.to_server_stream,
            (MessageDirection::ToClient, Delivery::Unreliable) => &self.to_client_stream,
        }
    }
}

/// Fusion. The runner that is host, server or shared-mode master is the voice server; a peer is its `PlayerRef`.
///
/// The calls for the server have no target, so they reach all players. They have to be in the game already: their
/// numbers come from its build. A peer whose target status is *unreachable* is a [failed
/// send](crate::hosted::HostedRoom::send_failed).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotonFusion {
    /// The reliable call for the server. `SendToServerReliableRPC`.
    pub to_server_reliable: String,
    /// The unreliable call for the server. `SendToServerUnreliableRPC`.
    pub to_server_unreliable: String,
    /// The reliable call for one player. `SendToClientReliableRPC`.
    pub to_client_reliable: String,
    /// The unreliable call for one player. `SendToClientUnreliableRPC`.
    pub to_client_unreliable: String,
    /// The longest packet in a call, bytes. 500: Fusion refuses calls that are too long, and documents no number.
    pub call_bytes: usize,
}

impl Default for PhotonFusion {
    fn default() -> Self {
        Self {
            to_server_reliable: "SendToServerReliableRPC".to_owned(),
            to_server_unreliable: "SendToServerUnreliableRPC".to_owned(),
            to_client_reliable: "SendToClientReliableRPC".to_owned(),
            to_client_unreliable: "SendToClientUnreliableRPC".to_owned(),
            call_bytes: 500,
        }
    }
}

impl PhotonFusion {
    /// The capabilities of this network.
    pub fn room(&self) -> RoomSettings {
        RoomSettings::of_packets_up_to(self.call_bytes)
    }

    /// The name of the call to send by.
    pub fn call(&self, direction: MessageDirection, delivery: Delivery) -> &str {
        match (direction, delivery) {
            (MessageDirection::ToServer, Delivery::Reliable) => &self.to_server_reliable,
            (MessageDirection::ToServer, Delivery::Unreliable) => &self.to_server_unreliable,
            (MessageDirection::ToClient, Delivery::Reliable) => &self.to_client_reliable,
            (MessageDirection::ToClient, Delivery::Unreliable) => &self.to_client_unreliable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hosted::header::MAGIC;

    #[test]
    fn puns_constants_are_those_that_originals_filter_on() {
        let pun = PhotonPun::default();
        assert_eq!(pun.event(MessageDirection::ToServer), 0xad, "to-server");
        assert_eq!(pun.event(MessageDirection::ToClient), 0xae, "to-client");
        assert_eq!(pun.custom_type, 0xe7, "custom type code");
        assert_eq!(MAGIC, [0x8b, 0xc7], "D-packet begins");
        assert_eq!(pun.direction_of(0xad), Some(MessageDirection::ToServer));
        assert_eq!(pun.direction_of(0xae), Some(MessageDirection::ToClient));
        assert_eq!(pun.direction_of(0xaf), None);
    }

    #[test]
    fn each_way_to_send_has_a_name_of_its_own() {
        let (bolt, fusion) = (PhotonBolt::default(), PhotonFusion::default());
        let ways = [MessageDirection::ToServer, MessageDirection::ToClient].map(|direction| {
            [Delivery::Reliable, Delivery::Unreliable].map(|delivery| (direction, delivery))
        });
        let names = |name: &dyn Fn(MessageDirection, Delivery) -> String| {
            ways.concat()
                .into_iter()
                .map(|(direction, delivery)| name(direction, delivery))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            names(&|direction, delivery| bolt.carrier(direction, delivery).to_owned()),
            [
                "DissonanceToServer",
                "DissonanceVoiceToServer",
                "DissonanceToClient",
                "DissonanceVoiceToClient"
            ]
        );
        assert_eq!(
            names(&|direction, delivery| fusion.call(direction, delivery).to_owned()),
            [
                "SendToServerReliableRPC",
                "SendToServerUnreliableRPC",
                "SendToClientReliableRPC",
                "SendToClientUnreliableRPC"
            ]
        );
    }

    #[test]
    fn what_a_game_changed_is_what_the_room_can_do() {
        let fusion = PhotonFusion { call_bytes: 400, ..PhotonFusion::default() };
        assert_eq!(fusion.room().hosted.limits.unreliable_bytes, 400);
        let bolt = PhotonBolt { event_bytes: 300, ..PhotonBolt::default() };
        let limits = bolt.room().hosted.limits;
        assert_eq!((limits.reliable_bytes, limits.unreliable_bytes), (300, 1024));
    }
}
