//! A server without a game, with honest and hostile clients.

use std::time::{Duration, Instant};

use consonance_game_networks::fishnet::{
    ClientSettings, FishNetClient, FishNetVoiceOnly, FishNetVoiceOnlyConnection, PAYLOAD_BYTES_MAX, Version,
    VoiceOnlySettings, split,
};
use consonance_link::Delivery;
use consonance_link::gateway::{
    ClientEnvelope as _, Envelope as _, EnvelopeEnd as _, EnvelopeKind as _, MessageChannel, MessagePart,
};

use crate::fishnet::support::{Made, RELIABLE, UNRELIABLE, hex, made, packet, payload, voice};

const VERSION: &str = "1500 0a 342e372e32";

fn connection() -> (Instant, FishNetVoiceOnlyConnection) {
    let now = Instant::now();
    (now, FishNetVoiceOnly::new(VoiceOnlySettings::default()).open(now))
}

fn give(
    connection: &mut FishNetVoiceOnlyConnection,
    now: Instant,
    channel: MessageChannel,
    message: &[u8],
) -> Made {
    made(|parts| connection.handle_from_client(now, channel, message, parts))
}

fn voices(made: &Made) -> Vec<(Delivery, Vec<u8>)> {
    let of_voice = |(part, bytes): &(MessagePart, Vec<u8>)| match part {
        MessagePart::Voice(delivery) => Some((*delivery, bytes.clone())),
        _ => None,
    };
    made.parts.iter().filter_map(of_voice).collect()
}

#[test]
fn voice_is_heard_before_in_and_after_the_greeting_on_either_channel() {
    let (now, mut connection) = connection();
    let early = give(&mut connection, now, UNRELIABLE, &payload(1, &[&voice(b"before")]));
    assert_eq!(voices(&early), [(Delivery::Unreliable, packet(b"before"))]);
    let with_version = give(&mut connection, now, RELIABLE, &payload(1, &[&hex(VERSION), &voice(b"in")]));
    assert_eq!(voices(&with_version), [(Delivery::Reliable, packet(b"in"))]);
    assert_eq!(with_version.parts.len(), 2, "and a greeting");
    let after = give(&mut connection, now, RELIABLE, &payload(1, &[&voice(b"after")]));
    assert_eq!(after.parts, [(MessagePart::Voice(Delivery::Reliable), packet(b"after"))]);
    assert_eq!(connection.greeted(), Some(Version::V4));
}

#[test]
fn a_client_is_greeted_once() {
    let (now, mut connection) = connection();
    assert_eq!(give(&mut connection, now, RELIABLE, &payload(1, &[&hex(VERSION)])).parts.len(), 1);
    assert_eq!(give(&mut connection, now, RELIABLE, &payload(1, &[&hex(VERSION)])).parts, []);
}

#[test]
fn a_client_that_does_not_begin_with_its_version_is_of_version_3() {
    let (now, mut connection) = connection();
    give(&mut connection, now, UNRELIABLE, &payload(1, &[&voice(b"unreliable may overtake")]));
    assert_eq!(connection.greeted(), None);
    let handshake = give(&mut connection, now, RELIABLE, &payload(1, &[&voice(b"handshake")]));
    assert_eq!(connection.greeted(), Some(Version::V3));
    assert_eq!(voices(&handshake).len(), 1);
    let (part, greeting) = &handshake.parts[0];
    assert_eq!(*part, MessagePart::ToClient(RELIABLE));
    assert_eq!(greeting[4..], hex("0c00dfc5040100 0c0085c3040200 0100 0000"));
}

#[test]
fn other_broadcasts_are_passed_over_and_an_unknown_packet_drops_the_rest_of_its_payload_only() {
    let (now, mut connection) = connection();
    let other = hex("0c00 3412 06 010203");
    let made = give(
        &mut connection,
        now,
        UNRELIABLE,
        &payload(1, &[&other, &voice(b"one"), &[8, 0], &voice(b"two")]),
    );
    assert_eq!(voices(&made), [(Delivery::Unreliable, packet(b"one"))]);
    assert_eq!(made.violation, None);
    let made = give(&mut connection, now, UNRELIABLE, &payload(1, &[&voice(b"three")]));
    assert_eq!(voices(&made), [(Delivery::Unreliable, packet(b"three"))]);
}

#[test]
fn splits_are_put_together_with_all_packets_in_them() {
    for bytes in [10, 1500, 9000] {
        let (now, mut connection) = connection();
        let together = [voice(&vec![1; bytes]), voice(&vec![2; bytes])].concat();
        let mut heard = Vec::new();
        for part in split::payloads(5, &together) {
            heard.extend(voices(&give(&mut connection, now, RELIABLE, &part)));
        }
        let expected = [1, 2].map(|byte| (Delivery::Reliable, packet(&vec![byte; bytes])));
        assert_eq!(heard, expected, "{bytes} bytes");
    }
}

#[test]
fn a_split_that_is_too_long_ends_the_connection() {
    let (now, mut connection) = connection();
    let too_long = vec![7; split::BYTES_MAX + 1];
    let violations: Vec<&str> = split::payloads(1, &too_long)
        .filter_map(|part| give(&mut connection, now, RELIABLE, &part).violation)
        .collect();
    assert_eq!(violations, ["a split is longer than a client may send"]);
}

#[test]
fn payloads_that_hold_nothing_are_ignored() {
    let (now, mut connection) = connection();
    for message in [&[][..], &[1], &[1, 0, 0, 0]] {
        assert_eq!(give(&mut connection, now, RELIABLE, message), Made { parts: vec![], violation: None });
    }
    assert_eq!(connection.greeted(), None);
}

#[test]
fn clients_are_told_about_their_ticks_once_a_second() {
    let (now, mut connection) = connection();
    assert_eq!(connection.poll_timeout(), None);
    give(&mut connection, now, RELIABLE, &payload(1, &[&hex(VERSION)]));
    give(&mut connection, now, UNRELIABLE, &payload(77, &[&voice(b"")]));
    for second in 1..4_u32 {
        let due = now + Duration::from_secs(1) * second;
        assert_eq!(connection.poll_timeout(), Some(due));
        let told = made(|parts| connection.handle_timeout(due, parts));
        let expected = payload(30 * second + 1, &[&hex("1200 4d000000")]);
        assert_eq!(told.parts, [(MessagePart::ToClient(UNRELIABLE), expected)]);
    }
}

#[test]
fn any_number_of_pings_in_one_message_gets_one_answer_to_the_newest() {
    let (now, mut connection) = connection();
    give(&mut connection, now, RELIABLE, &payload(1, &[&hex(VERSION)]));
    let pings: Vec<u8> =
        (1..=3000_u32).flat_map(|tick| [&[14, 0][..], &tick.to_le_bytes()].concat()).collect();
    let in_one = give(&mut connection, now, UNRELIABLE, &payload(9, &[&pings[..960], &voice(b"and voice")]));
    let answer =
        |tick: u32| (MessagePart::ToClient(UNRELIABLE), payload(1, &[&[14, 0], &tick.to_le_bytes()]));
    assert_eq!(in_one.parts, [(MessagePart::Voice(Delivery::Unreliable), packet(b"and voice")), answer(160)]);
    let in_a_split: Vec<_> = split::payloads(9, &pings)
        .flat_map(|part| give(&mut connection, now, RELIABLE, &part).parts)
        .collect();
    assert_eq!(in_a_split, [answer(3000)]);
    let by_itself = give(&mut connection, now, UNRELIABLE, &payload(9, &[&pings[..6]]));
    assert_eq!(by_itself.parts, [answer(1)]);
}

#[test]
fn what_does_not_fit_a_payload_goes_in_parts_either_way() {
    let (now, mut server) = connection();
    let mut client = FishNetClient::new(ClientSettings::default());
    made(|parts| client.handle_connected(now, parts));
    for bytes in [1000, 1007, 1008, 1024, 9000] {
        let packet = packet(&vec![3; bytes - 2]);
        let mut message = Vec::new();
        let down = match server.wrap(now, Delivery::Unreliable, &packet, &mut message) {
            Some(channel) => vec![(MessagePart::ToClient(channel), message.clone())],
            None => {
                made(|parts| assert!(server.wrap_in_parts(now, Delivery::Unreliable, &packet, parts))).parts
            }
        };
        assert_eq!(down.len(), if bytes > 1009 { (bytes + 10).div_ceil(1000) } else { 1 }, "{bytes} bytes");
        let mut heard = Vec::new();
        for (part, message) in down {
            let MessagePart::ToClient(channel) = part else { panic!("{part:?}") };
            assert!(message.len() <= PAYLOAD_BYTES_MAX);
            heard.extend(voices(&made(|parts| client.handle_message(now, channel, &message, parts))));
        }
        assert_eq!(
            heard.into_iter().map(|(_, packet)| packet).collect::<Vec<_>>(),
            std::slice::from_ref(&packet)
        );

        message.clear();
        let up = match client.wrap(now, Delivery::Reliable, &packet, &mut message) {
            Some(channel) => vec![(MessagePart::ToGame(channel), message.clone())],
            None => {
                made(|parts| assert!(client.wrap_in_parts(now, Delivery::Reliable, &packet, parts))).parts
            }
        };
        let mut heard = Vec::new();
        for (part, message) in up {
            let MessagePart::ToGame(channel) = part else { panic!("{part:?}") };
            heard.extend(voices(&give(&mut server, now, channel, &message)));
        }
        assert_eq!(heard, [(Delivery::Reliable, packet)]);
    }
}

#[test]
fn any_bytes_are_only_bytes() {
    use consonance_link::random::Random;
    let mut random = Random::new(3, "payloads");
    for length in 0..300_usize {
        let bytes: Vec<u8> = (0..length * 8).map(|_| random.next_u64() as u8).collect();
        consonance_game_networks::fishnet::fuzz::fishnet_payloads(&bytes);
    }
}
