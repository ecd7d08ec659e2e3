//! Hostile datagrams.

use std::time::Duration;

use consonance_game_networks::kcp::{
    Command, Generation, HEADER_BYTES, KcpClient, KcpClientSettings, KcpServer, KcpServerSettings,
    RELIABLE_CHANNEL, Segment, Segments, UNRELIABLE_CHANNEL,
};
use consonance_link::gateway::udp::rig::{bytes_out_per_byte_in, documented_bytes_out};
use consonance_link::gateway::udp::{ClientEndpoint as _, ServerEndpoint as _};
use consonance_link::{ClientNetwork as _, Peer, ServerLinkEvent, ServerNetwork as _};

use crate::kcp::golden::{G1_VOICE, G3_VOICE, G4_DISCONNECT, G4_HELLO, G4_RELIABLE_VOICE, G4_VOICE};
use crate::kcp::support::{ByHand, address, hex};

const G1_HELLO: &str = "01 00000000 51 00 0010 42000000 00000000 00000000 01000000 01";
const G2_HELLO: &str = "01 00000000 00000000 51 00 0010 42000000 00000000 00000000 05000000 01 00000000";

/// Every recorded datagram with this cookie, cut at every length, and with every bit flipped.
fn spoilt(cookie: [u8; 4]) -> Vec<Vec<u8>> {
    let mut spoilt = Vec::new();
    for text in [G4_HELLO, G1_HELLO, G2_HELLO, G4_VOICE, G3_VOICE, G1_VOICE, G4_RELIABLE_VOICE, G4_DISCONNECT]
    {
        let mut whole = hex(text);
        if whole[1..5] == [0xe0, 0x6a, 0xf1, 0xd8] {
            whole[1..5].copy_from_slice(&cookie);
        }
        spoilt.extend((0..whole.len()).map(|length| whole[..length].to_vec()));
        spoilt.extend((0..whole.len() * 8).map(|bit| {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            flipped
        }));
    }
    spoilt
}

fn server() -> ByHand {
    ByHand::new(KcpServerSettings::default())
}

#[test]
fn an_unknown_address_is_answered_only_to_a_hello_and_no_other_address_gets_anything() {
    for datagram in spoilt([1, 2, 3, 4]) {
        let mut hand = server();
        let events = hand.give(address(1), &datagram);
        let answer = hand.take();
        assert!(answer.iter().all(|(to, _)| *to == address(1)), "{datagram:02x?}");
        let is_hello = datagram[..datagram.len().min(1)] == [1]
            && [1, 5].into_iter().any(|prefix| {
                let pushed = datagram.get(prefix..).and_then(|segments| Segments::new(segments).next());
                pushed.is_some_and(|segment| segment.number == 0 && segment.payload.first() == Some(&1))
            });
        if !is_hello {
            assert_eq!((events.len(), answer.len()), (0, 0), "{datagram:02x?}");
        }
    }
}

#[test]
fn what_one_client_sends_harms_no_other_and_is_answered_to_it_only() {
    for datagram in spoilt([0; 4]) {
        let mut hand = server();
        let (_, cookie) = hand.connect(address(1), &hex(G4_HELLO));
        let (other, others) = hand.connect(address(2), &hex(G4_HELLO));
        let voice = [&[2], others.as_slice(), &hex(G4_VOICE)[5..]].concat();
        assert_eq!(hand.give(address(2), &voice).len(), 1, "its address is proved");
        let datagram = if datagram.get(1..5) == Some(&[0; 4]) && datagram[0] == 2 {
            [&[2], cookie.as_slice(), &datagram[5..]].concat()
        } else {
            datagram
        };
        hand.give(address(1), &datagram);
        assert!(hand.take().iter().all(|(to, _)| *to == address(1)), "{datagram:02x?}");
        hand.server.send(hand.now, &[other], RELIABLE_CHANNEL, b"still here");
        assert!(hand.take().iter().any(|(to, _)| *to == address(2)), "{datagram:02x?}");
    }
}

#[test]
fn an_address_that_answers_nothing_gets_no_more_than_came_from_it_and_is_forgotten() {
    for hello in [G1_HELLO, G2_HELLO, G4_HELLO] {
        let mut hand = server();
        let hello = hex(hello);
        let events = hand.give(address(1), &hello);
        let Some((ServerLinkEvent::Connected { peer, .. }, _)) = events.first() else {
            panic!("{events:?}");
        };
        let peer = *peer;
        let mut bytes = 0;
        for _ in 0..1000 {
            hand.server.send(hand.now, &[peer], RELIABLE_CHANNEL, &[7; 1000]);
            bytes += hand.take().iter().map(|(_, datagram)| datagram.len()).sum::<usize>();
            hand.now += Duration::from_millis(10);
            if hand.server.wants_poll_at().is_some_and(|at| at <= hand.now) {
                hand.server.handle_timeout(hand.now);
            }
        }
        assert!(bytes <= hello.len(), "{bytes} bytes for {}", hello.len());
        let event = hand.server.poll_event(hand.now, &mut Vec::new());
        assert!(matches!(event, Some(ServerLinkEvent::Disconnected { .. })), "{event:?}");
        let counts = hand.server.statistics().connections;
        assert_eq!((counts.failed_handshakes, counts.connected), (1, 0));
    }
}

#[test]
fn the_page_of_security_says_how_many_bytes_leave_for_each_that_came() {
    let newest = |hello: &str| {
        let hello = hex(hello);
        bytes_out_per_byte_in(|| KcpServer::new(KcpServerSettings::default(), [7; 32]), &[&hello])
    };
    let most = [G1_HELLO, G2_HELLO, G4_HELLO].into_iter().map(newest).fold(0.0, f64::max);
    let page = include_str!("../../../../../docs/security.md");
    assert_eq!(format!("{most:.2}"), documented_bytes_out(page, "kcp2k, all generations"));
}

#[test]
fn a_client_whose_answer_was_lost_gets_it_again_when_it_repeats_its_hello() {
    for hello in [G1_HELLO, G2_HELLO, G4_HELLO] {
        let (mut hand, hello) = (server(), hex(hello));
        hand.connect(address(1), &hello);
        for _ in 0..5 {
            hand.now += Duration::from_millis(900);
            hand.server.handle_timeout(hand.now);
            assert_eq!(hand.take(), [], "nothing is repeated unasked");
            hand.give(address(1), &hello);
            let answer = hand.take();
            assert_eq!(answer.len(), 1, "{answer:?}");
            assert_eq!(answer[0].1.len(), hello.len());
        }
    }
}

/// Segments of G1 that claim to acknowledge ours, from an attacker that knows the protocol but not our bytes.
fn blind_claims() -> Vec<Vec<u8>> {
    let segment = |command: Command, number: u32, time_ms: u32, payload: &[u8]| {
        let mut datagram = vec![1];
        let segment =
            Segment { command, fragments_after: 0, window: 4096, time_ms, number, expected: 1, payload };
        segment.write(&mut datagram);
        datagram
    };
    let mut claims = vec![segment(Command::Push, 1, 0, &[3, 9]), segment(Command::TellWindow, 0, 0, &[])];
    claims.extend((0..2000).map(|time_ms| segment(Command::Acknowledge, 0, time_ms, &[])));
    claims
}

#[test]
fn without_cookies_it_takes_the_time_of_a_segment_to_prove_an_address() {
    let mut hand = server();
    let hello = hex(G1_HELLO);
    let (peer, _) = hand.connect(address(1), &hello);
    let (mut came, mut left) = (hello.len(), 0);
    for claim in blind_claims() {
        came += claim.len();
        hand.give(address(1), &claim);
        for channel in [RELIABLE_CHANNEL, UNRELIABLE_CHANNEL] {
            hand.server.send(hand.now, &[peer], channel, &[7; 1000]);
        }
        left += hand.take().iter().map(|(_, datagram)| datagram.len()).sum::<usize>();
        assert!(left <= came, "{left} bytes for {came}");
    }

    let mut hand = server();
    hand.give(address(1), &hello);
    let sent = hand.take();
    let first = Segments::new(&sent[0].1[1..]).find(|segment| segment.command == Command::Push).unwrap();
    let mut echo = vec![1];
    Segment { command: Command::Acknowledge, expected: 1, payload: &[], ..first }.write(&mut echo);
    hand.give(address(1), &echo);
    hand.server.send(hand.now, &[Peer(1)], RELIABLE_CHANNEL, &[7; 10_000]);
    let left: usize = hand.take().iter().map(|(_, datagram)| datagram.len()).sum();
    assert!(left > 10_000, "{left} bytes to a client that echoes it");
}

#[test]
fn without_the_cookie_no_datagram_counts_as_a_clients_or_ends_its_connection() {
    let mut hand = server();
    let (peer, cookie) = hand.connect(address(1), &hex(G4_HELLO));
    for text in [G4_VOICE, G4_RELIABLE_VOICE, G4_DISCONNECT] {
        let mut datagram = hex(text);
        for byte in 0..4 {
            datagram[1..5].copy_from_slice(&cookie);
            datagram[1 + byte] ^= 1;
            assert_eq!(hand.give(address(1), &datagram), [], "{text}");
        }
    }
    let mut voice = hex(G4_VOICE);
    voice[1..5].copy_from_slice(&cookie);
    assert_eq!(hand.give(address(1), &voice).len(), 1);
    assert_eq!(hand.server.generation_of(peer), Some(Generation::G4));
}

#[test]
fn hellos_from_the_address_of_a_client_that_is_there_neither_end_nor_silence_its_connection() {
    let mut hand = server();
    let (peer, cookie) = hand.connect(address(1), &hex(G4_HELLO));
    let voice = [&[2], cookie.as_slice(), &hex(G4_VOICE)[5..]].concat();
    for _ in 0..20 {
        assert_eq!(hand.give(address(1), &voice).len(), 1, "it is there");
        for _ in 0..10 {
            hand.now += Duration::from_millis(100);
            assert_eq!(hand.give(address(1), &hex(G4_HELLO)), []);
            hand.take();
            hand.server.send(hand.now, &[peer], UNRELIABLE_CHANNEL, b"voice");
            assert_eq!(hand.take().len(), 1, "it hears");
        }
    }
}

#[test]
fn hellos_beyond_the_rate_are_not_answered_and_beyond_the_number_refused() {
    let mut settings = KcpServerSettings { hellos_per_second: 10, ..KcpServerSettings::default() };
    settings.peers.connections_max = 5;
    let mut hand = ByHand::new(settings);
    let hello = hex(G4_HELLO);
    for number in 0..20 {
        hand.give(address(number), &hello);
        let answer = hand.take();
        let bytes: usize = answer.iter().map(|(_, datagram)| datagram.len()).sum();
        match number {
            0..5 => {
                assert_eq!(bytes, hello.len(), "admitted");
                let cookie = &answer[0].1[1..5];
                let voice = [&[2], cookie, &hex(G4_VOICE)[5..]].concat();
                assert_eq!(hand.give(address(number), &voice).len(), 1, "its address is proved");
            }
            5..10 => assert_eq!(bytes, hello.len(), "refused"),
            _ => assert_eq!(bytes, 0),
        }
    }
    let counts = hand.server.statistics().connections;
    assert_eq!((counts.rejected_full, counts.rejected_handshaking, counts.connected), (5, 10, 5));
}

#[test]
fn spoofed_addresses_take_no_slot_from_real_clients() {
    let mut settings = KcpServerSettings::default();
    (settings.peers.connections_max, settings.peers.handshakes_max) = (20, 10);
    let mut hand = ByHand::new(settings);
    let hello = hex(G4_HELLO);
    let mut there = Vec::new();
    for number in 0..200 {
        let (peer, cookie) = hand.connect(address(number), &hello);
        if number % 20 == 0 {
            let voice = [&[2], cookie.as_slice(), &hex(G4_VOICE)[5..]].concat();
            assert_eq!(hand.give(address(number), &voice).len(), 1, "its address is proved");
            there.push(peer);
        }
    }
    assert!(there.iter().all(|&peer| hand.server.generation_of(peer).is_some()));
    let counts = hand.server.statistics().connections;
    assert_eq!((counts.connected, counts.failed_handshakes), (20, 180));
}

#[test]
fn only_the_client_that_breaks_the_protocol_is_disconnected() {
    let push = |cookie: &[u8], fragments_after: u8, payload: &[u8]| {
        let mut datagram = [&[1], cookie, &hex("00000000 51"), &[fragments_after]].concat();
        datagram.extend_from_slice(&hex("0010 00000000 01000000 01000000"));
        datagram.extend_from_slice(&(payload.len() as u32).to_le_bytes());
        datagram.extend_from_slice(payload);
        datagram
    };
    for (what, payload) in
        [("empty data", [3].as_slice()), ("an unknown opcode", &[77, 1]), ("nothing", &[]), ("a hello", &[1])]
    {
        let mut hand = server();
        let (peer, cookie) = hand.connect(address(1), &hex(G4_HELLO));
        let (_, others) = hand.connect(address(2), &hex(G4_HELLO));
        let events = hand.give(address(1), &push(&cookie, 0, payload));
        let gone = events.iter().any(
            |(event, _)| matches!(event, ServerLinkEvent::Disconnected { peer: gone, .. } if *gone == peer),
        );
        assert!(gone, "{what}: {events:?}");
        assert_eq!(hand.server.statistics().connections.protocol_violations, 1, "{what}");
        assert_eq!(hand.give(address(2), &push(&others, 0, &[3, 9])).len(), 1, "{what}");
    }
}

#[test]
fn a_client_reads_anything_without_harm() {
    for generation in Generation::ALL {
        for datagram in spoilt([9, 9, 9, 9]) {
            let now = std::time::Instant::now();
            let mut client = KcpClient::new(KcpClientSettings { generation, ..Default::default() });
            client.connect(now);
            let mut out = Vec::new();
            let mut events = 0;
            for _ in 0..3 {
                client.handle_datagram(now, &datagram);
                while client.poll_event(now, &mut Vec::new()).is_some() {
                    events += 1;
                }
                let mut datagrams = 0;
                while client.poll_transmit(now, &mut out) {
                    out.clear();
                    datagrams += 1;
                }
                assert!(datagrams <= 10 && events <= 6, "{generation:?}: {datagram:02x?}");
            }
        }
    }
}

#[test]
fn a_datagram_is_never_longer_than_a_stock_end_can_read() {
    // As many acknowledgements as a datagram can ask for.
    let mut hand = server();
    let (_, cookie) = hand.connect(address(1), &hex(G4_HELLO));
    let mut datagram = [&[1], cookie.as_slice()].concat();
    for number in 1..=(1195 / HEADER_BYTES as u32) {
        datagram.extend_from_slice(&hex("00000000 51 00 0010 00000000"));
        datagram.extend_from_slice(&number.to_le_bytes());
        datagram.extend_from_slice(&hex("01000000 00000000"));
    }
    assert!(datagram.len() <= 1200);
    hand.server.handle_datagram(hand.now, address(1), &datagram);
    assert!(hand.take().iter().all(|(_, datagram)| datagram.len() <= 1200));
}
