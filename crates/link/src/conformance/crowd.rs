//! Many clients at once, and slow ones among them.

use std::time::Instant;

use super::Network;
use super::fixture::{Fixture, Saw};
use super::packets::packet_of;
use crate::{ClientNetwork as _, Delivery, DisconnectReason, Peer, ServerNetwork as _};

/// How many reliable packets a quick reader is sent between two polls, while a slow one is flooded.
pub(super) const TO_QUICK: usize = 50;

/// How many a slow reader is sent meanwhile for each: enough to fill its queue within a few polls. Otherwise, on
/// networks where a client that reads nothing is also silent, the link would be lost first on a busy machine.
pub(super) const TO_SLOW_FOR_EACH_TO_QUICK: usize = 20;

/// Fifty clients speak at once, and none is mistaken for another.
pub fn each_packet_is_known_by_the_link_that_it_came_over<N: Network>(network: &mut N) {
    let mut fixture = Fixture::new(network);
    let links: Vec<(usize, Peer)> = (0..50).map(|_| fixture.connect_client(network)).collect();
    let own_packet = |client| packet_of(client, 100);
    for &(client, _) in &links {
        fixture.client(client).send(Instant::now(), Delivery::Reliable, &own_packet(client));
    }
    fixture.drive_sending("every client is heard with both deliveries", |fixture| {
        let is_heard = |fixture: &Fixture<N>, &(client, peer): &(usize, Peer), delivery| {
            fixture.server_received(peer, delivery, &own_packet(client))
        };
        for link in &links {
            if !is_heard(fixture, link, Delivery::Unreliable) {
                fixture.client(link.0).send(Instant::now(), Delivery::Unreliable, &own_packet(link.0));
            }
        }
        links.iter().all(|link| {
            is_heard(fixture, link, Delivery::Reliable) && is_heard(fixture, link, Delivery::Unreliable)
        })
    });
    for &(client, peer) in &links {
        assert!(fixture.packets_of(peer).iter().all(|packet| *packet == own_packet(client)));
    }
}

/// One call sends to all given peers, exactly once if reliable; a peer that leaves changes nothing for the others.
pub fn one_packet_reaches_the_given_peers_only<N: Network>(network: &mut N) {
    let mut fixture = Fixture::new(network);
    let links: Vec<(usize, Peer)> = (0..50).map(|_| fixture.connect_client(network)).collect();
    let (outsider, listeners) = links.split_first().expect("there are fifty");
    let peers: Vec<Peer> = listeners.iter().map(|&(_, peer)| peer).collect();
    fixture.server().send(Instant::now(), &peers, Delivery::Reliable, b"to many");
    fixture.server().send(Instant::now(), &peers, Delivery::Unreliable, b"voice");
    fixture.drive_until("all of them receive", |fixture| {
        listeners.iter().all(|&(client, _)| fixture.packets_at(client).len() == 2)
    });
    fixture.client(listeners[0].0).disconnect(Instant::now());
    fixture.drive_until("one leaves", |fixture| fixture.end_of(listeners[0].1).is_some());
    fixture.server().send(Instant::now(), &peers, Delivery::Reliable, b"again");
    fixture.drive_until("the others receive", |fixture| {
        listeners[1..].iter().all(|&(client, _)| fixture.packets_at(client).len() == 3)
    });
    assert_eq!(fixture.client_saw(outsider.0), [Saw::Connected], "nothing was sent to it");
}

/// A game that hangs for a while: only a bounded amount of voice is kept for it, but all reliable packets are.
pub fn a_listener_that_pauses_loses_old_voice_and_nothing_else<N: Network>(network: &mut N) {
    let (mut fixture, client, peer) = Fixture::with_client(network);
    fixture.set_polled(client, false);
    for number in 0..N::FLOOD {
        fixture.server().send(Instant::now(), &[peer], Delivery::Unreliable, &packet_of(number, 100));
        if number % 100 == 0 {
            fixture.drive_once();
        }
    }
    fixture.server().send(Instant::now(), &[peer], Delivery::Reliable, b"still here?");
    fixture.set_polled(client, true);
    fixture.drive_until("it hears what is reliable", |fixture| {
        fixture.client_received(client, Delivery::Reliable, b"still here?")
    });
    fixture.drive_idle();
    let kept = fixture.packets_at(client).len();
    assert!(kept < N::FLOOD / 2, "{kept} of {} packets of old voice were kept", N::FLOOD);
    fixture.drive_sending("it hears new voice", |fixture| {
        fixture.server().send(Instant::now(), &[peer], Delivery::Unreliable, b"new");
        fixture.client_received(client, Delivery::Unreliable, b"new")
    });
    assert_eq!((fixture.end_of(peer), fixture.client_end(client)), (None, None));
}

/// A client that does not take its reliable packets is disconnected; others receive all of theirs meanwhile.
pub fn a_slow_reader_is_disconnected_and_others_are_unaffected<N: Network>(network: &mut N) {
    const PACKETS_MAX: usize = 1_000_000;
    let (mut fixture, slow, slow_peer) = Fixture::with_client(network);
    let (quick, quick_peer) = fixture.connect_client(network);
    fixture.set_polled(slow, false);
    let packet = vec![0x5a; fixture.server().limits().reliable_bytes.min(1000)];
    let mut rounds = 0;
    while fixture.server().statistics().connections.too_slow == 0 {
        for _ in 0..TO_QUICK {
            fixture.server().send(Instant::now(), &[slow_peer, quick_peer], Delivery::Reliable, &packet);
            for _ in 1..TO_SLOW_FOR_EACH_TO_QUICK {
                fixture.server().send(Instant::now(), &[slow_peer], Delivery::Reliable, &packet);
            }
        }
        rounds += 1;
        fixture.drive_until("the quick one keeps up", |fixture| {
            fixture.packets_at(quick).len() == rounds * TO_QUICK
        });
        let end = fixture.end_of(slow_peer);
        assert!(
            matches!(end, None | Some(DisconnectReason::Overloaded { .. })),
            "it ended otherwise: {end:?}"
        );
        let waiting = rounds * TO_QUICK * TO_SLOW_FOR_EACH_TO_QUICK;
        assert!(waiting < PACKETS_MAX, "{waiting} packets wait for a client that does not read");
    }
    fixture.drive_until("the slow one is disconnected", |fixture| fixture.end_of(slow_peer).is_some());
    assert!(matches!(fixture.end_of(slow_peer), Some(DisconnectReason::Overloaded { .. })));
    assert_eq!(fixture.end_of(quick_peer), None);
}

/// A log line identifies a handle without all of its content: packets, secrets and every link.
pub fn a_debug_print_of_either_end_is_short<N: Network>(network: &mut N) {
    const CLIENTS: usize = 4;
    let mut fixture = Fixture::new(network);
    let clients: Vec<_> = (0..CLIENTS).map(|_| fixture.add_client(network, "main")).collect();
    fixture.drive_until("all are in", |fixture| {
        clients.iter().all(|&client| fixture.client_saw(client).contains(&Saw::Connected))
    });
    let printed = [format!("{:?}", fixture.server()), format!("{:?}", fixture.client(clients[0]))];
    for print in printed {
        let begins_with_a_name = print.starts_with(|first: char| first.is_ascii_uppercase());
        assert!(begins_with_a_name && print.len() <= PRINT_BYTES_MAX, "{} bytes: {print}", print.len());
    }
}

/// Two and a half lines of a terminal.
const PRINT_BYTES_MAX: usize = 200;

/// Two hundred clients connect at once to one server, each speaks and is answered, and none is mistaken for another.
///
/// Not part of [`conformance_tests`](crate::conformance_tests), as the other rules find the same faults sooner: call it
/// once for each network.
pub fn two_hundred_clients_talk_to_one_server<N: Network>(network: &mut N) {
    const CLIENTS: usize = 200;
    let mut fixture = Fixture::new(network);
    for _ in 0..CLIENTS {
        fixture.add_client(network, "main");
    }
    fixture.drive_until("all of them are in", |fixture| {
        fixture.peers().count() == CLIENTS
            && (0..CLIENTS).all(|client| fixture.client_saw(client).first() == Some(&Saw::Connected))
    });
    for client in 0..CLIENTS {
        fixture.client(client).send(Instant::now(), Delivery::Reliable, &packet_of(client, 100));
    }
    fixture.drive_until("all of them are heard", |fixture| {
        fixture.peers().all(|peer| !fixture.packets_of(peer).is_empty())
    });
    for peer in fixture.peers().collect::<Vec<_>>() {
        let heard = fixture.packets_of(peer).concat();
        fixture.server().send(Instant::now(), &[peer], Delivery::Reliable, &heard);
    }
    fixture.drive_until("all of them are answered", |fixture| {
        (0..CLIENTS).all(|client| !fixture.packets_at(client).is_empty())
    });
    for client in 0..CLIENTS {
        assert_eq!(fixture.packets_at(client), [packet_of(client, 100)], "each is answered what it said");
        assert_eq!(fixture.client_end(client), None);
    }
}
