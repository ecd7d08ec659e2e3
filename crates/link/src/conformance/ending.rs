//! How links end: by either side, by both, or without a goodbye.

use std::time::{Duration, Instant};

use super::Network;
use super::fixture::{Fixture, Saw, words_from};
use super::packets::packet_of;
use crate::{
    ClientNetwork as _, Delivery, DisconnectReason, EndCode, EndReason, PacketLimits, Peer,
    ServerNetwork as _,
};

/// Leaving in order: reliable packets sent before arrive, then the goodbye; both ends report it once.
pub fn a_client_that_leaves_delivers_its_last_words<N: Network>(network: &mut N) {
    let (mut fixture, client, peer) = Fixture::with_client(network);
    let words = words(fixture.server().limits());
    for word in &words {
        fixture.client(client).send(Instant::now(), Delivery::Reliable, word);
    }
    fixture.client(client).disconnect(Instant::now());
    fixture.drive_until("both ends report it", |fixture| {
        fixture.end_of(peer).is_some() && fixture.client_end(client).is_some()
    });
    fixture.drive_idle();
    assert!(fixture.packets_of(peer) == words, "the last words did not all arrive");
    assert_eq!(fixture.end_of(peer), Some(DisconnectReason::closed_by_peer(b"")));
    assert_eq!(
        fixture.client_saw(client),
        [Saw::Connected, Saw::Disconnected(DisconnectReason::ClosedByUs)],
        "one end, said once"
    );
}

/// Dropping a client is leaving too.
pub fn a_dropped_client_is_seen_to_leave<N: Network>(network: &mut N) {
    let (mut fixture, client, peer) = Fixture::with_client(network);
    fixture.drop_client(client);
    fixture.drive_until("the server sees it leave", |fixture| fixture.end_of(peer).is_some());
    assert_eq!(fixture.end_of(peer), Some(DisconnectReason::closed_by_peer(b"")));
}

/// The server ends one link: last packets, then the reason; nothing from that peer is reported afterwards.
pub fn a_disconnected_peer_learns_why_after_its_last_packets<N: Network>(network: &mut N) {
    let (mut fixture, client, peer) = Fixture::with_client(network);
    let words = words(fixture.server().limits());
    for word in &words {
        fixture.server().send(Instant::now(), &[peer], Delivery::Reliable, word);
    }
    fixture.server().disconnect(Instant::now(), peer, "you shout");
    fixture.client(client).send(Instant::now(), Delivery::Reliable, b"unheard");
    fixture.drive_until("both ends report it", |fixture| {
        fixture.end_of(peer).is_some() && fixture.client_end(client).is_some()
    });
    assert!(fixture.packets_at(client) == words, "the last packets did not all arrive");
    assert_eq!(
        fixture.client_end(client),
        Some(DisconnectReason::closed_by_peer(words_from::<N>("you shout")))
    );
    assert_eq!(fixture.end_of(peer), Some(DisconnectReason::ClosedByUs));
    assert!(fixture.packets_of(peer).is_empty(), "a disconnected peer is not heard");
}

/// The server ends one link for a reason with a code: the client learns code and fields where the network carries
/// them, and else the text where it carries words.
pub fn a_rejected_peer_learns_the_code_where_the_network_carries_it<N: Network>(network: &mut N) {
    let (mut fixture, client, peer) = Fixture::with_client(network);
    let reason = EndReason {
        retry_in: Some(Duration::from_secs(5)),
        until: Some(2_000_000_000),
        ..EndReason::with_words(EndCode::Banned, "you shout")
    };
    fixture.server().reject(Instant::now(), peer, &reason);
    fixture.drive_until("both ends report it", |fixture| {
        fixture.end_of(peer).is_some() && fixture.client_end(client).is_some()
    });
    assert_eq!(fixture.client_end(client), Some(arrived::<N>(&mut fixture, reason)));
    assert_eq!(fixture.end_of(peer), Some(DisconnectReason::ClosedByUs));
}

/// Whichever end is faster, each side reports one end.
pub fn when_both_ends_leave_at_once_each_hears_of_it_once<N: Network>(network: &mut N) {
    let (mut fixture, client, peer) = Fixture::with_client(network);
    fixture.client(client).disconnect(Instant::now());
    fixture.server().disconnect(Instant::now(), peer, "goodbye");
    fixture.drive_until("both ends report it", |fixture| {
        fixture.end_of(peer).is_some() && fixture.client_end(client).is_some()
    });
    fixture.drive_idle();
    assert_eq!(ends(fixture.client_saw(client)), 1, "the client hears of one end");
    assert_eq!(ends(fixture.server_saw(peer)), 1, "the server hears of one end");
}

/// All clients are told, and newcomers are refused.
pub fn a_shutdown_ends_every_link_with_a_reason<N: Network>(network: &mut N) {
    let (mut fixture, first, _) = Fixture::with_client(network);
    let (second, _) = fixture.connect_client(network);
    fixture.server().shutdown(Instant::now());
    fixture.drive_until("all clients learn it", |fixture| {
        [first, second].iter().all(|&client| fixture.client_end(client).is_some())
            && fixture.server().statistics().connections.connected == 0
    });
    let expected = arrived::<N>(&mut fixture, EndCode::ShuttingDown.into());
    for client in [first, second] {
        assert_eq!(fixture.client_end(client), Some(expected.clone()));
    }
    let late = fixture.add_client(network, "main");
    fixture.drive_until("a newcomer is refused", |fixture| fixture.client_end(late).is_some());
    assert!(!N::REFUSES || !fixture.client_saw(late).contains(&Saw::Connected));
}

/// A link lost without a goodbye: both ends notice, and reconnecting works.
pub fn a_cut_link_ends_at_both_ends_and_can_be_made_again<N: Network>(network: &mut N) {
    let (mut fixture, client, peer) = Fixture::with_client(network);
    network.cut(fixture.client(client));
    fixture.drive_until("both ends notice", |fixture| {
        fixture.end_of(peer).is_some() && fixture.client_end(client).is_some()
    });
    for reason in [fixture.end_of(peer), fixture.client_end(client)].into_iter().flatten() {
        assert!(reason.is_worth_retrying(), "no end was requested, so another attempt helps: {reason:?}");
    }
    network.mend();
    fixture.client(client).connect(Instant::now());
    let again = fixture.next_peer();
    fixture.drive_until("it connects again", |fixture| {
        fixture.client_saw(client).last() == Some(&Saw::Connected)
    });
    fixture.client(client).send(Instant::now(), Delivery::Reliable, b"back");
    fixture.drive_until("it is heard", |fixture| fixture.server_received(again, Delivery::Reliable, b"back"));
    assert_eq!(ends(fixture.client_saw(client)), 1, "the client hears of one end");
    assert_eq!(ends(fixture.server_saw(peer)), 1, "the server hears of one end");
}

/// If the network supports it, a silent peer is heard after a probe; a peer that is gone never is.
pub fn a_silent_peer_that_is_probed_is_heard<N: Network>(network: &mut N) {
    let (mut fixture, client, peer) = Fixture::with_client(network);
    fixture.drive_idle();
    let asked = Instant::now();
    let first = fixture.server().probe(asked, peer);
    assert_eq!(first.is_some(), N::ANSWERS_PROBES, "what the network says it can do");
    if N::ANSWERS_PROBES {
        fixture.drive_until("the peer is heard", |fixture| {
            fixture.server().probe(Instant::now(), peer).is_some_and(|heard| heard > asked)
        });
    }
    assert!(fixture.packets_at(client).is_empty(), "the client is given nothing of it");
    let (unknown, now) = (Peer(peer.0 + 1_000), Instant::now());
    assert_eq!(fixture.server().probe(now, unknown), None, "an unknown peer is not alive");
}

/// The reason that a client reports for an end with a code.
fn arrived<N: Network>(fixture: &mut Fixture<N>, reason: EndReason) -> DisconnectReason {
    if fixture.server().carries_end_reasons() {
        return DisconnectReason::ClosedByPeer { reason };
    }
    DisconnectReason::closed_by_peer(words_from::<N>(&reason.to_string()))
}

fn ends(saw: &[Saw]) -> usize {
    saw.iter().filter(|saw| matches!(saw, Saw::Disconnected(_))).count()
}

/// More packets than can leave at once, of sizes that the network carries.
fn words(limits: PacketLimits) -> Vec<Vec<u8>> {
    (0..50).map(|number| packet_of(number, limits.reliable_bytes.min(1000))).collect()
}
