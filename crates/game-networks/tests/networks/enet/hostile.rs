//! Datagrams that no ENet peer sends.

use std::time::Duration;

use consonance_game_networks::enet::RELIABLE_CHANNEL;
use consonance_link::gateway::udp::ClientEndpoint as _;
use consonance_link::gateway::udp::rig::{LinkConditions, Saw};
use consonance_link::{ClientNetwork as _, DisconnectReason, ServerNetwork as _};
use proptest::prelude::*;

use crate::enet::support::{EnetRig, client, connect, reliable, request, rig};

/// A fragment of a message on channel 0, from or for peer 0: these bytes of a message of `total` bytes.
fn fragment(number: u32, count: u32, (offset, length): (u32, u16), total: u32) -> Vec<u8> {
    let mut datagram = vec![0x40, 0, 0, 0, 0x88, 0];
    datagram.extend_from_slice(&(1 + number as u16).to_be_bytes());
    datagram.extend_from_slice(&1_u16.to_be_bytes());
    datagram.extend_from_slice(&length.to_be_bytes());
    for field in [count, number, total, offset] {
        datagram.extend_from_slice(&field.to_be_bytes());
    }
    datagram.extend(std::iter::repeat_n(0x5a, usize::from(length)));
    datagram
}

fn inject_from(rig: &mut EnetRig, client: usize, datagram: &[u8]) {
    let from = rig.client(client).address;
    rig.inject(from, datagram);
}

#[test]
fn fragments_that_leave_a_hole_make_no_message() {
    let holes = [
        ("the same bytes twice", [(0, 100), (0, 100)], 200),
        ("too few bytes", [(0, 100), (150, 50)], 200),
        ("a size that changes", [(0, 150), (100, 100)], 200),
        ("beyond the end", [(0, 100), (100, 200)], 200),
        ("nothing at all", [(0, 0), (0, 0)], 200),
    ];
    for (what, [first, second], total) in holes {
        let mut rig = rig(LinkConditions::PERFECT, 1);
        let (client, peer) = connect(&mut rig, client());
        inject_from(&mut rig, client, &fragment(0, 2, first, total));
        inject_from(&mut rig, client, &fragment(1, 2, second, total));
        assert_eq!(reliable(rig.saw_of(peer)).len(), 0, "{what}");
        assert!(rig.server.statistics().links.dropped.malformed > 0, "{what}");
    }
}

#[test]
fn fragments_of_one_size_make_the_message_that_they_are_parts_of() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    let (client, peer) = connect(&mut rig, client());
    inject_from(&mut rig, client, &fragment(1, 2, (120, 80), 200));
    inject_from(&mut rig, client, &fragment(0, 2, (0, 120), 200));
    assert_eq!(reliable(rig.saw_of(peer)), [vec![0x5a; 200]]);
}

#[test]
fn a_message_larger_than_allowed_ends_the_connection_before_anything_is_kept_for_it() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    let (client, peer) = connect(&mut rig, client());
    let total = 1024 * 1024 + 1_u32;
    inject_from(&mut rig, client, &fragment(0, total.div_ceil(1000), (0, 1000), total));
    let end = rig.saw_of(peer).last().copied().cloned();
    assert!(matches!(end, Some(Saw::Disconnected(DisconnectReason::ProtocolViolated { .. }))), "{end:?}");
    rig.run_for(Duration::from_secs(1));
    assert_eq!(
        rig.client_saw(client).last(),
        Some(&Saw::Disconnected(DisconnectReason::closed_by_peer(b""))),
        "and is said"
    );
}

#[test]
fn a_server_with_fewer_channels_than_the_game_is_left_with_the_reason() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    let client = rig.add_client(client(), &[]);
    let mut answer = vec![0x40, 0, 0, 0, 0x83, 0xff, 0, 1, 0, 0, 0, 0, 0, 0, 5, 0, 0, 1, 0, 0];
    answer.extend_from_slice(&1_u32.to_be_bytes());
    answer.extend_from_slice(&[0; 24]);
    let now = rig.now();
    rig.client(client).endpoint.handle_datagram(now, &answer);
    rig.run_for(Duration::from_millis(1));
    let end = &rig.client_saw(client)[0];
    assert!(matches!(end, Saw::Disconnected(DisconnectReason::ProtocolViolated { .. })), "{end:?}");
}

#[test]
fn a_request_that_is_cut_short_or_longer_gets_no_place() {
    let request = request();
    let mut rig = rig(LinkConditions::PERFECT, 1);
    let from = ([10, 9, 9, 9], 1).into();
    for length in 0..request.len() {
        rig.inject(from, &request[..length]);
    }
    for more in [vec![0x85, 0xff, 0, 1], vec![0; 1], request[4..].to_vec()] {
        rig.inject(from, &[request.clone(), more].concat());
    }
    assert_eq!(rig.server_saw, []);
    assert_eq!(rig.server.statistics().links.dropped.malformed, request.len() as u64 + 3);
}

/// Bytes, half of which look like datagrams for peer 0.
fn datagrams() -> impl Strategy<Value = Vec<u8>> {
    let command = (any::<u8>(), 0..3_u8, prop::collection::vec(any::<u8>(), 2..60));
    let likely = prop::collection::vec(command, 1..6).prop_map(|commands| {
        let mut datagram = vec![0x40, 0, 0, 0];
        for (number, channel, rest) in commands {
            datagram.extend_from_slice(&[number, channel]);
            datagram.extend_from_slice(&rest);
        }
        datagram
    });
    prop_oneof![likely, prop::collection::vec(any::<u8>(), 0..200)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_from_either_side_harm_other_peers(noise in prop::collection::vec(datagrams(), 1..20)) {
        let mut rig = rig(LinkConditions::PERFECT, 1);
        let (victim, _) = connect(&mut rig, client());
        let (bystander, peer) = connect(&mut rig, client());
        for datagram in noise {
            inject_from(&mut rig, victim, &datagram);
            let now = rig.now();
            rig.client(victim).endpoint.handle_datagram(now, &datagram);
            rig.run_for(Duration::from_millis(20));
        }
        let now = rig.now();
        rig.client(bystander).endpoint.send(now, RELIABLE_CHANNEL, b"well");
        rig.run_until("the other one is heard", |rig| !reliable(rig.saw_of(peer)).is_empty());
    }
}
