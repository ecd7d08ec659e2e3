//! The messages of an encrypted session's group, and the parts that they are sent in.

use consonance_wire::{
    DeliveryMessage, GroupPart, MemberMessage, Named, Packet, PlainRooms, SessionId, WireStr, Writer,
};
use proptest::collection::vec;
use proptest::prelude::*;

const SESSION: SessionId = SessionId(7);

type NamedParts = Vec<(String, Vec<u8>)>;

fn named_parts() -> impl Strategy<Value = NamedParts> {
    vec((any::<String>(), vec(any::<u8>(), 0..40)), 0..5)
}

fn named(parts: &NamedParts) -> Vec<Named<'_>> {
    parts.iter().map(|(name, message)| Named { name: WireStr::from(&**name), message }).collect()
}

fn names(parts: &NamedParts) -> Vec<WireStr<'_>> {
    parts.iter().map(|(name, _)| WireStr::from(&**name)).collect()
}

fn plain_rooms() -> impl Strategy<Value = PlainRooms> {
    prop_oneof![
        Just(PlainRooms::Never),
        Just(PlainRooms::All),
        prop::collection::btree_set(any::<u16>(), 0..=PlainRooms::MAX)
            .prop_map(|rooms| PlainRooms::Only(rooms.into_iter().collect())),
    ]
}

proptest! {
    #[test]
    fn what_the_server_writes_is_parsed_again(
        (number, group, epoch) in any::<(u32, u32, Option<u32>)>(),
        (adds, removes) in (named_parts(), vec(any::<String>(), 0..5)),
        plain in plain_rooms(),
        (a, b) in any::<(Vec<u8>, Vec<u8>)>(),
    ) {
        let removes = removes.iter().map(|name| WireStr::from(&**name)).collect();
        let at = epoch.unwrap_or(3);
        for message in [
            DeliveryMessage::State { group, must_rejoin: epoch.is_some() },
            DeliveryMessage::Changes { group, epoch: at, adds: names(&adds), removes: names(&adds) },
            DeliveryMessage::Request { number, group, epoch, adds: named(&adds), removes, plain },
            DeliveryMessage::Commit { group, epoch: at, commit: &a },
            DeliveryMessage::Accepted { number },
            DeliveryMessage::Welcome { group, epoch: at, welcome: &a, tree: &b },
            DeliveryMessage::Statement { name: WireStr::from("Ann"), statement: &b },
        ] {
            let bytes = message.to_bytes();
            prop_assert_eq!(DeliveryMessage::parse(&bytes), Ok(Some(message)));
            for cut in 0..bytes.len() {
                prop_assert!(DeliveryMessage::parse(&bytes[..cut]).is_err());
            }
        }
    }

    #[test]
    fn what_a_member_writes_is_parsed_again(
        (number, group, epoch) in any::<(u32, u32, u32)>(),
        welcomes in named_parts(),
        (a, b) in any::<(Vec<u8>, Vec<u8>)>(),
    ) {
        for message in [
            MemberMessage::KeyPackage { key_package: &a, shows_group: false },
            MemberMessage::Commit { number, commit: &a, tree: &b, welcomes: named(&welcomes), info: &[] },
            MemberMessage::Declined { number },
            MemberMessage::Position { group, epoch },
            MemberMessage::Statement { statement: &a },
            MemberMessage::Complaint { group, epoch, signature: &a },
        ] {
            let bytes = message.to_bytes();
            prop_assert_eq!(MemberMessage::parse(&bytes), Ok(Some(message)));
            for cut in 0..bytes.len() {
                prop_assert!(MemberMessage::parse(&bytes[..cut]).is_err());
            }
        }
    }

    #[test]
    fn what_servers_before_this_ignore_is_behind_what_they_read(
        number: u32,
        welcomes in named_parts(),
        a: Vec<u8>,
        more in vec(any::<u8>(), 1..40),
    ) {
        let commit = |info| {
            MemberMessage::Commit { number, commit: &a, tree: &a, welcomes: named(&welcomes), info }
        };
        let package = |shows_group| MemberMessage::KeyPackage { key_package: &a, shows_group };
        for (with, without) in [(commit(&more[..]), commit(&[])), (package(true), package(false))] {
            let (bytes, shorter) = (with.to_bytes(), without.to_bytes());
            prop_assert!(bytes.len() > shorter.len() && bytes.starts_with(&shorter));
            prop_assert_eq!(MemberMessage::parse(&bytes), Ok(Some(with)));
        }
    }

    #[test]
    fn no_bytes_make_the_parsers_panic(bytes: Vec<u8>, kind in 0u8..10) {
        let bytes = [&[kind][..], &bytes].concat();
        let _ = DeliveryMessage::parse(&bytes);
        let _ = MemberMessage::parse(&bytes);
    }

    #[test]
    fn the_parts_of_a_message_fit_and_give_it_again(message: Vec<u8>, most in 1usize..300) {
        let mut received: Vec<u8> = Vec::new();
        let count = GroupPart::of(&message, most).count();
        for (index, part) in GroupPart::of(&message, most).enumerate() {
            let mut buffer = vec![0; most + GroupPart::OVERHEAD_BYTES];
            let mut writer = Writer::new(&mut buffer);
            part.write(SESSION, &mut writer).unwrap();
            let (_, trailing) = Packet::parse_with_trailing(writer.written()).unwrap();
            let part = GroupPart::find(trailing).unwrap();
            prop_assert_eq!((part.is_first, part.is_last), (index == 0, index + 1 == count));
            received.extend(part.bytes);
        }
        prop_assert_eq!(received, message);
    }
}

#[test]
fn rooms_out_of_order_or_twice_are_not_read() {
    for ids in [&[2u8, 2, 0, 9, 0, 3][..], &[2, 2, 0, 9, 0, 9]] {
        assert_eq!(PlainRooms::read(&mut consonance_wire::Reader::new(ids)), Ok(None));
    }
}

#[test]
fn a_room_is_plain_only_where_it_is_listed() {
    assert!(PlainRooms::All.contains(5));
    assert!(!PlainRooms::Never.contains(5));
    assert!(PlainRooms::Only(vec![3, 5]).contains(5) && !PlainRooms::Only(vec![3, 5]).contains(4));
}
