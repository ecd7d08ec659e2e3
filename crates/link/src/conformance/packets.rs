//! Packets arrive as they were sent: delivery, order, size.

use std::time::Instant;

use super::Network;
use super::fixture::{Fixture, Saw};
use crate::{ClientNetwork as _, Delivery, PacketLimits, Peer, ServerNetwork as _};

/// Packets of both deliveries arrive with their delivery, at either end, empty packets included.
pub fn packets_of_both_deliveries_go_both_ways<N: Network>(network: &mut N) {
    let (mut fixture, client, peer) = Fixture::with_client(network);
    let packets: &[&[u8]] = if N::CARRIES_EMPTY_PACKETS { &[b"words", b""] } else { &[b"words"] };
    for delivery in [Delivery::Reliable, Delivery::Unreliable] {
        for &packet in packets {
            fixture.client(client).send(Instant::now(), delivery, packet);
            fixture.drive_until("the server receives", |fixture| {
                fixture.server_received(peer, delivery, packet)
            });
            fixture.server().send(Instant::now(), &[peer], delivery, packet);
            fixture.drive_until("the client receives", |fixture| {
                fixture.client_received(client, delivery, packet)
            });
        }
    }
    let sent = fixture.client(client).statistics().sent;
    assert_eq!((sent.reliable.packets, sent.reliable.bytes), (packets.len() as u64, 5));
    assert_eq!(fixture.server().statistics().links.sent, sent);
    assert_eq!(fixture.server().statistics().links.received, sent);
    assert_eq!(fixture.client(client).statistics().received, sent);
}

/// A thousand packets of many sizes, both ways at once.
pub fn reliable_packets_arrive_complete_and_in_order<N: Network>(network: &mut N) {
    let (mut fixture, client, peer) = Fixture::with_client(network);
    let largest = fixture.server().limits().reliable_bytes;
    let packets: Vec<Vec<u8>> = (0..1000).map(|number: usize| packet_of(number, largest)).collect();
    for (number, packet) in packets.iter().enumerate() {
        fixture.client(client).send(Instant::now(), Delivery::Reliable, packet);
        fixture.server().send(Instant::now(), &[peer], Delivery::Reliable, packet);
        if number % 50 == 49 {
            fixture.drive_until("fifty more arrive at both ends", |fixture| {
                fixture.packets_of(peer).len() > number && fixture.packets_at(client).len() > number
            });
        }
    }
    assert!(fixture.packets_of(peer) == packets, "the server received something else");
    assert!(fixture.packets_at(client) == packets, "the client received something else");
}

/// Each is whole, whatever happens to its neighbours and to reliable packets.
pub fn unreliable_packets_are_independent_of_each_other<N: Network>(network: &mut N) {
    const ENOUGH: usize = 200;
    let (mut fixture, client, peer) = Fixture::with_client(network);
    let limits = fixture.server().limits();
    let mut sent = 0;
    fixture.drive_sending("many arrive at both ends", |fixture| {
        for _ in 0..10 {
            let (voice, control) = (packet_of(sent, limits.unreliable_bytes), packet_of(sent, 100));
            for (delivery, packet) in [(Delivery::Unreliable, &voice), (Delivery::Reliable, &control)] {
                fixture.client(client).send(Instant::now(), delivery, packet);
                fixture.server().send(Instant::now(), &[peer], delivery, packet);
            }
            sent += 1;
        }
        [fixture.server_saw(peer), fixture.client_saw(client)]
            .iter()
            .all(|saw| with_delivery(saw, Delivery::Unreliable).len() >= ENOUGH)
    });
    for saw in [fixture.server_saw(peer), fixture.client_saw(client)] {
        let controls = with_delivery(saw, Delivery::Reliable);
        assert!(
            controls.iter().map(|packet| number_of(packet)).eq(0..controls.len()),
            "control was disturbed"
        );
        let voices = with_delivery(saw, Delivery::Unreliable);
        let is_whole = |packet: &Vec<u8>| *packet == packet_of(number_of(packet), limits.unreliable_bytes);
        assert!(voices.iter().all(|packet| is_whole(packet)), "an unreliable packet was changed");
        let mut numbers: Vec<usize> = voices.iter().map(|packet| number_of(packet)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert!(numbers.len() >= ENOUGH / 2, "only {} different ones in {}", numbers.len(), voices.len());
    }
}

/// Packets up to the limits pass, and larger ones do not.
pub fn the_largest_packets_pass_and_larger_ones_are_dropped<N: Network>(network: &mut N) {
    let (mut fixture, client, peer) = Fixture::with_client(network);
    let PacketLimits { reliable_bytes, unreliable_bytes } = fixture.server().limits();
    assert_eq!(fixture.client(client).limits(), fixture.server().limits());
    for (delivery, bytes) in [(Delivery::Reliable, reliable_bytes), (Delivery::Unreliable, unreliable_bytes)]
    {
        let largest = vec![0x5a; bytes];
        let too_large = vec![0x5a; bytes + 1];
        fixture.client(client).send(Instant::now(), delivery, &too_large);
        fixture.client(client).send(Instant::now(), delivery, &largest);
        fixture
            .drive_until("the server receives", |fixture| fixture.server_received(peer, delivery, &largest));
        fixture.server().send(Instant::now(), &[peer], delivery, &too_large);
        fixture.server().send(Instant::now(), &[peer], delivery, &largest);
        fixture.drive_until("the client receives", |fixture| {
            fixture.client_received(client, delivery, &largest)
        });
    }
    assert_eq!(fixture.packets_of(peer).len(), 2);
    assert_eq!(fixture.packets_at(client).len(), 2);
    assert_eq!(fixture.client(client).statistics().dropped.too_large, 2);
    assert_eq!(fixture.server().statistics().links.dropped.too_large, 2);
}

/// Before connecting, after leaving, and to a peer that is gone.
pub fn packets_without_a_link_are_dropped_and_counted<N: Network>(network: &mut N) {
    let (mut fixture, client, peer) = Fixture::with_client(network);
    let mut unconnected = network.client("main");
    unconnected.send(Instant::now(), Delivery::Reliable, b"early");
    assert_eq!(unconnected.statistics().dropped.not_connected, 1);

    fixture.client(client).disconnect(Instant::now());
    fixture.client(client).send(Instant::now(), Delivery::Unreliable, b"late");
    assert_eq!(fixture.client(client).statistics().dropped.not_connected, 1);
    fixture.drive_until("the server sees it leave", |fixture| fixture.end_of(peer).is_some());
    fixture.server().send(Instant::now(), &[peer, Peer(peer.0 + 1000)], Delivery::Reliable, b"late");
    assert_eq!(fixture.server().statistics().links.dropped.not_connected, 2);
}

/// A host is server and client at once: neither receives anything before its next poll.
pub fn a_packet_waits_for_the_next_poll_of_its_receiver<N: Network>(network: &mut N) {
    let (mut fixture, client, peer) = Fixture::with_client(network);
    fixture.client(client).send(Instant::now(), Delivery::Reliable, b"question");
    assert_eq!(fixture.server().statistics().links.received.reliable.packets, 0, "the server did not ask");
    fixture.drive_until("the server hears it", |fixture| {
        fixture.server_received(peer, Delivery::Reliable, b"question")
    });
    fixture.set_polled(client, false);
    fixture.server().send(Instant::now(), &[peer], Delivery::Reliable, b"answer");
    fixture.drive_idle();
    assert_eq!(fixture.client(client).statistics().received.reliable.packets, 0, "the client did not ask");
    fixture.set_polled(client, true);
    fixture.drive_until("the client hears it", |fixture| {
        fixture.client_received(client, Delivery::Reliable, b"answer")
    });
}

/// A packet that contains its number, of a size that varies up to `largest`.
pub(super) fn packet_of(number: usize, largest: usize) -> Vec<u8> {
    let size = (number.wrapping_mul(7919) % largest.min(3000)).max(8);
    let mut packet = vec![number as u8; size];
    packet[..8].copy_from_slice(&(number as u64).to_be_bytes());
    packet
}

/// The number in such a packet.
pub(super) fn number_of(packet: &[u8]) -> usize {
    packet.first_chunk().map_or(usize::MAX, |number| u64::from_be_bytes(*number) as usize)
}

/// The packets with this delivery, among the reports.
pub(super) fn with_delivery(saw: &[Saw], wanted: Delivery) -> Vec<&Vec<u8>> {
    let packets = saw.iter().filter_map(|saw| match saw {
        Saw::Packet(delivery, packet) if *delivery == wanted => Some(packet),
        _ => None,
    });
    packets.collect()
}
