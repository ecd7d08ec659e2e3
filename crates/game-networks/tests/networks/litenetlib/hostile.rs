//! Datagrams that no honest peer sends.

use std::time::Duration;

use consonance_game_networks::litenetlib::{LiteNetLibServer, RELIABLE_ORDERED, ServerSettings, UNRELIABLE};
use consonance_link::gateway::udp::rig::{bytes_out_per_byte_in, documented_bytes_out};
use consonance_link::random::Random;
use consonance_link::{DisconnectReason, ServerLinkEvent, ServerNetwork as _};

use crate::litenetlib::support::{ByHand, CONNECT_TIME, address, clock, hex, request_at};

#[test]
fn shared_datagrams_end_where_they_stop_making_sense() {
    for (datagram, expected) in [
        ("0c 0300 006d31 0000 0300 006d32", 1),
        ("0c 0300 006d31 0400 006d32", 1),
        ("0c 0300 006d31 03", 1),
        ("0c", 0),
        ("0c 0300 006d31 0300 206d32 0300 006d33", 2),
    ] {
        let (mut by_hand, _) = ByHand::with_client();
        assert_eq!(by_hand.give(address(1), &hex(datagram)).len(), expected, "{datagram}");
    }
}

#[test]
fn a_shared_datagram_in_another_one_is_not_opened() {
    let (mut by_hand, _) = ByHand::with_client();
    let inner = hex("0c 0300 006d31");
    let outer = [&[0x0c, inner.len() as u8, 0][..], &inner, &hex("0300 006d32")].concat();
    let events = by_hand.give(address(1), &outer);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].1, b"m2");
}

#[test]
fn a_flood_of_fragments_ends_the_connection_and_no_other() {
    let (mut by_hand, peer) = ByHand::with_client();
    by_hand.give(address(2), &request_at(CONNECT_TIME));
    let mut ends = Vec::new();
    for number in 0..40_u8 {
        // Each is the first of 64 fragments of another message.
        let fragment = [0x81, number, 0, 2, number, 0, 0, 0, 64, 0, 1];
        ends.extend(by_hand.give(address(1), &fragment));
    }
    let violation = "too many incomplete messages".to_owned();
    let reason = DisconnectReason::ProtocolViolated { violation };
    assert_eq!(ends, [(ServerLinkEvent::Disconnected { peer, reason }, Vec::new())]);
    assert_eq!(by_hand.give(address(2), b"\0still here").len(), 1);
    assert_eq!(by_hand.server.statistics().connections.protocol_violations, 1);
}

#[test]
fn no_blindly_sent_datagram_ends_the_connection_of_a_live_client() {
    let (mut by_hand, _) = ByHand::with_client();
    for second in 0..20_i64 {
        let ping = [3, 2 + second as u8, 0];
        assert_eq!(by_hand.give(address(1), &ping), [], "it is there");
        for forged in [request_at(CONNECT_TIME + 1 + second), vec![0x0e], vec![0x0e, 1]] {
            assert_eq!(by_hand.give(address(1), &forged), [], "{forged:02x?}");
        }
        assert_eq!(by_hand.give(address(1), b"\0hello").len(), 1, "it is heard");
        assert_eq!(by_hand.pass(Duration::from_secs(1)), []);
    }
}

#[test]
fn a_request_that_is_refused_does_not_even_end_a_connection_that_is_silent() {
    let (mut by_hand, _) = ByHand::with_client();
    assert_eq!(by_hand.pass(Duration::from_secs(5)), []);
    let mut request = request_at(CONNECT_TIME + 1);
    let key = request.len() - 2;
    request.splice(key.., [4, 0, b'k', b'e', b'y']);
    by_hand.take();
    assert_eq!(by_hand.give(address(1), &request), []);
    assert_eq!(by_hand.take()[0][0] & 0x1f, 7, "it is told so");
    assert_eq!(by_hand.give(address(1), b"\0back again").len(), 1);
}

#[test]
fn any_number_of_pings_in_one_datagram_gets_one_answer_to_the_newest() {
    let (mut by_hand, _) = ByHand::with_client();
    let pings: Vec<u8> = (1..=280_u16)
        .flat_map(|number| {
            let [low, high] = number.to_le_bytes();
            [3, 0, 3, low, high]
        })
        .collect();
    let answers = by_hand.answers(address(1), &[&[0x0c], &pings[..]].concat());
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0][..3], [4, 24, 1], "to number 280");
    assert_eq!(by_hand.answers(address(1), &[3, 25, 1]).len(), 1, "one by itself is answered");
}

#[test]
fn a_goodbye_for_another_connection_is_answered_and_ends_nothing() {
    let (mut by_hand, _) = ByHand::with_client();
    let mut goodbye = vec![7];
    goodbye.extend_from_slice(&(CONNECT_TIME + 1).to_le_bytes());
    assert_eq!(by_hand.give(address(1), &goodbye), []);
    assert_eq!(by_hand.take(), [[0x0d]]);
    goodbye[0] = 0x27;
    goodbye[1..9].copy_from_slice(&CONNECT_TIME.to_le_bytes());
    assert_eq!(by_hand.give(address(1), &goodbye), [], "of connection number 1");
    goodbye[0] = 7;
    assert_eq!(by_hand.give(address(1), &goodbye).len(), 1);
}

#[test]
fn changed_datagrams_of_one_client_do_not_disturb_others() {
    let honest: Vec<Vec<u8>> = [
        "00 5566",
        "01 0000 02 10",
        "0c 0300 006d31 0300 006d32",
        "81 0100 02 0100 0000 0300 00070e15",
        "02 0000 02 0200000000000000 00",
        "03 0200",
        "04 0200 ee3439eecc46df08",
        "01 0100 01 10",
        "01 0100 03 10",
    ]
    .iter()
    .map(|text| hex(text))
    .chain([request_at(CONNECT_TIME), request_at(CONNECT_TIME + 5)])
    .collect();
    let mut by_hand = ByHand::new(ServerSettings::default());
    let mut random = Random::new(1, "hostile");
    by_hand.give(address(2), &request_at(CONNECT_TIME));
    by_hand.answer_pings(address(2));
    for round in 0..20_000_u32 {
        let index = random.next_u64() as usize % honest.len();
        let mut datagram = honest[index].clone();
        for _ in 0..random.next_u64() % 3 {
            let at = random.next_u64() as usize % datagram.len();
            datagram[at] ^= 1 << (random.next_u64() % 8);
        }
        datagram.truncate(1 + random.next_u64() as usize % 60);
        by_hand.give(address(1), &datagram);
        if round % 16 == 0 {
            by_hand.give(address(2), &[3, round as u8, (round >> 8) as u8 & 0x7f]);
            by_hand.pass(Duration::from_millis(7));
        }
        by_hand.take();
    }
    assert_eq!(by_hand.give(address(2), b"\0still here").len(), 1);
    assert!(by_hand.server.statistics().links.dropped.malformed > 1000);
}

#[test]
fn the_page_of_security_says_how_many_bytes_leave_for_each_that_came() {
    let server = || LiteNetLibServer::new(ServerSettings::default(), clock(), [1; 32]);
    let (request, mut shortest) = (request_at(CONNECT_TIME), request_at(CONNECT_TIME));
    shortest.truncate(18);
    let scripts: [&[&[u8]]; 5] =
        [&[&request], &[&shortest], &[&[0, 1, 2]], &[&[3, 2, 0]], &[&request, &[3, 2, 0]]];
    let most = scripts.into_iter().map(|script| bytes_out_per_byte_in(server, script)).fold(0.0, f64::max);
    let page = include_str!("../../../../../docs/security.md");
    assert_eq!(format!("{most:.2}"), documented_bytes_out(page, "LiteNetLib"));
}

#[test]
fn a_client_that_joins_blindly_has_no_more_sent_to_another_address_than_came_from_there() {
    let mut by_hand = ByHand::new(ServerSettings::default());
    let (mut came, mut left) = (0, 0);
    let mut newest = None;
    for attempt in 0..50_i64 {
        let mut datagrams = vec![request_at(CONNECT_TIME + attempt)];
        let number = (attempt % 4) as u8 * 0x20;
        for guess in 0..8_u16 {
            let [low, high] = (guess * 7919).to_le_bytes();
            datagrams.push([&[4 | number, low, high], &[0; 8][..]].concat());
            datagrams.push(vec![2 | number, 0, 0, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]);
            datagrams.push([&[number], &b"a greeting"[..]].concat());
            datagrams.push([&[0x0c | number], &[3, 0, 3 | number, low, high].repeat(20)[..]].concat());
        }
        for datagram in datagrams {
            came += datagram.len();
            for (event, _) in by_hand.give(address(1), &datagram) {
                if let ServerLinkEvent::Connected { peer, .. } = event {
                    newest = Some(peer);
                }
            }
            let now = by_hand.now;
            for channel in [RELIABLE_ORDERED, UNRELIABLE, UNRELIABLE] {
                by_hand.server.send(now, &[newest.unwrap()], channel, &[7; 900]);
            }
            by_hand.pass(Duration::from_millis(50));
            left += by_hand.take().iter().map(Vec::len).sum::<usize>();
            assert!(left <= came, "{left} bytes for {came}");
        }
    }
    let counts = by_hand.server.statistics();
    assert!(counts.connections.protocol_violations > 10, "guesses are told: {counts:?}");
    assert!(counts.links.dropped.outgoing_full > 100, "what did not leave was counted: {counts:?}");
}

#[test]
fn no_bytes_lead_either_end_astray() {
    let mut random = Random::new(2, "operations");
    for length in 0..300_usize {
        let bytes: Vec<u8> = (0..length * 4).map(|_| random.next_u64() as u8).collect();
        consonance_game_networks::litenetlib::fuzz::litenetlib_datagrams(&bytes);
    }
}
