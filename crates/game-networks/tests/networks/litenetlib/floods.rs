//! First datagrams, and the dialects that they reveal.

use std::net::SocketAddr;
use std::time::Duration;

use consonance_game_networks::litenetlib::{Dialect, RELIABLE_ORDERED, ServerSettings};
use consonance_link::gateway::udp::ClientEndpoint as _;
use consonance_link::gateway::udp::rig::{LinkConditions, Saw};
use consonance_link::{ClientNetwork as _, DisconnectReason, ServerLinkEvent, ServerNetwork as _};

use crate::litenetlib::support::{
    ByHand, CONNECT_TIME, LiteNetLibRig, address, client, messages, request_at, rig, rig_with,
};

fn request_of(packet_type: u8, protocol: i32) -> Vec<u8> {
    let mut request = request_at(CONNECT_TIME);
    request[0] = packet_type;
    request[1..5].copy_from_slice(&protocol.to_le_bytes());
    request
}

#[test]
fn the_first_datagram_tells_the_dialect() {
    for (packet_type, protocol, serves_v2, answer) in [
        (5, 13, false, Some(6)),
        (5, 13, true, Some(6)),
        (6, 13, false, None),
        (6, 13, true, Some(7)),
        (6, 11, true, None),
        (5, 11, false, Some(0x0f)),
        (5, 12, false, Some(0x0f)),
        (5, 14, true, Some(0x0f)),
    ] {
        let mut by_hand = ByHand::new(ServerSettings { serves_v2, ..ServerSettings::default() });
        let answers = by_hand.answers(address(1), &request_of(packet_type, protocol));
        let first = answers.first().map(|answer| answer[0]);
        assert_eq!(first, answer, "type {packet_type}, protocol {protocol}, 2.x served: {serves_v2}");
    }
}

#[test]
fn clients_of_both_dialects_talk_to_one_server() {
    let settings = ServerSettings { serves_v2: true, ..ServerSettings::default() };
    let mut rig = rig_with(settings, LinkConditions::POOR, 5);
    for dialect in [Dialect::V1, Dialect::V2] {
        let (client, peer) = rig.connect_client(client().with_dialect(dialect), &[]);
        let now = rig.now();
        rig.client(client).endpoint.send(now, RELIABLE_ORDERED, &[7; 3000]);
        rig.server.send(now, &[peer], RELIABLE_ORDERED, b"down");
        rig.run_until("both are heard", |rig| {
            messages(rig.saw_of(peer), RELIABLE_ORDERED) == [[7; 3000]]
                && messages(rig.client_saw(client), RELIABLE_ORDERED) == [b"down"]
        });
        rig.run_for(Duration::from_secs(30));
        assert_eq!(rig.saw_of(peer).len(), 2, "pings of both keep it up");
        let now = rig.now();
        rig.client(client).endpoint.disconnect(now);
        rig.run_until("it ends", |rig| {
            rig.client_saw(client).last() == Some(&Saw::Disconnected(DisconnectReason::ClosedByUs))
        });
    }
}

#[test]
fn a_client_of_another_protocol_learns_it() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    let client = rig.add_client(client(), &[]);
    let now = rig.now();
    rig.client(client).endpoint.handle_datagram(now, &[0x0f]);
    rig.run_until("it ends", |rig| !rig.client_saw(client).is_empty());
    let saw = rig.client_saw(client);
    assert!(matches!(saw, [Saw::Disconnected(DisconnectReason::ProtocolViolated { .. })]), "{saw:?}");
}

#[test]
fn what_is_not_a_request_is_answered_with_at_most_a_byte() {
    for (datagram, answer) in [
        (&[0_u8, 1, 2][..], Some(&[0x0e_u8][..])),
        (&[1, 0, 0, 2], Some(&[0x0e])),
        (&[2, 0, 0, 2], Some(&[0x0e])),
        (&[3, 2, 0], Some(&[0x0e])),
        (&[12, 1, 0, 0], Some(&[0x0e])),
        (&[7, 0, 0, 0, 0, 0, 0, 0, 0], Some(&[0x0d])),
        (&[8, 1], None),
        (&[16, 1], None),
        (&[11, 1], None),
        (&[13], None),
        (&[14], None),
        (&[15], None),
        (&[17], None),
        (&[18], None),
        (&[5, 13, 0, 0, 0], None),
        (&[], None),
    ] {
        let mut by_hand = ByHand::new(ServerSettings::default());
        assert_eq!(by_hand.give(address(1), datagram), []);
        let answers = by_hand.take();
        assert_eq!(answers.first().map(Vec::as_slice), answer, "{datagram:?}");
        assert!(answers.len() < 2);
    }
}

#[test]
fn a_request_for_an_address_of_a_strange_size_is_none() {
    for size in [0, 15, 17, 27, 29, 255] {
        let mut request = request_at(CONNECT_TIME);
        request[17] = size;
        request.resize(300, 0);
        let mut by_hand = ByHand::new(ServerSettings::default());
        assert_eq!(by_hand.give(address(1), &request), []);
        assert_eq!(by_hand.server.statistics().links.dropped.malformed, 1);
    }
    let mut request = request_at(CONNECT_TIME);
    request[17] = 28;
    request.truncate(18 + 28);
    request.resize(18 + 28, 0);
    let mut by_hand = ByHand::new(ServerSettings::default());
    assert!(matches!(by_hand.give(address(1), &request)[..], [(ServerLinkEvent::Connected { .. }, _)]));
}

#[test]
fn real_clients_connect_while_a_hundred_spoofed_requests_arrive_every_second() {
    for conditions in [LinkConditions::PERFECT, LinkConditions::POOR] {
        let mut rig = rig(conditions, 3);
        let mut sent = 0_u16;
        let mut come = |rig: &mut LiteNetLibRig, requests: usize| {
            for _ in 0..requests {
                sent += 1;
                rig.inject(SocketAddr::from(([192, 0, 2, 1], sent)), &request_at(CONNECT_TIME));
                rig.run_for(Duration::from_millis(10));
            }
        };
        come(&mut rig, 1000);
        let client = rig.add_client(client(), &[]);
        come(&mut rig, 500);
        assert_eq!(rig.client_saw(client), [Saw::Connected(Vec::new())], "it is in, and stays");
        let now = rig.now();
        rig.client(client).endpoint.send(now, RELIABLE_ORDERED, b"here");
        rig.run_until("it is heard", |rig| {
            rig.server_saw.iter().any(|(_, saw)| *saw == Saw::Message(RELIABLE_ORDERED, b"here".to_vec()))
        });
    }
}
