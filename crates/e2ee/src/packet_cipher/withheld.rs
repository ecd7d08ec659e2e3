//! What is not sent because its recipient cannot decrypt it, and this player requires encryption.

use consonance_wire::ClientId;

use super::PacketCipher;

/// A recipient to which the group allows unencrypted packets only, while this player sends none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum Withheld {
    /// A room where a player that cannot encrypt listens, by its id.
    Room(u16),
    /// A player that is not a member of the group.
    Player(ClientId),
}

impl PacketCipher {
    /// The last recipient for whose sake a packet was withheld since the previous call, if there is one. Each packet is
    /// counted in [`PacketCounts::withheld`](crate::PacketCounts::withheld).
    pub fn take_withheld(&mut self) -> Option<Withheld> {
        self.withheld.take()
    }

    /// Notes that a packet is not sent.
    pub(super) fn withhold(&mut self, recipient: Withheld) {
        self.counts.withheld += 1;
        self.withheld = Some(recipient);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use crate::sframe::{BASE_KEY_BYTES, EpochSecret};
    use consonance_session::RoomId;
    use consonance_wire::names::NameKey;
    use consonance_wire::{
        ChannelBits, ChannelKind, List, Packet, PlainRooms, ServerRelay, SessionId, TextData, TextRecipient,
        VoiceChannel, VoiceData, VoiceOptions, WireStr, Writer,
    };

    use super::*;
    use crate::{EpochKeys, Passage};

    const BOB: ClientId = ClientId(2);
    /// Not a member.
    const OLD: ClientId = ClientId(3);

    fn name_of(id: ClientId) -> Option<&'static str> {
        [(BOB, "Bob"), (OLD, "Old")].into_iter().find(|(it, _)| *it == id).map(|(_, name)| name)
    }

    fn cipher(epoch: u64, plain: &PlainRooms, requires: bool) -> PacketCipher {
        let mut cipher = PacketCipher::new();
        if requires {
            cipher.require_encryption();
        }
        enter(&mut cipher, epoch, plain);
        cipher
    }

    fn enter(cipher: &mut PacketCipher, epoch: u64, plain: &PlainRooms) {
        let secret = EpochSecret::new(epoch, [7; BASE_KEY_BYTES]);
        let leaves = BTreeMap::from([(NameKey::of("Ann"), 0), (NameKey::of("Bob"), 1)]);
        let keys = EpochKeys { group: 1, secret, own_leaf: 0, leaves, plain: plain.clone() };
        cipher.enter(Duration::ZERO, &keys).unwrap();
    }

    fn written(packet: &Packet<'_>) -> Vec<u8> {
        let mut buffer = [0; 1024];
        let mut writer = Writer::new(&mut buffer);
        packet.write_to(&mut writer).unwrap();
        writer.written().to_vec()
    }

    const SESSION: SessionId = SessionId(7);

    fn relayed(packet: &[u8], is_reliable: bool) -> Vec<u8> {
        let destinations = [BOB, OLD];
        let relay = ServerRelay { session: SESSION, destinations: List::from(&destinations), packet };
        written(&if is_reliable {
            Packet::ServerRelayReliable(relay)
        } else {
            Packet::ServerRelayUnreliable(relay)
        })
    }

    /// Every kind of packet with content, to these rooms and players: direct, relayed, and relayed twice.
    fn packets() -> Vec<Vec<u8>> {
        let room = |room: &str| VoiceChannel {
            bits: ChannelBits::new(ChannelKind::Room),
            recipient: RoomId::of(room).0,
        };
        let player =
            |id: ClientId| VoiceChannel { bits: ChannelBits::new(ChannelKind::Player), recipient: id.0 };
        let lists = [
            vec![room("lobby")],
            vec![room("cave"), room("lobby")],
            vec![room("cave")],
            vec![player(BOB)],
            vec![player(OLD)],
            vec![player(BOB), player(OLD)],
            vec![],
        ];
        let voice = lists.iter().map(|channels| {
            let (options, channels) = (VoiceOptions::new(1), List::from(&channels[..]));
            let sender = ClientId(1);
            written(
                &VoiceData { session: SESSION, sender, options, sequence: 1, channels, frame: FRAME }.into(),
            )
        });
        let lobby = TextRecipient::Room(RoomId::of("lobby"));
        let recipients = [lobby, TextRecipient::Player(BOB), TextRecipient::Player(OLD)];
        let texts = recipients.into_iter().map(|recipient| {
            let text = Some(WireStr::from("content"));
            written(&TextData { session: SESSION, recipient, sender: ClientId(1), text }.into())
        });
        let direct: Vec<Vec<u8>> = voice.chain(texts).collect();
        let once =
            [true, false].map(|is_reliable| direct.iter().map(move |packet| relayed(packet, is_reliable)));
        let once: Vec<Vec<u8>> = once.into_iter().flatten().collect();
        let twice: Vec<Vec<u8>> = once.iter().map(|packet| relayed(packet, true)).collect();
        // One byte is missing, so that it is not understood.
        let cut: Vec<Vec<u8>> = once.iter().map(|packet| packet[..packet.len() - 1].to_vec()).collect();
        [direct, once, twice, cut].concat()
    }

    const FRAME: &[u8] = &[9 << 3, 0x80, 1, 2, 3];

    fn groups() -> [PlainRooms; 4] {
        let lobby = PlainRooms::Only(vec![RoomId::of("lobby").0]);
        [PlainRooms::Never, PlainRooms::Only(vec![]), lobby, PlainRooms::All]
    }

    #[test]
    fn one_that_requires_encryption_sends_nothing_unsealed_whatever_the_group_allows() {
        let holds = |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
        for first in groups() {
            for second in groups() {
                let mut cipher = cipher(1, &first, true);
                for epoch in [1, 2] {
                    for packet in packets() {
                        let passage = cipher.seal_packet(&packet, name_of, |_| None);
                        let sent = passage.packet(&packet).unwrap_or_default();
                        assert!(
                            !holds(sent, FRAME) && !holds(sent, b"content"),
                            "{first:?}, then {second:?}"
                        );
                    }
                    enter(&mut cipher, epoch + 1, &second);
                }
                assert_eq!(cipher.counts().sent_plain, 0);
            }
        }
    }

    #[test]
    fn what_is_withheld_is_counted_and_its_recipient_told() {
        let lobby = RoomId::of("lobby").0;
        let text = |recipient| {
            let text = Some(WireStr::from("content"));
            written(&TextData { session: SESSION, recipient, sender: ClientId(1), text }.into())
        };
        let (to_lobby, to_cave) = (RoomId::of("lobby"), RoomId::of("cave"));
        let mut cipher = cipher(1, &PlainRooms::Only(vec![lobby]), true);
        for (recipient, withheld) in [
            (TextRecipient::Room(to_lobby), Some(Withheld::Room(lobby))),
            (TextRecipient::Room(to_cave), None),
            (TextRecipient::Player(BOB), None),
            (TextRecipient::Player(OLD), Some(Withheld::Player(OLD))),
        ] {
            let packet = text(recipient);
            let is_sent = cipher.seal_packet(&packet, name_of, |_| None) != Passage::Dropped;
            assert_eq!((is_sent, cipher.take_withheld()), (withheld.is_none(), withheld), "{recipient:?}");
            assert_eq!(cipher.take_withheld(), None);
        }
        assert_eq!((cipher.counts().withheld, cipher.counts().sealed), (2, 2));
    }

    #[test]
    fn one_that_requires_encryption_hears_nothing_unsealed() {
        for plain in groups() {
            let mut cipher = cipher(1, &plain, true);
            for packet in packets() {
                let passage = cipher.open_packet(Duration::ZERO, &packet, name_of);
                let is_content =
                    matches!(Packet::parse(&packet), Ok(Packet::VoiceData(_) | Packet::TextData(_)));
                assert_eq!(passage == Passage::Dropped, is_content, "{plain:?}");
            }
        }
    }

    #[test]
    fn another_sends_and_hears_unsealed_what_the_group_allows_until_a_group_allows_nothing() {
        let mut cipher = cipher(1, &PlainRooms::All, false);
        let packet = &packets()[0];
        assert_eq!(cipher.seal_packet(packet, name_of, |_| None), Passage::AsIs);
        assert_eq!(cipher.open_packet(Duration::ZERO, packet, name_of), Passage::AsIs);
        enter(&mut cipher, 2, &PlainRooms::Never);
        enter(&mut cipher, 3, &PlainRooms::All);
        assert_eq!(cipher.seal_packet(packet, name_of, |_| None), Passage::Dropped);
        assert_eq!(cipher.open_packet(Duration::ZERO, packet, name_of), Passage::Dropped);
    }
}
