//! Hostile pending connections and clients.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use consonance_game_networks::darkrift::{ListenerOrder, RELIABLE, ServerSettings};
use consonance_link::gateway::udp::rig::documented_bytes_out;
use consonance_link::{ClientNetwork as _, DisconnectReason, Peer, ServerNetwork as _};
use proptest::prelude::*;

use crate::darkrift::fixture::{Fixture, PATIENCE};
use crate::darkrift::golden::{client_address, listener_with_client, open};

#[test]
fn an_impossible_length_ends_that_connection_and_no_other() {
    for length in [[0xFF, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0], [0, 0, 0xFF, 0xFF], [0x7F, 0xFF, 0xFF, 0xFF]] {
        let mut fixture = Fixture::new(ServerSettings::default());
        let bystander = fixture.connect();
        let bystanders_peer = fixture.last_peer();
        let mut attacker = connected_by_hand(&mut fixture);
        let peer = fixture.last_peer();
        attacker.0.write_all(&length).unwrap();
        fixture.drive_until(|fixture| fixture.end_of(peer).is_some());
        let end = fixture.end_of(peer).expect("it ended");
        assert!(matches!(end, DisconnectReason::ProtocolViolated { .. }), "{length:?}: {end:?}");
        assert_eq!(fixture.server.statistics().connections.protocol_violations, 1);
        fixture.clients[bystander].send(Instant::now(), RELIABLE, &[0, 0, 1]);
        fixture.drive_until(|fixture| fixture.server_heard(bystanders_peer, RELIABLE, &[0, 0, 1]));
    }
}

#[test]
fn the_largest_message_passes_one_byte_at_a_time() {
    let mut listener = listener_with_client();
    let mut stream = vec![0, 0, 0xFF, 0xFE];
    stream.extend(vec![9; 65_534]);
    for end in [0, 1, 3, 4, 5, 1000, 65_537] {
        assert_eq!(listener.handle_stream(Peer(1), &stream[..end]), (0, None));
    }
    let (taken, event) = listener.handle_stream(Peer(1), &stream);
    assert_eq!((taken, event.is_some()), (65_538, true));
}

#[test]
fn unknown_addresses_get_no_answer_over_udp() {
    let mut fixture = Fixture::new(ServerSettings::default());
    fixture.connect();
    let other = UdpSocket::bind("127.0.0.1:0").unwrap();
    other.set_nonblocking(true).unwrap();
    for datagram in [&[][..], &[0], &[1; 9], &[0x80, 0, 0, 0, 7], &[9; 1500]] {
        other.send_to(datagram, fixture.address()).unwrap();
    }
    let peer = fixture.last_peer();
    fixture.clients[0].send(Instant::now(), RELIABLE, &[0, 0, 1]);
    fixture.drive_until(|fixture| fixture.server_heard(peer, RELIABLE, &[0, 0, 1]));
    assert!(other.recv(&mut [0; 100]).is_err(), "nothing came back");
    assert_eq!(fixture.server_saw.len(), 1);
}

#[test]
fn the_page_of_security_says_how_many_bytes_leave_for_each_that_came() {
    let victim = ([192, 0, 2, 66], 443).into();
    let (mut listener, mut now) = (listener_with_client(), Instant::now());
    let (mut came, mut left, mut token) = (0, 0, Vec::new());
    for frame in 0..1500_u64 {
        now += Duration::from_millis(20);
        if frame % 50 == 0 {
            // The attacker gets a token over TCP and sends the datagram with it from a spoofed address.
            let other = ([192, 0, 2, 2 + (frame / 50) as u8], 5000).into();
            token = open(&mut listener, now, Peer(2 + frame / 50), other);
        }
        for datagram in [&token[..], &[0], &[1; 9], &[0, 0, 0, 0, 7], &[9; 100]] {
            came += datagram.len();
            assert!(listener.handle_datagram(victim, datagram).is_none());
        }
        listener.handle_timeout(now);
        while let Some(order) = listener.poll_order() {
            if let ListenerOrder::Datagram(to, datagram) = order {
                left += if to == victim { datagram.len() } else { 0 };
            }
        }
    }
    let page = include_str!("../../../../../docs/security.md");
    assert_eq!(format!("{:.2}", left as f64 / came as f64), documented_bytes_out(page, "DarkRift UDP"));
}

#[test]
fn a_stream_that_sends_before_its_token_is_closed() {
    let mut fixture = Fixture::new(ServerSettings::default());
    let mut other = TcpStream::connect(fixture.address()).unwrap();
    other.set_read_timeout(Some(PATIENCE)).unwrap();
    other.write_all(b"GET / HTTP/1.1\r\n").unwrap();
    fixture.drive_until(|fixture| fixture.server.statistics().connections.failed_handshakes == 1);
    let _ = other.read_to_end(&mut Vec::new());
    assert!(fixture.server_saw.is_empty());
}

#[test]
fn messages_without_a_header_are_counted_and_dropped() {
    let mut listener = listener_with_client();
    for message in [&[][..], &[0], &[0, 1]] {
        let frame = [&[0, 0, 0, message.len() as u8], message].concat();
        assert_eq!(listener.handle_stream(Peer(1), &frame), (frame.len(), None));
        assert_eq!(listener.handle_datagram(client_address(), message), None);
    }
    assert_eq!(listener.malformed(), 5, "datagrams without a byte punch holes, and are no messages");
}

proptest! {
    #[test]
    fn whatever_peers_and_pending_connections_send_is_handled(
        bytes in prop::collection::vec(prop_oneof![Just(0_u8), Just(9), 0..32_u8, any::<u8>()], 0..600)
    ) {
        consonance_game_networks::darkrift::fuzz::darkrift_streams(&bytes);
    }

    #[test]
    fn any_stream_is_taken_in_messages_or_ends_the_connection(
        stream in prop::collection::vec(prop_oneof![3 => Just(0_u8), 1 => any::<u8>()], 0..300)
    ) {
        let mut listener = listener_with_client();
        let mut rest = stream.as_slice();
        loop {
            let (taken, _) = listener.handle_stream(Peer(1), rest);
            prop_assert!(taken <= rest.len());
            rest = &rest[taken..];
            if taken == 0 {
                break;
            }
        }
        let is_over = listener.poll_order() == Some(ListenerOrder::Finish(Peer(1)));
        prop_assert_eq!(is_over, listener.counts().protocol_violations == 1);
        prop_assert!(is_over || rest.len() < 4 + 65_534);
    }
}

/// A client without our code, connected.
fn connected_by_hand(fixture: &mut Fixture) -> (TcpStream, UdpSocket) {
    let known = fixture.server_saw.len();
    let stream = TcpStream::connect(fixture.address()).expect("it listens");
    stream.set_nonblocking(true).expect("sockets can");
    let udp = UdpSocket::bind("127.0.0.1:0").expect("a port is free");
    let mut token = [0; 9];
    fixture.drive_until(|_| (&stream).read_exact(&mut token).is_ok());
    udp.send_to(&token, fixture.address()).expect("loopback is reachable");
    fixture.drive_until(|fixture| fixture.server_saw.len() > known);
    (stream, udp)
}
