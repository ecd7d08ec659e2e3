//! Connecting: being admitted, being refused, coming back.

use std::time::Instant;

use super::Network;
use super::stage::{Saw, Stage, words_from};
use crate::{ClientNetwork as _, Delivery, DisconnectReason, Peer, ServerNetwork as _};

/// Both sides report one connection, and the server learns the session.
pub fn a_client_is_taken_in_and_its_session_named<N: Network>(network: &mut N) {
    let (mut stage, client, peer) = Stage::with_client(network);
    assert_eq!(stage.session_of(peer), if N::NAMES_SESSIONS { "main" } else { "" });
    assert!(peer.0 < 1 << 48, "{peer:?} needs more than 48 bits");
    assert_eq!(stage.client_saw(client), [Saw::Connected]);
    stage.client(client).connect(Instant::now());
    stage.drive_idle();
    assert_eq!(stage.client_saw(client), [Saw::Connected], "connecting again while connected does nothing");
}

/// Disconnecting a peer before the next poll refuses it.
pub fn a_refused_client_learns_why_and_never_connects<N: Network>(network: &mut N) {
    let mut stage = Stage::new(network);
    stage.refuse_with("no session of this name");
    let client = stage.add_client(network, "nowhere");
    stage.drive_until("the client learns it", |stage| stage.client_end(client).is_some());
    let words = words_from::<N>("no session of this name");
    if N::REFUSES {
        assert_eq!(stage.client_saw(client), [Saw::Disconnected(DisconnectReason::refused(words))]);
    } else {
        let end = Saw::Disconnected(DisconnectReason::closed_by_peer(words));
        assert_eq!(stage.client_saw(client), [Saw::Connected, end]);
    }
    stage.drive_until("the server is rid of it", |stage| {
        stage.server().statistics().connections.connected == 0
    });
}

/// Cancelling early leaves nothing behind.
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

/// Reconnecting works, and names of peers are never reused.
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

/// Whether a peer has joined a session matters only when connections are scarce: nothing else changes, for it or for
/// others, however often it is reported and for whichever peer.
pub fn a_peer_that_joins_or_leaves_a_session_stays_connected<N: Network>(network: &mut N) {
    let (mut stage, client, peer) = Stage::with_client(network);
    let unknown = Peer(peer.0 + (1 << 40));
    for is_joined in [true, true, false, false, true] {
        for peer in [peer, unknown] {
            stage.server().set_joined(Instant::now(), peer, is_joined);
        }
    }
    stage.client(client).send(Instant::now(), Delivery::Reliable, b"still here");
    stage.drive_until("it is heard", |stage| stage.server_received(peer, Delivery::Reliable, b"still here"));
    assert_eq!((stage.client_saw(client), stage.end_of(peer)), (&[Saw::Connected][..], None));
    stage.client(client).disconnect(Instant::now());
    stage.drive_until("its end is reported", |stage| stage.end_of(peer).is_some());
    stage.server().set_joined(Instant::now(), peer, true);
    stage.drive_until("the server is rid of it", |stage| {
        stage.server().statistics().connections.connected == 0
    });
}
