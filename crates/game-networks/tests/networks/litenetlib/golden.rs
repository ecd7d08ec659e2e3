//! The golden bytes of the specification, read and written by both ends.

use std::time::{Duration, Instant};

use consonance_game_networks::litenetlib::handshake::{ConnectAccept, ConnectRequest, Disconnect};
use consonance_game_networks::litenetlib::{
    ClientSettings, ConnectionKey, Dialect, LiteNetLibClient, LiteNetLibServer, RELIABLE_ORDERED,
    ServerSettings, UNRELIABLE,
};
use consonance_link::gateway::udp::ClientEndpoint as _;
use consonance_link::{
    ClientLinkEvent, ClientNetwork as _, DisconnectReason, MessageChannel, Peer, ServerLinkEvent,
    ServerNetwork as _,
};

use crate::litenetlib::support::{ByHand, address, clock_at, hex};

const REQUEST: &str = "05 0d000000 903cc3ddcc46df08 00000000 10 0200b7997f0000010000000000000000 0000";
const REQUEST_OF_PURRNET: &str = "05 0d000000 667a69e2cc46df08 00000000 10 0200b79a7f0000010000000000000000 \
                                  0800507572724e6574";
const ACCEPT: &str = "06 903cc3ddcc46df08 00 00 00000000";
const REFUSAL: &str = "07 b85d35e6cc46df08 0766756c6c";

/// A server with one client, which has sent the golden request and has proved its address.
fn connected() -> (ByHand, Peer) {
    let mut by_hand = ByHand::new(ServerSettings::default());
    let events = by_hand.give(address(1), &hex(REQUEST));
    let [(ServerLinkEvent::Connected { peer, .. }, greeting)] = events.as_slice() else {
        panic!("a request led to {events:?}");
    };
    assert_eq!(*greeting, hex("0000"));
    assert_eq!(by_hand.answer_pings(address(1)), [hex(ACCEPT)]);
    (by_hand, *peer)
}

fn messages(events: Vec<(ServerLinkEvent<MessageChannel>, Vec<u8>)>) -> Vec<(MessageChannel, Vec<u8>)> {
    let of_message = |(event, bytes)| match event {
        ServerLinkEvent::Packet { channel, .. } => Some((channel, bytes)),
        _ => None,
    };
    events.into_iter().filter_map(of_message).collect()
}

#[test]
fn requests_are_read_and_written() {
    for (packet, key) in [(REQUEST, ""), (REQUEST_OF_PURRNET, "PurrNet")] {
        let packet = hex(packet);
        let request = ConnectRequest::parse(&packet, Dialect::V1).unwrap();
        assert!(ConnectionKey::Exactly(key.to_owned()).fits(request.user_data));
        let port = u16::from_be_bytes([packet[20], packet[21]]);
        let mut written = Vec::new();
        request.write(Some(([127, 0, 0, 1], port).into()), Dialect::V1, &mut written);
        assert_eq!(written, packet);
    }
}

#[test]
fn a_client_says_its_key_as_stock_clients_do() {
    for (packet, key) in [(REQUEST, ""), (REQUEST_OF_PURRNET, "PurrNet")] {
        let packet = hex(packet);
        let now = Instant::now();
        let port = u16::from_be_bytes([packet[20], packet[21]]);
        let settings = ClientSettings {
            key: key.to_owned(),
            server: Some(([127, 0, 0, 1], port).into()),
            ..ClientSettings::default()
        };
        let ticks = packet[5..13].try_into().unwrap();
        let mut client = LiteNetLibClient::new(settings, clock_at(now, ticks));
        client.connect(now);
        let mut said = Vec::new();
        assert!(client.poll_transmit(now, &mut said));
        assert_eq!(said, packet);
    }
}

#[test]
fn an_accept_is_read_and_written() {
    connected();
    let accept = ConnectAccept::parse(&hex(ACCEPT)).unwrap();
    assert_eq!(accept.to_bytes(Dialect::V1).as_slice(), hex(ACCEPT));
}

#[test]
fn a_refusal_is_told_and_answered() {
    let now = Instant::now();
    let ticks = hex(REFUSAL)[1..9].try_into().unwrap();
    let mut client = LiteNetLibClient::new(ClientSettings::default(), clock_at(now, ticks));
    client.connect(now);
    client.poll_transmit(now, &mut Vec::new());
    client.handle_datagram(now, &hex(REFUSAL));
    let reason = DisconnectReason::refused(b"\x07full");
    assert_eq!(client.poll_event(now, &mut Vec::new()), Some(ClientLinkEvent::Disconnected { reason }));
    let mut answer = Vec::new();
    assert!(client.poll_transmit(now, &mut answer));
    assert_eq!(answer, hex("0d"));

    let refusal =
        Disconnect { connection_number: 0, connect_time: i64::from_le_bytes(ticks), extra: b"\x07full" };
    assert_eq!(refusal.to_bytes(Dialect::V1), hex(REFUSAL));
}

#[test]
fn another_protocol_is_answered_with_one_byte_and_so_is_data_without_a_connection() {
    let mut by_hand = ByHand::new(ServerSettings::default());
    let mut old = hex(REQUEST);
    old[1] = 11;
    assert_eq!(by_hand.answers(address(1), &old), [hex("0f")]);
    assert_eq!(by_hand.answers(address(1), &hex("00 5566")), [hex("0e")]);
    let announcement = ConnectAccept { network_changed: true, ..ConnectAccept::parse(&hex(ACCEPT)).unwrap() };
    assert_eq!(by_hand.answers(address(1), &announcement.to_bytes(Dialect::V1)), [hex("0e 01")]);
}

#[test]
fn packets_bare_and_merged_are_read() {
    let (mut by_hand, _) = connected();
    for (datagram, expected) in [
        ("00 5566", vec![(UNRELIABLE, hex("5566"))]),
        ("01 0000 02 10", vec![(RELIABLE_ORDERED, hex("10"))]),
        ("0c 0300 006d31 0300 006d32", vec![(UNRELIABLE, hex("6d31")), (UNRELIABLE, hex("6d32"))]),
    ] {
        assert_eq!(messages(by_hand.give(address(1), &hex(datagram))), expected, "{datagram}");
    }
    for number in 1..6 {
        by_hand.give(address(1), &[1, number, 0, 2]);
    }
    let merged =
        "0c 0600 010600 02 02aa 0600 010700 02 03aa 0600 010800 02 04aa 0b00 00 020000000e0002000000";
    let expected = [
        (RELIABLE_ORDERED, hex("02aa")),
        (RELIABLE_ORDERED, hex("03aa")),
        (RELIABLE_ORDERED, hex("04aa")),
        (UNRELIABLE, hex("020000000e0002000000")),
    ];
    assert_eq!(messages(by_hand.give(address(1), &hex(merged))), expected);
}

#[test]
fn packets_bare_and_merged_are_written() {
    let (mut by_hand, peer) = connected();
    let now = by_hand.now;
    by_hand.server.send(now, &[peer], UNRELIABLE, &hex("5566"));
    assert_eq!(by_hand.take(), [hex("00 5566")]);
    by_hand.server.send(now, &[peer], RELIABLE_ORDERED, &hex("10"));
    assert_eq!(by_hand.take(), [hex("01 0000 02 10")]);
    by_hand.server.send(now, &[peer], UNRELIABLE, b"m1");
    by_hand.server.send(now, &[peer], UNRELIABLE, b"m2");
    assert_eq!(by_hand.take(), [hex("0c 0300 006d31 0300 006d32")]);
}

#[test]
fn a_large_message_goes_in_fragments_and_comes_back_out_of_them() {
    let (mut sending, peer) = connected();
    let message: Vec<u8> = (0..3000).map(|index: usize| (index * 7) as u8).collect();
    let now = sending.now;
    sending.server.send(now, &[peer], RELIABLE_ORDERED, b"first");
    sending.server.send(now, &[peer], RELIABLE_ORDERED, &message);
    let datagrams = sending.take();
    assert_eq!(datagrams[1][..14], hex("81 0100 02 0100 0000 0300 00070e15"));
    assert_eq!(datagrams[2][..14], hex("81 0200 02 0100 0100 0300 bac1c8cf"));
    assert_eq!((datagrams[1].len(), datagrams[2].len()), (1024, 1024));

    let (mut receiving, _) = connected();
    let events = datagrams.iter().flat_map(|datagram| receiving.give(address(1), datagram)).collect();
    assert_eq!(messages(events), [(RELIABLE_ORDERED, b"first".to_vec()), (RELIABLE_ORDERED, message)]);
}

#[test]
fn acknowledgements_leave_once_a_tick() {
    let table: [(&[u16], &str); 4] = [
        (&[1], "02 0000 02 0200000000000000 00"),
        (&[1, 2], "02 0000 02 0600000000000000 00"),
        (&[0, 1, 2, 3, 4, 5, 6, 7, 8], "02 0000 02 ff01000000000000 00"),
        (&const { all_up_to_300() }, "02 ed00 02 ffffffffffffffff 00"),
    ];
    for (numbers, expected) in table {
        let (mut by_hand, _) = connected();
        for number in numbers {
            let [low, high] = number.to_le_bytes();
            by_hand.give(address(1), &[1, low, high, 2]);
        }
        assert_eq!(by_hand.take(), Vec::<Vec<u8>>::new(), "not before the tick");
        by_hand.pass(Duration::from_millis(15));
        assert_eq!(by_hand.take(), [hex(expected)]);
        by_hand.pass(Duration::from_millis(15));
        assert_eq!(by_hand.take(), Vec::<Vec<u8>>::new(), "once");
    }
}

const fn all_up_to_300() -> [u16; 301] {
    let mut numbers = [0; 301];
    let mut index = 0;
    while index < 301 {
        numbers[index] = index as u16;
        index += 1;
    }
    numbers
}

#[test]
fn pings_are_sent_and_answered() {
    let (mut by_hand, _) = connected();
    by_hand.pass(Duration::from_secs(1));
    let pings = by_hand.take();
    assert!(matches!(pings.as_slice(), [ping] if ping.len() == 3 && ping[0] == 3), "{pings:02x?}");

    let now = Instant::now();
    let ticks = hex(ACCEPT)[1..9].try_into().unwrap();
    let mut client = LiteNetLibClient::new(ClientSettings::default(), clock_at(now, ticks));
    client.connect(now);
    client.poll_transmit(now, &mut Vec::new());
    client.handle_datagram(now, &hex(ACCEPT));
    let later = now + Duration::from_secs(1);
    client.handle_timeout(later);
    let mut first = Vec::new();
    assert!(client.poll_transmit(later, &mut first));
    assert_eq!(first, hex("03 0200"));

    let now = Instant::now();
    let pong = hex("04 0200 ee3439eecc46df08");
    let clock = clock_at(now, pong[3..].try_into().unwrap());
    let server = LiteNetLibServer::new(ServerSettings::default(), clock, [1; 32]);
    let mut by_hand = ByHand { server, now };
    by_hand.give(address(1), &hex(REQUEST));
    by_hand.answer_pings(address(1));
    assert_eq!(by_hand.answers(address(1), &hex("03 0200")), [pong]);
    assert_eq!(by_hand.answers(address(1), &hex("03 0200")), Vec::<Vec<u8>>::new(), "answered already");
}

#[test]
fn probes_of_the_mtu_come_back_if_they_are_as_long_as_they_say() {
    let (mut by_hand, _) = connected();
    let mut probe = hex("09 8c040000 01");
    probe.resize(1160, 0);
    probe.extend(hex("8c040000"));
    let mut answer = probe.clone();
    answer[0] = 0x0a;
    assert_eq!(by_hand.answers(address(1), &probe), [answer]);
    for (at, bytes) in [(1, 1163_i32), (1160, 1163)] {
        let mut wrong = probe.clone();
        wrong[at..at + 4].copy_from_slice(&bytes.to_le_bytes());
        assert_eq!(by_hand.answers(address(1), &wrong), Vec::<Vec<u8>>::new());
    }
    for bytes in [5_usize, 507, 1433] {
        let mut wrong = vec![9; bytes];
        let said = (bytes as i32).to_le_bytes();
        wrong[1..5].copy_from_slice(&said);
        let last = bytes - 4;
        wrong[last..].copy_from_slice(&said);
        assert_eq!(by_hand.answers(address(1), &wrong), Vec::<Vec<u8>>::new(), "{bytes} bytes");
    }
}

#[test]
fn a_disconnect_is_read_and_written() {
    let packet = hex("07 0a414eedcc46df08 627965");
    let goodbye = Disconnect::parse(&packet, Dialect::V1).unwrap();
    assert_eq!(goodbye.extra, b"bye");
    assert_eq!(goodbye.to_bytes(Dialect::V1), packet);
}
