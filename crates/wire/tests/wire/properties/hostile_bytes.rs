//! Random bytes, and every golden packet with every small kind of damage.

use std::path::Path;
use std::{fs, hint};

use consonance_wire::{
    ClientId, ClientState, Extension, HandshakeExtension, List, ListItem, ListenerSummary, LossRun,
    MessageType, Packet, PacketHeader, Reception, ReceptionReport, RedundancySupport, RoomId, RosterEntry,
    SessionId, UplinkReceipt, VoiceReport, WireStr, Writer,
};
use proptest::prelude::*;

/// Random bytes, half of them after a valid header.
pub(crate) fn random() -> impl Strategy<Value = Vec<u8>> {
    let bytes = prop::collection::vec(any::<u8>(), 0..600);
    (prop::option::of(1..=11_u8), bytes).prop_map(|(message, mut bytes)| {
        if let (Some(message), [first, second, third, ..]) = (message, &mut bytes[..]) {
            [*first, *second, *third] = [0x8B, 0xC7, message];
        }
        bytes
    })
}

#[test]
fn no_truncation_of_a_golden_packet_is_the_packet() {
    for packet in golden_packets() {
        for length in 0..packet.len() {
            match Packet::parse(&packet[..length]) {
                Ok(Packet::ClientState(state)) => {
                    assert!(lacks_its_room_count(&state, length), "{length} bytes");
                }
                Ok(_) => panic!("{length} bytes of {packet:02x?} are no packet"),
                Err(_) => {}
            }
            read_everything(&packet[..length]);
        }
    }
}

/// The only part that may be missing: a state that ends before its number of rooms, or within it, has no rooms.
pub(crate) fn lacks_its_room_count(state: &ClientState<'_>, bytes: usize) -> bool {
    let mut buffer = vec![0; 200_000];
    let whole =
        Packet::from(*state).write(&mut buffer).expect("the buffer is larger than any packet made here");
    state.rooms.is_empty() && (whole - 2..whole).contains(&bytes)
}

#[test]
fn a_voice_report_cut_anywhere_keeps_its_whole_items() {
    let bytes = voice_report();
    let (_, block) = Packet::parse_with_trailing(&bytes).expect("a packet");
    for length in 0..block.len() {
        let found = VoiceReport::find(&block[..length]);
        let items = found.map_or(0, |found| {
            usize::from(found.uplink.is_some())
                + usize::from(found.listeners.is_some())
                + usize::from(
                    found.listeners.is_some_and(|summary| summary.lost_in_a_row != LossRun::UNKNOWN),
                )
                + usize::from(found.reception.is_some())
                + usize::from(found.reception.is_some_and(|report| !report.lost_in_a_row.is_empty()))
        });
        let ends = [2 + 13, 2 + 13 + 8, 2 + 13 + 8 + 4, block.len() - 6, block.len()];
        assert_eq!(items, ends.iter().filter(|end| **end <= length).count(), "{length} bytes");
    }
}

#[test]
fn no_flipped_bit_in_a_golden_packet_makes_it_panic() {
    for mut packet in golden_packets().into_iter().chain([voice_report()]) {
        for bit in 0..8 * packet.len() {
            packet[bit / 8] ^= 1 << (bit % 8);
            read_everything(&packet);
            packet[bit / 8] ^= 1 << (bit % 8);
        }
    }
}

/// Parses and reads everything in the bytes, down to every character of every string.
pub(crate) fn read_everything(bytes: &[u8]) {
    let peeked = MessageType::peek(bytes);
    let header = PacketHeader::parse(bytes);
    if let Ok((header, _)) = header {
        assert_eq!(peeked, Ok(header.message));
    }
    let Ok((packet, trailing)) = Packet::parse_with_trailing(bytes) else { return };
    assert_eq!(header.map(|(header, _)| header.message), Ok(packet.message_type()));
    match packet {
        Packet::ClientState(state) => {
            read_client(state.client);
            read_all(state.rooms).for_each(read_text);
        }
        Packet::VoiceData(voice) => read_all(voice.channels).for_each(|channel| {
            let bits = channel.bits;
            assert!((0.0..=2.0).contains(&bits.amplitude()));
            hint::black_box((bits.kind(), bits.priority(), bits.own_session()));
        }),
        Packet::TextData(text) => read_text(text.text),
        Packet::HandshakeRequest(request) => read_text(request.name),
        Packet::HandshakeResponse(response) => {
            read_all(response.clients).for_each(read_client);
            read_all(response.room_names).for_each(read_text);
            read_all(response.room_members).for_each(|members| drop(read_all(members.clients)));
        }
        Packet::DeltaChannelState(delta) => read_text(delta.room),
        Packet::ServerRelayReliable(relay) | Packet::ServerRelayUnreliable(relay) => {
            drop(read_all(relay.destinations));
            read_everything(relay.packet);
        }
        Packet::ErrorWrongSession(_) | Packet::RemoveClient(_) | Packet::HandshakeP2P(_) => {}
    }
    if let Some(extension) = Extension::find(trailing) {
        let item_bytes: usize = extension.items().map(|(_, bytes)| 3 + bytes.len()).sum();
        assert!(item_bytes <= trailing.len());
        hint::black_box(HandshakeExtension::find(trailing));
        if let Some(reception) = VoiceReport::find(trailing).and_then(|report| report.reception) {
            read_all(reception.speakers).for_each(|one| assert!(one.lost_percent() <= 100));
        }
    }
}

/// The items of a list, whose number must match its length.
fn read_all<'a, T: ListItem<'a>>(list: List<'a, T>) -> std::vec::IntoIter<T> {
    let items: Vec<T> = list.iter().collect();
    assert_eq!(items.len(), list.len());
    items.into_iter()
}

fn read_client(client: RosterEntry<'_>) {
    read_text(client.name);
}

fn read_text(text: Option<WireStr<'_>>) {
    if let Some(text) = text {
        assert_eq!(RoomId::of(&text.to_str()), RoomId::of_utf16(text.encode_utf16()));
    }
}

fn golden_packets() -> Vec<Vec<u8>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/packets.json");
    let text = fs::read_to_string(file).expect("the golden packets are part of the repository");
    let entries: Vec<serde_json::Value> = serde_json::from_str(&text).expect("a JSON array");
    let packets = entries.iter().filter(|entry| entry["note"].is_null()).map(|entry| {
        let digits = entry["hex"].as_str().expect("every golden packet has its bytes");
        let bytes = (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16));
        bytes.collect::<Result<_, _>>().expect("hexadecimal digits")
    });
    packets.collect()
}

/// A report with every kind of item, so that each is damaged, too.
fn voice_report() -> Vec<u8> {
    let one = |speaker| Reception { speaker, expected: 50, lost: 5, playout_delay_ms: 60 };
    let speakers = [one(ClientId(1)), one(ClientId(2))];
    let report = VoiceReport {
        uplink: Some(UplinkReceipt { newest_sequence: 1, frames: 2, arrived_ms: 3 }),
        listeners: Some(ListenerSummary {
            listeners: 2,
            lost_percent: 10,
            lost_in_a_row: LossRun(15),
            playout_delay_ms: 60,
            redundancy: RedundancySupport::DRED,
        }),
        reception: Some(ReceptionReport {
            redundancy: RedundancySupport::DRED,
            speakers: List::from(&speakers),
            lost_in_a_row: List::from(&[LossRun(10), LossRun(30)]),
        }),
    };
    let mut buffer = [0; 100];
    let mut writer = Writer::new(&mut buffer);
    report.write(SessionId(1), &mut writer).expect("a report of two speakers is short");
    writer.written().to_vec()
}
