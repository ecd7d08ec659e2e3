//! Unknown addresses and peers that break the protocol.

use std::net::SocketAddr;
use std::time::Duration;

use consonance_game_networks::utp::{
    Datagram, DatagramError, DatagramKind, RELIABLE, ServerSettings, Token, UNRELIABLE, UtpServer,
};
use consonance_link::gateway::udp::rig::{LinkConditions, Saw, bytes_out_per_byte_in, documented_bytes_out};
use consonance_link::gateway::udp::{ClientEndpoint as _, ServerEndpoint as _};
use consonance_link::{ClientNetwork as _, DisconnectReason, ServerLinkEvent, ServerNetwork as _};
use proptest::prelude::*;

use crate::utp::support::{ByHand, HERE, OPENING, REQUEST, T, UtpRig, client, hex, messages, rig};

#[test]
fn what_is_no_datagram_is_told_by_its_fault() {
    for (text, error) in [
        ("", DatagramError::CutOff),
        ("555450", DatagramError::CutOff),
        ("55545002 01 a0a1a2a3a4a5a6a7", DatagramError::OtherVersion(2)),
        ("55545001 03 a0a1a2a3a4a5a6a7", DatagramError::UnknownHandshake(3)),
        ("55545001 01 a0a1a2a3a4a5a6", DatagramError::CutOff),
        ("55545001 01 a0a1a2a3a4a5a6a7 0200 61", DatagramError::CutOff),
        ("00 a0a1a2a3a4a5a6a7", DatagramError::UnknownType(0)),
        ("06 a0a1a2a3a4a5a6a7", DatagramError::UnknownType(6)),
        ("03 a0a1a2a3a4a5a6", DatagramError::CutOff),
        ("01 a0a1a2a3a4a5a6a7", DatagramError::CutOff),
        ("04 a0a1a2a3a4a5a6a7 0400 000000", DatagramError::WrongMtuCheck),
        ("04 a0a1a2a3a4a5a6a7 ffff", DatagramError::WrongMtuCheck),
        ("05 a0a1a2a3a4a5a6a7 0200 0f", DatagramError::CutOff),
    ] {
        assert_eq!(Datagram::parse(&hex(text)), Err(error), "{text}");
        let mut hand = ByHand::new(ServerSettings::default());
        assert_eq!(hand.give_bytes(HERE, &hex(text)), []);
        assert_eq!((hand.take(), hand.server.statistics().links.dropped.malformed), (vec![], 1), "{text}");
    }
}

#[test]
fn an_unproved_address_gets_no_more_bytes_than_came_in_its_name() {
    let mut no_slots = ServerSettings::default();
    no_slots.peers.connections_max = 0;
    let mut full = ByHand::new(no_slots);
    let mut open = ByHand::new(ServerSettings::default());
    for hand in [&mut full, &mut open] {
        for number in 0..1000_u64 {
            let token = Token(number.to_le_bytes());
            for kind in [
                DatagramKind::Heartbeat,
                DatagramKind::Request { greeting: b"" },
                DatagramKind::Data { pipeline: 3, body: &[] },
            ] {
                let mut datagram = Vec::new();
                Datagram { token, kind }.write(&mut datagram);
                hand.give_bytes(HERE, &datagram);
                let back: usize = hand.take().iter().map(|(_, datagram)| datagram.len()).sum();
                assert!(back <= datagram.len(), "{back} bytes for {} of {kind:?}", datagram.len());
            }
        }
    }
}

/// Acknowledgements that an attacker can guess from the protocol, without the packets that were sent.
fn guesses() -> impl Iterator<Item = (u16, u64)> {
    let all = (0..64_u16).map(|newest| (newest, u64::MAX));
    let one_more_each_time = (0..64_u16).map(|newest| (newest, 1));
    let odd = (0..64_u16).map(|newest| (newest, 0x5555_5555_5555_5555));
    all.chain(one_more_each_time).chain(odd)
}

#[test]
fn the_page_of_security_says_how_many_bytes_leave_for_each_that_came() {
    let datagram = |kind| {
        let mut datagram = Vec::new();
        Datagram { token: T, kind }.write(&mut datagram);
        datagram
    };
    let request = datagram(DatagramKind::Request { greeting: b"" });
    let none_received = hex("00 00 0000 0000 ffff ffffffffffffffff 28000000");
    let reliable = [none_received, vec![7; 40]].concat();
    let reliable = datagram(DatagramKind::Data { pipeline: 3, body: &reliable });
    let (heartbeat, check) =
        (datagram(DatagramKind::Heartbeat), datagram(DatagramKind::MtuCheck { datagram_bytes: 11 }));
    let server = || UtpServer::new(ServerSettings::default(), [1; 32]);
    let scripts: [&[&[u8]]; 5] =
        [&[&request], &[&heartbeat], &[&request, &heartbeat], &[&request, &reliable], &[&request, &check]];
    let most = scripts.into_iter().map(|script| bytes_out_per_byte_in(server, script)).fold(0.0, f64::max);
    let page = include_str!("../../../../../docs/security.md");
    assert_eq!(format!("{most:.2}"), documented_bytes_out(page, "Unity Transport"));
}

#[test]
fn a_client_that_joins_blindly_has_no_more_sent_to_another_address_than_came_from_there() {
    let mut hand = ByHand::new(ServerSettings::default());
    let (mut came, mut left) = (0, 0);
    for (acked, mask) in guesses() {
        let body = [&[1, 0, 0, 0, 0, 0], &acked.to_le_bytes()[..], &mask.to_le_bytes(), &[0]].concat();
        let greeting = [&[0, 0, 0, 0, 0, 0, 0xff, 0xff], &[0xff; 8][..], &[4, 0, 0, 0], b"join"].concat();
        let acknowledgement = DatagramKind::Data { pipeline: 3, body: &body };
        let hello = DatagramKind::Data { pipeline: 3, body: &greeting };
        for kind in [DatagramKind::Request { greeting: b"" }, hello, acknowledgement, DatagramKind::Heartbeat]
        {
            let mut datagram = Vec::new();
            Datagram { token: T, kind }.write(&mut datagram);
            came += datagram.len();
            hand.give_bytes(HERE, &datagram);
            if let Some(peer) = hand.newest {
                hand.server.send(hand.now, &[peer], RELIABLE, &[1; 1000]);
                hand.server.send(hand.now, &[peer], UNRELIABLE, &[2; 1000]);
            }
            hand.now += Duration::from_millis(200);
            hand.server.handle_timeout(hand.now);
            left += hand.take().iter().map(|(_, datagram)| datagram.len()).sum::<usize>();
            assert!(left <= came, "{left} bytes for {came}");
        }
    }
    let counts = hand.server.statistics();
    assert!(counts.connections.protocol_violations > 100, "guesses are told: {counts:?}");
    assert!(counts.links.dropped.outgoing_full > 100, "what did not leave was counted: {counts:?}");
}

#[test]
fn spoofed_requests_take_a_bounded_number_of_slots_for_a_bounded_time() {
    let mut rig = rig(LinkConditions::PERFECT, 0);
    for number in 0..1000_u64 {
        let mut request = Vec::new();
        Datagram { token: Token(number.to_le_bytes()), kind: DatagramKind::Request { greeting: b"" } }
            .write(&mut request);
        rig.inject(SocketAddr::from(([10, 9, 9, 9], number as u16)), &request);
    }
    let counts = rig.server.statistics().connections;
    assert_eq!((counts.connected, counts.failed_handshakes), (256, 744));
    let number = rig.add_client(client(1), b"");
    rig.run_until("a real one is admitted", |rig| !rig.client_saw(number).is_empty());
    assert_eq!(rig.client_saw(number), [Saw::Connected(Vec::new())]);
    rig.run_for(Duration::from_secs(11));
    let counts = rig.server.statistics().connections;
    assert_eq!((counts.connected, counts.failed_handshakes), (1, 1000), "of the others no more was heard");
}

#[test]
fn real_clients_connect_while_a_hundred_spoofed_requests_arrive_every_second() {
    for conditions in [LinkConditions::PERFECT, LinkConditions::POOR] {
        let mut rig = rig(conditions, 3);
        let mut sent = 0_u64;
        let mut come = |rig: &mut UtpRig, requests: usize| {
            for _ in 0..requests {
                sent += 1;
                let mut request = Vec::new();
                let token = Token((sent << 16).to_le_bytes());
                Datagram { token, kind: DatagramKind::Request { greeting: b"" } }.write(&mut request);
                rig.inject(SocketAddr::from(([10, 9, 9, 9], sent as u16)), &request);
                rig.run_for(Duration::from_millis(10));
            }
        };
        come(&mut rig, 1000);
        let number = rig.add_client(client(1), b"it is me");
        let (mut peer, mut has_asked) = (None, false);
        for _ in 0..50 {
            // A Netcode client sends its request as soon as it is accepted, and not before.
            if !has_asked && !rig.client_saw(number).is_empty() {
                has_asked = true;
                let now = rig.now();
                rig.client(number).endpoint.send(now, RELIABLE, &REQUEST);
            }
            come(&mut rig, 10);
            let newest = rig.server_saw.iter().rfind(|(_, saw)| *saw == Saw::Connected(b"it is me".to_vec()));
            let newest = newest.map(|(peer, _)| *peer);
            if newest != peer {
                peer = newest;
                let now = rig.now();
                rig.server.send(now, &[newest.unwrap()], RELIABLE, &OPENING);
            }
        }
        assert_eq!(rig.client_saw(number)[0], Saw::Connected(Vec::new()), "it is in");
        assert_eq!(rig.saw_of(peer.unwrap()).len(), 2, "and stays, after five seconds of spoofed requests");
        assert_eq!(messages(rig.client_saw(number), RELIABLE), [OPENING]);
    }
}

#[test]
fn a_length_that_cannot_be_ends_its_sender() {
    for length in ["ffffffff", "01000400"] {
        let (mut bad, bad_peer) = ByHand::with_client(ServerSettings::default());
        let body = hex(&format!("00 00 0000 0000 ffff ffffffffffffffff {length}"));
        let events = bad.give(HERE, DatagramKind::Data { pipeline: 3, body: &body });
        let [(ServerLinkEvent::Disconnected { peer, reason }, _)] = events.as_slice() else {
            panic!("{events:?}");
        };
        assert_eq!(*peer, bad_peer);
        assert!(matches!(reason, DisconnectReason::ProtocolViolated { .. }), "{reason}");
        assert_eq!(bad.server.statistics().connections.protocol_violations, 1);
    }
}

#[test]
fn guessed_tokens_disturb_no_client() {
    let mut rig = rig(LinkConditions::PERFECT, 0);
    let (number, peer) = rig.connect_client(client(1), b"");
    for guess in 0..10_000_u64 {
        let mut goodbye = Vec::new();
        Datagram { token: Token(guess.to_le_bytes()), kind: DatagramKind::Disconnect }.write(&mut goodbye);
        rig.inject(HERE, &goodbye);
        let now = rig.now();
        rig.client(number).endpoint.handle_datagram(now, &goodbye);
    }
    let now = rig.now();
    rig.client(number).endpoint.send(now, RELIABLE, b"still here");
    rig.run_until("it is heard", |rig| messages(rig.saw_of(peer), RELIABLE) == [b"still here"]);
}

/// Datagrams that are almost valid: for a known or an unknown connection, with headers that
/// are followed by noise.
fn datagrams() -> impl Strategy<Value = Vec<u8>> {
    let token = prop_oneof![4 => Just(T.0), 1 => any::<[u8; 8]>()];
    let body = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..64),
        (0_u16..70, 0_u16..70, any::<u64>(), prop::collection::vec(any::<u8>(), 0..16)).prop_map(
            |(sequence, acked, mask, rest)| {
                let mut body = vec![3, 0, 0, 0, 0];
                body.extend_from_slice(&sequence.to_le_bytes());
                body.extend_from_slice(&acked.to_le_bytes());
                body.extend_from_slice(&mask.to_le_bytes());
                body.extend_from_slice(&(rest.len() as u32).to_le_bytes());
                [body, rest].concat()
            }
        ),
    ];
    (0_u8..7, token, body).prop_map(|(kind, token, body)| match kind {
        6 => [b"UTP\x01\x01".as_slice(), &token, &body].concat(),
        kind => [[kind].as_slice(), &token, &body].concat(),
    })
}

proptest! {
    #[test]
    fn any_datagrams_in_any_order_leave_a_server_that_serves(
        datagrams in prop::collection::vec((datagrams(), 0_u64..2000), 0..100),
    ) {
        let (mut hand, _) = ByHand::with_client(ServerSettings::default());
        for (datagram, pause_ms) in datagrams {
            hand.now += Duration::from_millis(pause_ms);
            hand.server.handle_timeout(hand.now);
            hand.give_bytes(HERE, &datagram);
            for (_, sent) in hand.take() {
                prop_assert!(sent.len() <= 1400 && Datagram::parse(&sent).is_ok());
            }
            prop_assert!(hand.server.wants_poll_at().is_none_or(|at| at > hand.now));
        }
        hand.server.shutdown(hand.now);
        hand.now += Duration::from_mins(1);
        hand.server.handle_timeout(hand.now);
        prop_assert_eq!(hand.server.statistics().connections.connected, 0);
    }
}
