//! The rules every network keeps, for its author to run as tests.
//!
//! Implement [`Network`] for something that makes servers and clients, and name it once:
//!
//! ```
//! # use consonance_transport::{conformance::Network, memory};
//! struct InMemory(memory::MemoryNetwork);
//!
//! impl Network for InMemory {
//!     type Server = memory::MemoryServer;
//!     type Client = memory::MemoryClient;
//!
//!     fn listen(&mut self) -> Self::Server {
//!         self.0.listen()
//!     }
//!
//!     fn client(&mut self, session: &str) -> Self::Client {
//!         self.0.client(session)
//!     }
//! }
//!
//! consonance_transport::conformance_tests!(InMemory(memory::MemoryNetwork::new()));
//! ```
//!
//! Every function here is one rule. It panics, with what was seen instead, when the network breaks it.

#![expect(clippy::missing_panics_doc, reason = "panicking is how every rule here reports")]

use std::time::Instant;

use crate::{ClientTransport, Delivery, DisconnectReason, PacketLimits, Peer, ServerTransport};

mod stage;

use stage::{Saw, Stage};

/// Something that makes servers and clients of one network, for tests.
pub trait Network {
    /// Its servers.
    type Server: ServerTransport;
    /// Its clients.
    type Client: ClientTransport;

    /// A server that listens.
    fn listen(&mut self) -> Self::Server;

    /// A client of the server made last, for this session.
    fn client(&mut self, session: &str) -> Self::Client;
}

/// Makes each rule a test of its own, for the network that the expression makes.
#[macro_export]
macro_rules! conformance_tests {
    ($network:expr) => {
        $crate::conformance_tests! { @rules $network;
            a_client_is_taken_in_and_its_session_named
            packets_of_both_deliveries_go_both_ways
            reliable_packets_arrive_complete_and_in_order
            the_largest_packets_pass_and_larger_ones_are_dropped
            packets_without_a_link_are_dropped_and_counted
            a_refused_client_learns_why_and_never_connects
            a_client_that_leaves_delivers_its_last_words
            a_client_that_leaves_while_connecting_hears_of_its_end_only
            a_dropped_client_is_seen_to_leave
            a_disconnected_peer_learns_why_after_its_last_packets
            a_shutdown_ends_every_link_with_a_reason
            the_same_client_connects_again_under_another_name
            one_packet_reaches_many_peers_and_nobody_else
            a_slow_reader_is_disconnected_and_harms_nobody
        }
    };
    (@rules $network:expr; $($rule:ident)+) => {
        $(#[test]
        fn $rule() {
            $crate::conformance::$rule(&mut $network);
        })+
    };
}

/// Both sides report one connection, and the server learns the session.
pub fn a_client_is_taken_in_and_its_session_named<N: Network>(network: &mut N) {
    let (mut stage, client, peer) = Stage::with_client(network);
    assert_eq!(stage.session_of(peer), "main");
    assert!(peer.0 < 1 << 48, "{peer:?} needs more than 48 bits");
    assert_eq!(stage.client_saw(client), [Saw::Connected]);
    stage.client(client).connect(Instant::now());
    stage.drive_idle();
    assert_eq!(stage.client_saw(client), [Saw::Connected], "connecting again while connected does nothing");
}

/// Each delivery arrives as what it was sent, at either end, empty packets included.
pub fn packets_of_both_deliveries_go_both_ways<N: Network>(network: &mut N) {
    let (mut stage, client, peer) = Stage::with_client(network);
    for delivery in [Delivery::Reliable, Delivery::Unreliable] {
        for packet in [b"words".as_slice(), b""] {
            stage.client(client).send(Instant::now(), delivery, packet);
            stage.drive_until("the server receives", |stage| stage.server_received(peer, delivery, packet));
            stage.server().send(Instant::now(), &[peer], delivery, packet);
            stage.drive_until("the client receives", |stage| stage.client_received(client, delivery, packet));
        }
    }
    let sent = stage.client(client).statistics().sent;
    assert_eq!((sent.reliable.packets, sent.reliable.bytes), (2, 5));
    assert_eq!(stage.server().statistics().links.sent, sent);
    assert_eq!(stage.server().statistics().links.received, sent);
    assert_eq!(stage.client(client).statistics().received, sent);
}

/// A thousand packets of many sizes, both ways at once.
pub fn reliable_packets_arrive_complete_and_in_order<N: Network>(network: &mut N) {
    let (mut stage, client, peer) = Stage::with_client(network);
    let largest = stage.server().limits().reliable_bytes;
    let packets: Vec<Vec<u8>> = (0..1000).map(|number: usize| packet_of(number, largest)).collect();
    for (number, packet) in packets.iter().enumerate() {
        stage.client(client).send(Instant::now(), Delivery::Reliable, packet);
        stage.server().send(Instant::now(), &[peer], Delivery::Reliable, packet);
        if number % 50 == 49 {
            stage.drive_until("fifty more arrive at both ends", |stage| {
                stage.packets_of(peer).len() > number && stage.packets_at(client).len() > number
            });
        }
    }
    assert!(stage.packets_of(peer) == packets, "the server received something else");
    assert!(stage.packets_at(client) == packets, "the client received something else");
}

/// What the limits say is true.
pub fn the_largest_packets_pass_and_larger_ones_are_dropped<N: Network>(network: &mut N) {
    let (mut stage, client, peer) = Stage::with_client(network);
    let PacketLimits { reliable_bytes, unreliable_bytes } = stage.server().limits();
    assert_eq!(stage.client(client).limits(), stage.server().limits());
    for (delivery, bytes) in [(Delivery::Reliable, reliable_bytes), (Delivery::Unreliable, unreliable_bytes)]
    {
        let largest = vec![0x5a; bytes];
        let too_large = vec![0x5a; bytes + 1];
        stage.client(client).send(Instant::now(), delivery, &too_large);
        stage.client(client).send(Instant::now(), delivery, &largest);
        stage.drive_until("the server receives", |stage| stage.server_received(peer, delivery, &largest));
        stage.server().send(Instant::now(), &[peer], delivery, &too_large);
        stage.server().send(Instant::now(), &[peer], delivery, &largest);
        stage.drive_until("the client receives", |stage| stage.client_received(client, delivery, &largest));
    }
    assert_eq!(stage.packets_of(peer).len(), 2);
    assert_eq!(stage.packets_at(client).len(), 2);
    assert_eq!(stage.client(client).statistics().dropped.too_large, 2);
    assert_eq!(stage.server().statistics().links.dropped.too_large, 2);
}

/// Before connecting, after leaving, and to a peer that is gone.
pub fn packets_without_a_link_are_dropped_and_counted<N: Network>(network: &mut N) {
    let (mut stage, client, peer) = Stage::with_client(network);
    let mut unconnected = network.client("main");
    unconnected.send(Instant::now(), Delivery::Reliable, b"early");
    assert_eq!(unconnected.statistics().dropped.not_connected, 1);

    stage.client(client).disconnect(Instant::now());
    stage.client(client).send(Instant::now(), Delivery::Unreliable, b"late");
    assert_eq!(stage.client(client).statistics().dropped.not_connected, 1);
    stage.drive_until("the server sees it leave", |stage| stage.end_of(peer).is_some());
    stage.server().send(Instant::now(), &[peer, Peer(peer.0 + 1000)], Delivery::Reliable, b"late");
    assert_eq!(stage.server().statistics().links.dropped.not_connected, 2);
}

/// Disconnecting a peer before the next poll refuses it.
pub fn a_refused_client_learns_why_and_never_connects<N: Network>(network: &mut N) {
    let mut stage = Stage::new(network);
    stage.refuse_with("no session of this name");
    let client = stage.add_client(network, "nowhere");
    stage.drive_until("the client learns it", |stage| stage.client_end(client).is_some());
    let reason = DisconnectReason::refused(b"no session of this name");
    assert_eq!(stage.client_saw(client), [Saw::Disconnected(reason)]);
    stage.drive_until("the server is rid of it", |stage| {
        stage.server().statistics().connections.connected == 0
    });
}

/// Leaving in order: what was sent reliably before arrives, then the goodbye; both ends report it once.
pub fn a_client_that_leaves_delivers_its_last_words<N: Network>(network: &mut N) {
    let (mut stage, client, peer) = Stage::with_client(network);
    let words: Vec<Vec<u8>> = (0..50).map(|number| packet_of(number, 1000)).collect();
    for word in &words {
        stage.client(client).send(Instant::now(), Delivery::Reliable, word);
    }
    stage.client(client).disconnect(Instant::now());
    stage.drive_until("both ends report it", |stage| {
        stage.end_of(peer).is_some() && stage.client_end(client).is_some()
    });
    stage.drive_idle();
    assert!(stage.packets_of(peer) == words, "the last words did not all arrive");
    assert_eq!(stage.end_of(peer), Some(DisconnectReason::closed_by_peer(b"")));
    assert_eq!(
        stage.client_saw(client),
        [Saw::Connected, Saw::Disconnected(DisconnectReason::ClosedByUs)],
        "one end, said once"
    );
}

/// Changing one's mind early leaves nothing behind.
pub fn a_client_that_leaves_while_connecting_hears_of_its_end_only<N: Network>(network: &mut N) {
    let mut stage = Stage::new(network);
    let client = stage.add_client(network, "main");
    stage.client(client).disconnect(Instant::now());
    stage.drive_until("it hears of its end", |stage| stage.client_end(client).is_some());
    assert_eq!(stage.client_saw(client), [Saw::Disconnected(DisconnectReason::ClosedByUs)]);
    stage.drive_until("the server is rid of it", |stage| {
        stage.server().statistics().connections.connected == 0
    });
}

/// Dropping a client is leaving too.
pub fn a_dropped_client_is_seen_to_leave<N: Network>(network: &mut N) {
    let (mut stage, client, peer) = Stage::with_client(network);
    stage.drop_client(client);
    stage.drive_until("the server sees it leave", |stage| stage.end_of(peer).is_some());
    assert_eq!(stage.end_of(peer), Some(DisconnectReason::closed_by_peer(b"")));
}

/// The server ends one link: last packets, then the reason; nothing from that peer is reported any more.
pub fn a_disconnected_peer_learns_why_after_its_last_packets<N: Network>(network: &mut N) {
    let (mut stage, client, peer) = Stage::with_client(network);
    let words: Vec<Vec<u8>> = (0..50).map(|number| packet_of(number, 1000)).collect();
    for word in &words {
        stage.server().send(Instant::now(), &[peer], Delivery::Reliable, word);
    }
    stage.server().disconnect(Instant::now(), peer, "you shout");
    stage.client(client).send(Instant::now(), Delivery::Reliable, b"unheard");
    stage.drive_until("both ends report it", |stage| {
        stage.end_of(peer).is_some() && stage.client_end(client).is_some()
    });
    assert!(stage.packets_at(client) == words, "the last packets did not all arrive");
    assert_eq!(stage.client_end(client), Some(DisconnectReason::closed_by_peer(b"you shout")));
    assert_eq!(stage.end_of(peer), Some(DisconnectReason::ClosedByUs));
    assert!(stage.packets_of(peer).is_empty(), "a disconnected peer is not heard");
}

/// Everybody learns it, newcomers are not taken in.
pub fn a_shutdown_ends_every_link_with_a_reason<N: Network>(network: &mut N) {
    let (mut stage, first, _) = Stage::with_client(network);
    let (second, _) = stage.connect_client(network);
    stage.server().shutdown(Instant::now());
    stage.drive_until("everybody learns it", |stage| {
        [first, second].iter().all(|&client| stage.client_end(client).is_some())
            && stage.server().statistics().connections.connected == 0
    });
    for client in [first, second] {
        assert_eq!(
            stage.client_end(client),
            Some(DisconnectReason::closed_by_peer(b"the server is shutting down"))
        );
    }
    let late = stage.add_client(network, "main");
    stage.drive_until("a newcomer is turned away", |stage| stage.client_end(late).is_some());
    assert!(!stage.client_saw(late).contains(&Saw::Connected));
}

/// Coming back works, and names of peers are never used again.
pub fn the_same_client_connects_again_under_another_name<N: Network>(network: &mut N) {
    let (mut stage, client, mut peer) = Stage::with_client(network);
    for _ in 0..3 {
        stage.client(client).disconnect(Instant::now());
        stage.client(client).connect(Instant::now());
        let again = stage.next_peer();
        assert!(again > peer, "{again:?} came after {peer:?}");
        peer = again;
        stage.drive_until("it connects again", |stage| {
            stage.client_saw(client).last() == Some(&Saw::Connected)
        });
    }
    stage.client(client).send(Instant::now(), Delivery::Reliable, b"back");
    stage.drive_until("it is heard", |stage| stage.server_received(peer, Delivery::Reliable, b"back"));
    let ends = stage.client_saw(client).iter().filter(|saw| matches!(saw, Saw::Disconnected(_))).count();
    assert_eq!(ends, 3, "each link ends once");
}

/// One call sends to all that are named, once each on the reliable way; one that leaves changes nothing for others.
pub fn one_packet_reaches_many_peers_and_nobody_else<N: Network>(network: &mut N) {
    let mut stage = Stage::new(network);
    let everybody: Vec<(usize, Peer)> = (0..50).map(|_| stage.connect_client(network)).collect();
    let (outsider, listeners) = everybody.split_first().expect("there are fifty");
    let peers: Vec<Peer> = listeners.iter().map(|&(_, peer)| peer).collect();
    stage.server().send(Instant::now(), &peers, Delivery::Reliable, b"to many");
    stage.server().send(Instant::now(), &peers, Delivery::Unreliable, b"voice");
    stage.drive_until("all of them receive", |stage| {
        listeners.iter().all(|&(client, _)| stage.packets_at(client).len() == 2)
    });
    stage.client(listeners[0].0).disconnect(Instant::now());
    stage.drive_until("one leaves", |stage| stage.end_of(listeners[0].1).is_some());
    stage.server().send(Instant::now(), &peers, Delivery::Reliable, b"again");
    stage.drive_until("the others receive", |stage| {
        listeners[1..].iter().all(|&(client, _)| stage.packets_at(client).len() == 3)
    });
    assert_eq!(stage.client_saw(outsider.0), [Saw::Connected], "nothing was sent to it");
}

/// Whoever does not take its reliable packets is disconnected; others receive all of theirs meanwhile.
pub fn a_slow_reader_is_disconnected_and_harms_nobody<N: Network>(network: &mut N) {
    const PACKETS_MAX: usize = 1_000_000;
    let (mut stage, slow, slow_peer) = Stage::with_client(network);
    let (quick, quick_peer) = stage.connect_client(network);
    stage.stop_polling(slow);
    let packet = packet_of(0, 1000);
    let mut sent = 0;
    while stage.server().statistics().connections.too_slow == 0 {
        for _ in 0..50 {
            stage.server().send(Instant::now(), &[slow_peer, quick_peer], Delivery::Reliable, &packet);
        }
        sent += 50;
        stage.drive_until("the quick one keeps up", |stage| stage.packets_at(quick).len() == sent);
        assert!(sent < PACKETS_MAX, "{sent} packets wait for a client that does not read");
    }
    stage.drive_until("the slow one is disconnected", |stage| stage.end_of(slow_peer).is_some());
    assert!(matches!(stage.end_of(slow_peer), Some(DisconnectReason::Overloaded { .. })));
    assert_eq!(stage.end_of(quick_peer), None);
}

/// A packet that tells its number, of a size that varies up to `largest`.
fn packet_of(number: usize, largest: usize) -> Vec<u8> {
    let size = (number * 7919 % largest.min(3000)).max(8);
    let mut packet = vec![number as u8; size];
    packet[..8].copy_from_slice(&(number as u64).to_be_bytes());
    packet
}
