//! Bytes as stock ends write them. T is the token of the running example.

use std::time::{Duration, Instant};

use consonance_game_networks::utp::{
    ClientSettings, Datagram, DatagramKind, RELIABLE, ServerSettings, UNRELIABLE, UtpClient,
};
use consonance_link::gateway::udp::ClientEndpoint as _;
use consonance_link::{
    ClientLinkEvent, ClientNetwork as _, DisconnectReason, ServerLinkEvent, ServerNetwork as _,
};

use crate::utp::support::{ByHand, HERE, T, hex};

const TOKEN: &str = "a0a1a2a3a4a5a6a7";
/// A Netcode batch with a voice packet, preceded by its length.
const ENTRY: &str = "30000000 6011 0100 30000000 ccb0636301c602bd 59 e9 cb13cdc500000000 11000000 \
                     8bc7 04 01 00000780 0000bb80 0004 426f62 00";
const NOTHING_RECEIVED: &str = "0000 ffff ffffffffffffffff";

/// Parses hexadecimal digits, with the token of the running example for `T`.
fn bytes(text: &str) -> Vec<u8> {
    hex(&text.replace('T', TOKEN))
}

#[test]
fn datagrams_of_the_connection_are_those_of_stock_ends() {
    for (text, kind) in [
        ("55545001 01 T", DatagramKind::Request { greeting: b"" }),
        ("55545001 02 T", DatagramKind::Accept { greeting: b"" }),
        ("55545001 01 T 0300 616263", DatagramKind::Request { greeting: b"abc" }),
        ("02 T", DatagramKind::Disconnect),
        ("03 T", DatagramKind::Heartbeat),
        ("04 T 0400 00000000", DatagramKind::MtuCheck { datagram_bytes: 15 }),
        ("05 T 0200 0f00", DatagramKind::MtuAck { datagram_bytes: 15 }),
        ("01 T 03 abcd", DatagramKind::Data { pipeline: 3, body: &[0xab, 0xcd] }),
    ] {
        let datagram = Datagram { token: T, kind };
        let mut written = Vec::new();
        datagram.write(&mut written);
        assert_eq!(written, bytes(text), "{kind:?}");
        assert_eq!(Datagram::parse(&written), Ok(datagram));
    }
}

#[test]
fn a_request_is_accepted_with_its_token_again_for_each_repeat() {
    let mut hand = ByHand::new(ServerSettings::default());
    for repeat in 0..3 {
        let events = hand.give_bytes(HERE, &bytes("55545001 01 T"));
        assert_eq!(events.len(), usize::from(repeat == 0), "one newcomer: {events:?}");
        assert_eq!(hand.take(), [(HERE, bytes("55545001 02 T"))]);
    }
}

#[test]
fn first_reliable_none_received() {
    let (mut hand, peer) = ByHand::with_client(ServerSettings::default());
    hand.server.send(hand.now, &[peer], RELIABLE, b"payload");
    let after_opening = "1800 ffff ffffffffffffffff";
    let expected = format!("01 T 03 00 00 0000 {after_opening} 07000000 7061796c6f6164");
    assert_eq!(hand.take(), [(HERE, bytes(&expected))]);

    let mut client = UtpClient::new(ClientSettings::default(), 1);
    client.connect(hand.now);
    let token = client.token().unwrap();
    let with_token = |text: &str| {
        let mut own = bytes(text);
        let at = own.windows(8).position(|eight| eight == T.0).expect("there is a token");
        own[at..at + 8].copy_from_slice(&token.0);
        own
    };
    client.poll_transmit(hand.now, &mut Vec::new());
    client.handle_datagram(hand.now, &with_token("55545001 02 T"));
    client.send(hand.now, RELIABLE, b"payload");
    let mut sent = Vec::new();
    client.poll_transmit(hand.now, &mut sent);
    let expected = format!("01 T 03 00 00 0000 {NOTHING_RECEIVED} 07000000 7061796c6f6164");
    assert_eq!(sent, with_token(&expected));
}

#[test]
fn ack_only_for_sequence_0_after_3_ms() {
    let (mut hand, peer) = ByHand::with_client(ServerSettings::default());
    let reliable = bytes(&format!("01 T 03 00 00 0000 {NOTHING_RECEIVED} {ENTRY}"));
    let message = ServerLinkEvent::Packet { peer, channel: RELIABLE };
    assert_eq!(hand.give_bytes(HERE, &reliable), [(message, hex(ENTRY)[4..].to_vec())]);
    hand.now += Duration::from_millis(3);
    let ack = bytes("01 T 03 01 00 0300 0000 0000 ffffffffffffffff 00");
    assert_eq!(hand.take(), [(HERE, ack.clone())]);
    assert_eq!(hand.take(), [], "once is enough");
    assert_eq!(hand.give_bytes(HERE, &reliable), [], "and so is one delivery");
    assert_eq!(hand.take(), [(HERE, ack)], "a peer that repeats is told again");
}

#[test]
fn unreliable_64_bytes() {
    let (mut hand, peer) = ByHand::with_client(ServerSettings::default());
    let unreliable = bytes(&format!("01 T 01 00c0 {ENTRY}"));
    assert_eq!(unreliable.len(), 64);
    let batch = &hex(ENTRY)[4..];
    let message = ServerLinkEvent::Packet { peer, channel: UNRELIABLE };
    assert_eq!(hand.give_bytes(HERE, &unreliable), [(message, batch.to_vec())]);
    hand.server.send(hand.now, &[peer], UNRELIABLE, batch);
    assert_eq!(hand.take(), [(HERE, unreliable)]);
}

#[test]
fn reliable_78_bytes_sequence_1_acked_0() {
    let (mut hand, peer) = ByHand::with_client(ServerSettings::default());
    hand.server.send(hand.now, &[peer], RELIABLE, b"first");
    hand.take();
    hand.give_bytes(HERE, &bytes(&format!("01 T 03 00 00 0000 {NOTHING_RECEIVED} {ENTRY}")));
    let batch = &hex(ENTRY)[4..];
    hand.server.send(hand.now, &[peer], RELIABLE, batch);
    let expected = bytes(&format!("01 T 03 00 00 0000 1900 0000 ffffffffffffffff {ENTRY}"));
    assert_eq!(expected.len(), 78);
    assert_eq!(hand.take(), [(HERE, expected)], "the acknowledgement travels with it");
}

#[test]
fn a_client_asks_says_that_it_is_there_and_leaves() {
    let now = Instant::now();
    let mut client = UtpClient::new(ClientSettings::default(), 1);
    client.connect(now);
    let token = client.token().unwrap();
    let take = |client: &mut UtpClient, now| {
        let mut datagrams = Vec::new();
        let mut datagram = Vec::new();
        while client.poll_transmit(now, &mut datagram) {
            let Ok(read) = Datagram::parse(&datagram) else { panic!("{datagram:02x?}") };
            assert_eq!(read.token, token);
            let mut with_t = Vec::new();
            Datagram { token: T, ..read }.write(&mut with_t);
            datagrams.push(with_t);
            datagram.clear();
        }
        datagrams
    };
    assert_eq!(take(&mut client, now), [bytes("55545001 01 T")]);
    let mut accept = bytes("55545001 02 T");
    accept[5..13].copy_from_slice(&token.0);
    client.handle_datagram(now, &accept);
    assert_eq!(client.poll_event(now, &mut Vec::new()), Some(ClientLinkEvent::Connected));
    assert_eq!(take(&mut client, now + Duration::from_millis(499)), Vec::<Vec<u8>>::new());
    assert_eq!(take(&mut client, now + Duration::from_millis(500)), [bytes("03 T")]);
    client.disconnect(now);
    assert_eq!(take(&mut client, now), [bytes("02 T")]);
    let reason = DisconnectReason::ClosedByUs;
    assert_eq!(client.poll_event(now, &mut Vec::new()), Some(ClientLinkEvent::Disconnected { reason }));
}
