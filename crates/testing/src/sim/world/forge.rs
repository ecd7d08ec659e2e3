//! Forged packets, which no honest client sends: other players must not notice them.

use std::rc::Rc;

use consonance_session::{Capabilities, ClientId, Delivery, LinkId, RoomId, SessionId};
use consonance_wire::{
    ChannelBits, ChannelKind, DeltaChannelState, HandshakeExtension, List, Packet, RemoveClient, ServerRelay,
    VoiceChannel, VoiceData, VoiceOptions, WireStr,
};

use super::World;
use crate::sim::action::Forgery;
use crate::sim::network::{Parcel, Way};
use crate::sim::numbers::PlayerId;
use crate::sim::sabotage::with_extension;

impl World {
    /// Sends a forged packet over a player's own link, if it is in a session.
    pub(super) fn forge(&mut self, player_id: PlayerId, forgery: Forgery) {
        let player = &mut self.players[player_id.index()];
        let (Some((session, own)), Some(link)) = (player.heard.joined, self.network.open_link_of(player_id))
        else {
            return;
        };
        player.has_forged = true;
        if forgery == Forgery::Ticket {
            player.spoils_ticket = true;
            return;
        }
        let other = ClientId((own.0 + 1 + self.dice.below(4) as u16) % 8);
        let other = if other == own { ClientId(own.0 + 1) } else { other };
        let is_original = player.capabilities == Capabilities::NONE;
        let (delivery, payload) = self.forged(forgery, session, own, other, is_original);
        self.dispatch(parcel(link, delivery, payload));
    }

    /// A handshake with another ticket than its own, if this is a handshake with one: it is worth nothing.
    pub(super) fn with_spoilt_ticket(&mut self, handshake: &[u8]) -> Option<Rc<[u8]>> {
        let (Packet::HandshakeRequest(request), trailing) = Packet::parse_with_trailing(handshake).ok()?
        else {
            return None;
        };
        let mut extension = HandshakeExtension::find(trailing)?;
        let ticket = extension.ticket.as_mut()?;
        match self.dice.below(3) {
            0 => ticket.secret.0[self.dice.below(16) as usize] ^= 1 << self.dice.below(8),
            1 => ticket.id.0 ^= 1 << self.dice.below(4),
            _ => ticket.session.0 ^= 1 << self.dice.below(30),
        }
        Some(with_extension(&request.into(), &extension))
    }

    fn forged(
        &mut self,
        forgery: Forgery,
        session: SessionId,
        own: ClientId,
        other: ClientId,
        is_original: bool,
    ) -> (Delivery, Rc<[u8]>) {
        let room = self.any_room();
        let room = self.model.room_name(room);
        // Originals may not send some packets even in their own name.
        let sender = if is_original { own } else { other };
        match forgery {
            Forgery::Voice => (Delivery::Unreliable, voice_relay(session, session, other, room)),
            Forgery::ForeignSession => {
                let foreign = SessionId(session.0 ^ 1);
                (Delivery::Unreliable, voice_relay(session, foreign, own, room))
            }
            Forgery::Rooms => {
                let room = Some(WireStr::from(room));
                let delta = DeltaChannelState { session, joined: true, id: other, room };
                (Delivery::Reliable, written(&delta.into()))
            }
            Forgery::Removal => {
                let inner = written(&RemoveClient { session, id: other }.into());
                let relay = ServerRelay { session, destinations: List::from(&EVERYONE), packet: &inner };
                (Delivery::Reliable, written(&Packet::ServerRelayReliable(relay)))
            }
            Forgery::RoutedVoice => (Delivery::Unreliable, voice(session, sender, room)),
            Forgery::Farewell => (Delivery::Reliable, written(&RemoveClient { session, id: sender }.into())),
            Forgery::Noise | Forgery::Ticket => {
                let length = self.dice.below(40) as usize;
                (Delivery::Unreliable, self.dice.bytes(length).into())
            }
        }
    }
}

const EVERYONE: [ClientId; 8] =
    [ClientId(0), ClientId(1), ClientId(2), ClientId(3), ClientId(4), ClientId(5), ClientId(6), ClientId(7)];

fn voice(session: SessionId, sender: ClientId, room: &str) -> Rc<[u8]> {
    let channels =
        [VoiceChannel { bits: ChannelBits::new(ChannelKind::Room), recipient: RoomId::of(room).0 }];
    let voice = VoiceData {
        session,
        sender,
        options: VoiceOptions::new(0),
        sequence: 0x8000,
        channels: List::from(&channels),
        frame: b"forged",
    };
    written(&voice.into())
}

fn voice_relay(session: SessionId, inside: SessionId, sender: ClientId, room: &str) -> Rc<[u8]> {
    let inner = voice(inside, sender, room);
    let relay = ServerRelay { session, destinations: List::from(&EVERYONE), packet: &inner };
    written(&Packet::ServerRelayUnreliable(relay))
}

pub(super) fn written(packet: &Packet<'_>) -> Rc<[u8]> {
    let mut buffer = [0; consonance_wire::limits::PACKET_BYTES_MAX];
    let length = packet.write(&mut buffer).expect("a forged packet is short");
    buffer[..length].into()
}

fn parcel(link: LinkId, delivery: Delivery, payload: Rc<[u8]>) -> Parcel {
    Parcel { link, way: Way::Up, delivery, payload, word: None, view: None, repeated: false }
}
