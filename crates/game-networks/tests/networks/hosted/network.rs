//! The messages of a room in the calls of five networks.

use consonance_game_networks::hosted::{
    MessageDirection, MessageTarget, PhotonBolt, PhotonFusion, PhotonPun, RoomMessage, RoomSettings,
    SteamInGame, SteamSend, UnetHlapi,
};
use consonance_link::Delivery;

use crate::hosted::cloud::{Event, Receivers};

#[derive(Clone, Debug)]
pub(crate) enum Network {
    Pun(PhotonPun),
    Bolt(PhotonBolt),
    Fusion(PhotonFusion),
    Steam(SteamInGame),
    Unet(UnetHlapi),
}

impl Network {
    pub(crate) fn room(&self) -> RoomSettings {
        match self {
            Self::Pun(pun) => pun.room(),
            Self::Bolt(bolt) => bolt.room(),
            Self::Fusion(fusion) => fusion.room(),
            Self::Steam(steam) => steam.room(),
            Self::Unet(unet) => unet.room(),
        }
    }

    /// This message as an event of the network. Panics if unmodified peers would ignore it.
    pub(crate) fn event(&self, sender: u64, message: &RoomMessage<'_>) -> (Event, Receivers) {
        let RoomMessage { direction, delivery, packet, .. } = *message;
        let (label, content, most) = match self {
            // One object of the custom type.
            Self::Pun(pun) => {
                (pun.event(direction).to_string(), [&[pun.custom_type][..], packet].concat(), 1 + 1024)
            }
            Self::Bolt(bolt) => (bolt.carrier(direction, delivery).to_owned(), packet.to_vec(), 1024),
            Self::Fusion(fusion) => {
                (fusion.call(direction, delivery).to_owned(), packet.to_vec(), fusion.call_bytes)
            }
            Self::Steam(steam) => {
                assert_eq!(
                    steam.send(message) == SteamSend::UnreliableNoDelay,
                    delivery == Delivery::Unreliable
                );
                (steam.channel(direction).to_string(), packet.to_vec(), 1024)
            }
            // Both directions have one message type; the length takes up to two bytes.
            Self::Unet(unet) => {
                let mut body = Vec::new();
                unet.write_body(packet, &mut body);
                (unet.message_type.to_string(), body, 2 + 1024)
            }
        };
        assert!(content.len() <= most, "{} bytes in {label}, where {most} are taken", content.len());
        let event = Event { sender, label, is_reliable: delivery == Delivery::Reliable, content };
        (event, self.receivers(message.target))
    }

    /// The direction and the packet of an event that a peer received.
    pub(crate) fn read<'a>(&self, event: &'a Event, is_server: bool) -> Option<(MessageDirection, &'a [u8])> {
        match self {
            Self::Pun(pun) => {
                let direction = pun.direction_of(event.label.parse().ok()?)?;
                let (custom_type, packet) = event.content.split_first()?;
                (*custom_type == pun.custom_type).then_some((direction, packet))
            }
            Self::Bolt(bolt) => Some((named(&event.label, |to, how| bolt.carrier(to, how)), &event.content)),
            Self::Fusion(fusion) => {
                Some((named(&event.label, |to, how| fusion.call(to, how)), &event.content))
            }
            Self::Steam(steam) => {
                let is_for_server = event.label == steam.to_server_channel.to_string();
                let direction =
                    if is_for_server { MessageDirection::ToServer } else { MessageDirection::ToClient };
                Some((direction, &event.content))
            }
            Self::Unet(unet) => {
                let direction =
                    if is_server { MessageDirection::ToServer } else { MessageDirection::ToClient };
                Some((direction, unet.read_body(&event.content)?))
            }
        }
    }

    fn receivers(&self, target: MessageTarget<'_>) -> Receivers {
        match (self, target) {
            // On Fusion, a call without a target reaches all others.
            (Self::Fusion(_), MessageTarget::Server) | (Self::Pun(_), MessageTarget::AllOthers) => {
                Receivers::Others
            }
            (_, MessageTarget::Server) => Receivers::MasterClient,
            (_, MessageTarget::Peer(peer)) => Receivers::TargetActors(vec![peer]),
            (Self::Pun(_), MessageTarget::Peers(peers)) => Receivers::TargetActors(peers.to_vec()),
            _ => panic!("this network sends to one at a time: {target:?}"),
        }
    }
}

/// The direction that this name stands for, reliable or not.
fn named<'a>(label: &str, name: impl Fn(MessageDirection, Delivery) -> &'a str) -> MessageDirection {
    let is_to_server = [Delivery::Reliable, Delivery::Unreliable]
        .iter()
        .any(|how| name(MessageDirection::ToServer, *how) == label);
    if is_to_server { MessageDirection::ToServer } else { MessageDirection::ToClient }
}
