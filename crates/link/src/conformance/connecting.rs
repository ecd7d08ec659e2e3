//! Connecting: being admitted, being refused, coming back.

use std::time::Instant;

use super::Network;
use super::fixture::{Fixture, Saw, words_from};
use crate::{ClientNetwork as _, Delivery, DisconnectReason, Peer, ServerNetwork as _};

/// Both sides report one connection, and the server learns the session.
pub fn a_client_is_taken_in_and_its_session_named<N: Network>(network: &mut N) {
    let (mut fixture, client, peer) = Fixture::with_client(network);
    assert_eq!(fixture.session_of(peer), if N::NAMES_SESSIONS { "main" } else { "" });
    assert!(peer.0 < 1 << 48, "{peer:?} needs more than 48 bits");
    assert_eq!(fixture.client_saw(client), [Saw::Connected]);
    fixture.client(client).connect(Instant::now());
    fixture.drive_idle();
    assert_eq!(fixture.client_saw(client), [Saw::Connected], "connecting again while connected does nothing");
}

/// Disconnecting a peer before the next poll refuses it.
pub fn a_refused_client_learns_why_and_never_connects<N: Network>(network: &mut N) {
    let mut fixture = Fixture::new(network);
    fixture.refuse_with("no session of this name");
    let client = fixture.add_client(network, "nowhere");
    fixture.drive_until("the client learns it", |fixture| fixture.client_end(client).is_some());
    let words = words_from::<N>("no session of this name");
    if N::REFUSES {
        assert_eq!(fixture.client_saw(client), [Saw::Disconnected(DisconnectReason::refused(words))]);
    } else {
        let end = Saw::Disconnected(DisconnectReason::closed_by_peer(words));
        assert_eq!(fixture.client_saw(client), [Saw::Connected, end]);
    }
    fixture.drive_until("the server is rid of it", |fixture| {
        fixture.server().statistics().connections.connected == 0
    });
}

/// Cancelling early leaves nothing behind.
pub fn a_client_that_leaves_while_connecting_hears_of_its_end_only<N: Network>(network: &mut N) {
    let mut fixture = Fixture::new(network);
    let client = fixture.add_client(network, "main");
    fixture.client(client).disconnect(Instant::now());
    fixture.drive_until("it hears of its end", |fixture| fixture.client_end(client).is_some());
    assert_eq!(fixture.client_saw(client), [Saw::Disconnected(DisconnectReason::ClosedByUs)]);
    fixture.drive_until("the server is rid of it", |fixture| {
        fixture.server().statistics().connections.connected == 0
    });
}

/// Reconnecting works, and names of peers are never reused.
pub fn the_same_client_connects_again_under_another_name<N: Network>(network: &mut N) {
    let (mut fixture, client, mut peer) = Fixture::with_client(network);
    for _ in 0..3 {
        fixture.client(client).disconnect(Instant::now());
        fixture.client(client).connect(Instant::now());
        let again = fixture.next_peer();
        assert!(again > peer, "{again:?} came after {peer:?}");
        peer = again;
        fixture.drive_until("it connects again", |fixture| {
            fixture.client_saw(client).last() == Some(&Saw::Connected)
        });
    }
    fixture.client(client).send(Instant::now(), Delivery::Reliable, b"back");
    fixture.drive_until("it is heard", |fixture| fixture.server_received(peer, Delivery::Reliable, b"back"));
    let ends = fixture.client_saw(client).iter().filter(|saw| matches!(saw, Saw::Disconnected(_))).count();
    assert_eq!(ends, 3, "each link ends once");
}

/// Whether a peer has joined a session matters only when connections are scarce: nothing else changes, for it or for
/// others, however often it is reported and for whichever peer.
pub fn a_peer_that_joins_or_leaves_a_session_stays_connected<N: Network>(network: &mut N) {
    let (mut fixture, client, peer) = Fixture::with_client(network);
    let unknown = Peer(peer.0 + (1 << 40));
    for is_joined in [true, true, false, false, true] {
        for peer in [peer, unknown] {
            fixture.server().set_joined(Instant::now(), peer, is_joined);
        }
    }
    fixture.client(client).send(Instant::now(), Delivery::Reliable, b"still here");
    fixture.drive_until("it is heard", |fixture| {
        fixture.server_received(peer, Delivery::Reliable, b"still here")
    });
    assert_eq!((fixture.client_saw(client), fixture.end_of(peer)), (&[Saw::Connected][..], None));
    fixture.client(client).disconnect(Instant::now());
    fixture.drive_until("its end is reported", |fixture| fixture.end_of(peer).is_some());
    fixture.server().set_joined(Instant::now(), peer, true);
    fixture.drive_until("the server is rid of it", |fixture| {
        fixture.server().statistics().connections.connected == 0
    });
}
