//! A proxy takes voice out and changes nothing else.

use std::time::Instant;

use consonance_game_networks::fishnet::{FishNetProxiedConnection, FishNetProxy, ProxySettings, split};
use consonance_link::Delivery;
use consonance_link::gateway::{
    Envelope as _, EnvelopeEnd as _, EnvelopeKind as _, MessageChannel, MessagePart,
};

use crate::fishnet::support::{Made, RELIABLE, UNRELIABLE, hex, made, packet, payload, voice};

/// A packet of the game itself, of unknown length.
const RPC: &[u8] = &[8, 0, 1, 0, 12, 0, 0x7a, 0xa3, 9, 9];

fn connection() -> (Instant, FishNetProxiedConnection) {
    let now = Instant::now();
    (now, FishNetProxy::new(ProxySettings::default()).open(now))
}

fn up(proxy: &mut FishNetProxiedConnection, now: Instant, channel: MessageChannel, message: &[u8]) -> Made {
    made(|parts| proxy.handle_from_client(now, channel, message, parts))
}

/// The encoded number of parts.
fn packed(parts: i64) -> Vec<u8> {
    let mut zigzag = parts as u64 * 2;
    let mut bytes = Vec::new();
    while zigzag >= 0x80 {
        bytes.push(zigzag as u8 | 0x80);
        zigzag >>= 7;
    }
    bytes.push(zigzag as u8);
    bytes
}

fn to_game(channel: MessageChannel, message: Vec<u8>) -> (MessagePart, Vec<u8>) {
    (MessagePart::ToGame(channel), message)
}

#[test]
fn voice_is_cut_out_behind_unreadable_packets() {
    let (now, mut proxy) = connection();
    let bundle = payload(0x1234, &[RPC, &voice(b"one"), &[8, 0, 7], &voice(b"two"), &[7, 0]]);
    let rest = payload(0x1234, &[RPC, &[8, 0, 7], &[7, 0]]);
    for (channel, delivery) in [(RELIABLE, Delivery::Reliable), (UNRELIABLE, Delivery::Unreliable)] {
        let made = up(&mut proxy, now, channel, &bundle);
        let voice = MessagePart::Voice(delivery);
        assert_eq!(
            made.parts,
            [(voice, packet(b"one")), (voice, packet(b"two")), to_game(channel, rest.clone())]
        );
    }
}

#[test]
fn of_a_payload_that_held_only_voice_nothing_remains() {
    let (now, mut proxy) = connection();
    let made = up(&mut proxy, now, UNRELIABLE, &payload(7, &[&voice(b"one"), &voice(b"two")]));
    assert_eq!(made.parts.len(), 2);
    assert!(made.parts.iter().all(|(part, _)| *part == MessagePart::Voice(Delivery::Unreliable)));
}

#[test]
fn what_holds_no_voice_goes_on_byte_for_byte() {
    let almost = [voice(b"cut off").split_last().unwrap().1, &[]].concat();
    let no_magic = hex("0c00 7aa3 08 06 010203");
    let other_length = hex("0c00 7aa3 0a 06 8bc703");
    for message in [
        vec![],
        vec![1, 0, 0, 0],
        payload(1, &[RPC]),
        payload(1, &[&almost]),
        payload(1, &[&no_magic]),
        payload(1, &[&other_length]),
        payload(1, &[&hex("1500 0a 342e372e32")]),
    ] {
        for channel in [RELIABLE, UNRELIABLE, MessageChannel(0)] {
            let (now, mut proxy) = connection();
            let made = up(&mut proxy, now, channel, &message);
            assert_eq!(made, Made { parts: vec![to_game(channel, message.clone())], violation: None });
        }
    }
}

#[test]
fn a_split_without_voice_goes_on_in_its_own_parts_once_it_is_whole() {
    let (now, mut proxy) = connection();
    let parts: Vec<Vec<u8>> = split::payloads(9, &[5; 2500]).collect();
    for part in &parts[..2] {
        assert_eq!(up(&mut proxy, now, RELIABLE, part).parts, []);
        let unreliable = payload(9, &[RPC]);
        assert_eq!(up(&mut proxy, now, UNRELIABLE, &unreliable).parts, [to_game(UNRELIABLE, unreliable)]);
    }
    let made = up(&mut proxy, now, RELIABLE, &parts[2]);
    assert_eq!(made.parts, parts.into_iter().map(|part| to_game(RELIABLE, part)).collect::<Vec<_>>());
}

#[test]
fn voice_is_taken_out_of_a_split_and_what_is_left_goes_on() {
    for (rest_bytes, messages) in [(0, 0), (500, 1), (1017, 1), (1018, 2), (5000, 5)] {
        let (now, mut proxy) = connection();
        let rest = vec![5; rest_bytes];
        let together = [&rest[..rest_bytes / 2], &voice(&[1; 1200]), &rest[rest_bytes / 2..]].concat();
        let made: Vec<Made> =
            split::payloads(9, &together).map(|part| up(&mut proxy, now, RELIABLE, &part)).collect();
        let (last, before) = made.split_last().unwrap();
        assert!(before.iter().all(|made| made.parts.is_empty()));
        assert_eq!(last.parts[0], (MessagePart::Voice(Delivery::Reliable), packet(&[1; 1200])));
        assert_eq!(last.parts.len(), 1 + messages, "{rest_bytes} bytes");
        let forwarded: Vec<(MessagePart, Vec<u8>)> = if messages == 1 {
            vec![to_game(RELIABLE, payload(9, &[&rest]))]
        } else {
            split::payloads(9, &rest).map(|part| to_game(RELIABLE, part)).collect()
        };
        assert_eq!(last.parts[1..], forwarded);
    }
}

#[test]
fn parts_that_something_else_comes_between_go_on_in_their_order() {
    let (now, mut proxy) = connection();
    let parts: Vec<Vec<u8>> = split::payloads(9, &[5; 2500]).collect();
    let between = payload(9, &[RPC]);
    let mut made = Vec::new();
    let order = [&parts[0], &between, &parts[1], &parts[2]];
    for message in order {
        made.extend(up(&mut proxy, now, RELIABLE, message).parts);
    }
    assert_eq!(made, order.map(|message| to_game(RELIABLE, message.clone())));
    let next: Vec<Vec<u8>> = split::payloads(9, &voice(&[1; 1200])).collect();
    assert_eq!(up(&mut proxy, now, RELIABLE, &next[0]).parts, []);
    assert_eq!(up(&mut proxy, now, RELIABLE, &next[1]).parts.len(), 1, "the next one is taken again");
}

#[test]
fn a_split_that_no_server_would_take_goes_on_as_it_is() {
    let (now, mut proxy) = connection();
    let parts: Vec<Vec<u8>> = split::payloads(9, &vec![5; split::BYTES_MAX + 2000]).collect();
    let made: Vec<(MessagePart, Vec<u8>)> =
        parts.iter().flat_map(|part| up(&mut proxy, now, RELIABLE, part).parts).collect();
    assert_eq!(made, parts.into_iter().map(|part| to_game(RELIABLE, part)).collect::<Vec<_>>());
}

#[test]
fn parts_without_bytes_or_without_number_are_not_kept() {
    for (total, chunk) in [(20_000_i64, &[][..]), (20_000, &[5]), (65, &[5]), (2, &[])] {
        let (now, mut proxy) = connection();
        let part = payload(9, &[&[2, 0], &packed(total), chunk]);
        for number in 0..total {
            let made = up(&mut proxy, now, RELIABLE, &part);
            assert_eq!(made.parts, [to_game(RELIABLE, part.clone())], "part {number} of {total}: {chunk:?}");
        }
        let next: Vec<Vec<u8>> = split::payloads(9, &voice(&[1; 1200])).collect();
        assert_eq!(up(&mut proxy, now, RELIABLE, &next[0]).parts, []);
        assert_eq!(up(&mut proxy, now, RELIABLE, &next[1]).parts.len(), 1, "the next split is taken again");
    }
}

#[test]
fn what_the_game_says_goes_on_untouched_and_our_payloads_have_its_latest_tick() {
    let (now, mut proxy) = connection();
    let mut message = Vec::new();
    assert_eq!(
        proxy.wrap(now, Delivery::Unreliable, &packet(b""), &mut message),
        None,
        "it was not requested"
    );
    up(&mut proxy, now, RELIABLE, &payload(1, &[&voice(b"handshake")]));
    for (channel, from_game) in [
        (RELIABLE, payload(41, &[&voice(b"of its own voice")])),
        (UNRELIABLE, payload(42, &[RPC])),
        (UNRELIABLE, vec![1, 2]),
    ] {
        let made = made(|parts| proxy.handle_from_game(now, channel, &from_game, parts));
        assert_eq!(made.parts, [(MessagePart::ToClient(channel), from_game)]);
    }
    let channel = proxy.wrap(now, Delivery::Reliable, &packet(b"x"), &mut message);
    assert_eq!((channel, message), (Some(RELIABLE), payload(42, &[&voice(b"x")])));
}

#[test]
fn our_parts_do_not_come_between_those_of_the_game() {
    let (now, mut proxy) = connection();
    up(&mut proxy, now, RELIABLE, &payload(1, &[&voice(b"handshake")]));
    let games: Vec<Vec<u8>> = split::payloads(9, &[5; 2500]).collect();
    let large = packet(&[1; 1500]);
    let down = |proxy: &mut FishNetProxiedConnection, message: &[u8]| {
        made(|parts| proxy.handle_from_game(now, RELIABLE, message, parts)).parts
    };
    assert_eq!(down(&mut proxy, &games[0]).len(), 1);
    let waiting = made(|parts| assert!(proxy.wrap_in_parts(now, Delivery::Reliable, &large, parts)));
    assert_eq!(waiting.parts, []);
    assert_eq!(down(&mut proxy, &games[1]).len(), 1);
    let last = down(&mut proxy, &games[2]);
    assert_eq!(last[0], (MessagePart::ToClient(RELIABLE), games[2].clone()));
    assert_eq!(last.len(), 3, "and ours behind it");
}
