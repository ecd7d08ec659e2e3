//! Properties of every packet and every sequence of bytes.

mod any_packet;
mod hostile_bytes;

use consonance_wire::{
    ClientId, ClientState, ErrorWrongSession, Extension, ExtensionWriter, List, ListenerSummary, LossRun,
    Packet, ParseError, Reception, ReceptionReport, RedundancySupport, RoomMembers, RosterEntry, ServerRelay,
    SessionId, UplinkReceipt, VoiceReport, WireStr, WriteError, Writer, wrapped_delta,
};
use proptest::prelude::*;

proptest! {
    #[test]
    fn what_is_written_is_parsed_again(any in any_packet::any_packet()) {
        let written = any.with_packet(written);
        let (parsed, trailing) = Packet::parse_with_trailing(&written).unwrap();
        any.with_packet(|packet| assert_eq!(*packet, parsed));
        prop_assert!(trailing.is_empty());
        prop_assert_eq!(&self::written(&parsed), &written);
    }

    #[test]
    fn what_follows_the_body_is_left_over(any in any_packet::any_packet(), trailing: Vec<u8>) {
        let bytes = [any.with_packet(written), trailing.clone()].concat();
        let (parsed, rest) = Packet::parse_with_trailing(&bytes).unwrap();
        any.with_packet(|packet| assert_eq!(*packet, parsed));
        prop_assert_eq!(rest, trailing);
    }

    #[test]
    fn a_packet_cut_short_is_truncated(any in any_packet::any_packet(), cut: prop::sample::Index) {
        let bytes = any.with_packet(written);
        let cut = &bytes[..cut.index(bytes.len())];
        if let Ok(Packet::ClientState(state)) = Packet::parse(cut) {
            prop_assert!(hostile_bytes::lacks_its_room_count(&state, cut.len()));
            return Ok(());
        }
        let error = Packet::parse(cut).unwrap_err();
        prop_assert!(matches!(error, ParseError::Truncated { missing: 1.., .. }), "{error:?}");
    }

    #[test]
    fn a_buffer_one_byte_short_is_refused(any in any_packet::any_packet()) {
        let needed = any.with_packet(written).len();
        let error = any.with_packet(|packet| packet.write(&mut vec![0; needed - 1])).unwrap_err();
        prop_assert_eq!(error, WriteError::BufferFull { needed, capacity: needed - 1 });
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in hostile_bytes::random()) {
        hostile_bytes::read_everything(&bytes);
    }

    #[test]
    fn room_names_from_an_iterator_give_the_same_packet(name: String, id: u16, rooms: Vec<String>) {
        let client = RosterEntry { name: Some(WireStr::from(&*name)), id: ClientId(id), codec: any_packet::OPUS };
        let names: Vec<_> = rooms.iter().map(|room| Some(WireStr::from(&**room))).collect();
        let state = ClientState { session: SESSION, client, rooms: List::from(&names[..]) };

        let mut buffer = vec![0; 200_000];
        let mut writer = Writer::new(&mut buffer);
        let rooms = rooms.iter().map(|room| &**room);
        ClientState::write_with_rooms(&mut writer, SESSION, &client, rooms).unwrap();

        prop_assert_eq!(writer.written(), written(&state.into()));
    }

    #[test]
    fn wrapped_deltas_are_antisymmetric(from: u16, to: u16, bits in prop::sample::select(&[2, 7, 16][..])) {
        let (there, back) = (wrapped_delta(from, to, bits), wrapped_delta(to, from, bits));
        let half = 1 << (bits - 1);
        prop_assert!((-half..half).contains(&there));
        prop_assert_eq!((i32::from(from) + there - i32::from(to)).rem_euclid(2 * half), 0);
        // Half the circle away is as far forwards as backwards; it counts as backwards both times.
        prop_assert_eq!(there, if there == -half { back } else { -back });
    }

    #[test]
    fn a_split_relay_reaches_everyone_in_order_within_the_limit(
        ids in prop::collection::vec(any::<u16>(), 0..1000),
        inner in prop::collection::vec(any::<u8>(), 0..300),
        limit in 0..1100_usize,
    ) {
        let destinations: Vec<_> = ids.into_iter().map(ClientId).collect();
        let most = ServerRelay::max_destinations(inner.len(), limit);
        let fits = |count: &usize| 10 + 2 * count + inner.len() <= limit;
        prop_assert_eq!(most, (0..=255).take_while(fits).last().unwrap_or(0));

        let split = ServerRelay::split(SESSION, &destinations, &inner, limit);
        prop_assert_eq!(split.is_err(), most == 0);
        let bytes_to_reach = ServerRelay::bytes_to_reach(destinations.len(), inner.len(), limit);
        let Ok(relays) = split else {
            prop_assert!(destinations.is_empty() || bytes_to_reach == usize::MAX);
            return Ok(());
        };
        prop_assert_eq!(relays.len(), destinations.len().div_ceil(most));
        let (mut reached, mut together) = (Vec::new(), 0);
        for relay in relays {
            let bytes = written(&Packet::ServerRelayUnreliable(relay));
            prop_assert!(bytes.len() <= limit);
            together += bytes.len();
            prop_assert_eq!(relay.packet, &inner[..]);
            reached.extend(relay.destinations);
        }
        prop_assert_eq!(&reached, &destinations);
        prop_assert_eq!(together, bytes_to_reach);
    }

    #[test]
    fn an_extension_is_found_again_behind_any_packet(
        any in any_packet::any_packet(),
        items in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..50)), 0..10),
    ) {
        let mut buffer = vec![0; 200_000];
        let mut writer = Writer::new(&mut buffer);
        any.with_packet(|packet| packet.write_to(&mut writer)).unwrap();
        let mut extension = ExtensionWriter::begin(&mut writer).unwrap();
        for (tag, bytes) in &items {
            extension.item(*tag, bytes).unwrap();
        }

        let (parsed, trailing) = Packet::parse_with_trailing(writer.written()).unwrap();
        any.with_packet(|packet| assert_eq!(*packet, parsed));
        let found = Extension::find(trailing).unwrap().items();
        let found: Vec<_> = found.map(|(tag, bytes)| (tag, bytes.to_vec())).collect();
        prop_assert_eq!(found, items);
    }

    #[test]
    fn an_extension_cut_short_keeps_its_whole_items(
        items in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..20)), 1..10),
        cut: prop::sample::Index,
    ) {
        let mut buffer = [0; 1024];
        let mut writer = Writer::new(&mut buffer);
        let mut extension = ExtensionWriter::begin(&mut writer).unwrap();
        for (tag, bytes) in &items {
            extension.item(*tag, bytes).unwrap();
        }
        let whole = writer.written();
        let Some(extension) = Extension::find(&whole[..cut.index(whole.len())]) else { return Ok(()) };
        let found: Vec<_> = extension.items().map(|(tag, bytes)| (tag, bytes.to_vec())).collect();
        prop_assert!(found.len() < items.len());
        prop_assert_eq!(&found[..], &items[..found.len()]);
    }

    #[test]
    fn a_voice_report_is_found_again_behind_its_packet(
        uplink in prop::option::of(any::<(u16, u32, u32)>()),
        listeners in prop::option::of((any::<u8>(), 0..=100_u8, any::<u16>(), any::<u8>())),
        runs in any::<[u8; 128]>(),
        reception in prop::option::of((any::<u8>(), prop::collection::vec(any::<(u16, u16, u16, u16)>(), 0..127))),
    ) {
        let uplink = uplink.map(|(newest_sequence, frames, arrived_ms)| UplinkReceipt {
            newest_sequence, frames, arrived_ms,
        });
        let listeners = listeners.map(|(listeners, lost_percent, playout_delay_ms, bits)| ListenerSummary {
            listeners, lost_percent, playout_delay_ms, redundancy: RedundancySupport(bits),
            lost_in_a_row: LossRun(runs[127]),
        });
        let speakers: Vec<_> = reception.iter().flat_map(|(_, speakers)| speakers).map(
            |&(speaker, expected, lost, playout_delay_ms)| Reception {
                speaker: ClientId(speaker), expected, lost, playout_delay_ms,
            }
        ).collect();
        // If the runs of all speakers are unknown, they are omitted.
        let mut said: Vec<_> = speakers.iter().zip(runs).map(|(_, run)| LossRun(run)).collect();
        if said.iter().all(|run| *run == LossRun::UNKNOWN) {
            said.clear();
        }
        let reception = reception.map(|(bits, _)| ReceptionReport {
            redundancy: RedundancySupport(bits), speakers: List::from(&*speakers),
            lost_in_a_row: if said.is_empty() { List::default() } else { List::from(&*said) },
        });
        let report = VoiceReport { uplink, listeners, reception };
        let mut buffer = [0; 2048];
        let mut writer = Writer::new(&mut buffer);
        report.write(SESSION, &mut writer).unwrap();

        let (packet, trailing) = Packet::parse_with_trailing(writer.written()).unwrap();
        prop_assert_eq!(packet, ErrorWrongSession { session: SESSION }.into());
        let expected = (report != VoiceReport::default()).then_some(report);
        prop_assert_eq!(VoiceReport::find(trailing), expected);
    }

    #[test]
    fn valid_text_stays_as_it_is(text: String) {
        let string = WireStr::from_bytes(text.as_bytes());
        prop_assert_eq!(string.as_valid(), Some(&*text));
        prop_assert_eq!(string.chars().collect::<String>(), text);
    }

    #[test]
    fn invalid_text_is_replaced_only_where_it_is_invalid(bytes: Vec<u8>) {
        let text = WireStr::from_bytes(&bytes).to_str().into_owned();
        let usual = String::from_utf8_lossy(&bytes);
        let kept = |text: &str| text.replace(char::REPLACEMENT_CHARACTER, "");
        prop_assert_eq!(kept(&text), kept(&usual));
    }
}

#[test]
fn a_list_parsed_equals_the_list_written() {
    let ids = [ClientId(1), ClientId(2)];
    let relay = ServerRelay { session: SESSION, destinations: List::from(&ids), packet: &[] };
    let bytes = written(&Packet::ServerRelayReliable(relay));
    let Ok(Packet::ServerRelayReliable(parsed)) = Packet::parse(&bytes) else {
        panic!("a relay was written")
    };
    assert_eq!(parsed.destinations.len(), 2);
    let mut items = parsed.destinations.iter();
    for left in [1, 0] {
        assert!(items.next().is_some());
        assert_eq!(items.len(), left);
    }
    assert!(items.next().is_none() && items.len() == 0);
    assert_eq!(parsed.destinations, List::from(&ids));
    assert_ne!(parsed.destinations, List::from(&ids[..1]));
    assert_ne!(parsed.destinations, List::from(&[ClientId(1), ClientId(3)]));
    assert_eq!(List::<RoomMembers<'_>>::default().iter().count(), 0);
}

fn written(packet: &Packet<'_>) -> Vec<u8> {
    let mut buffer = vec![0; 200_000];
    let length = packet.write(&mut buffer).expect("the buffer is larger than any packet made here");
    buffer.truncate(length);
    buffer
}

const SESSION: SessionId = SessionId(0x1234_5678);
