//! Links that never join, and shutting down.

use std::time::{Duration, Instant};

use consonance_link::{ClientLinkEvent, ClientNetwork as _, Delivery, DisconnectReason};

use crate::session_loop::fixture::Fixture;

/// How long a link may stay without a handshake (session: Limits).
const HANDSHAKE: Duration = Duration::from_secs(10);

#[test]
fn a_link_that_does_not_join_is_closed_after_its_time_and_counted() {
    let mut fixture = Fixture::new(&["main"], 1);
    let mut newcomer = fixture.networks[0].client("main");
    newcomer.connect(fixture.now);
    let closes_at = fixture.now + HANDSHAKE;
    assert_eq!(fixture.run_once(), Some(closes_at), "the loop says when it wants to be called");
    fixture.run_once();
    assert_eq!(newcomer.poll_event(fixture.now, &mut Vec::new()), Some(ClientLinkEvent::Connected));

    fixture.wait(HANDSHAKE.checked_sub(Duration::from_micros(1)).unwrap());
    fixture.run_once();
    assert_eq!(newcomer.poll_event(fixture.now, &mut Vec::new()), None);
    fixture.wait(Duration::from_micros(1));
    fixture.run_once();
    let reason = DisconnectReason::closed_by_peer(b"(other-no-handshake)");
    assert_eq!(
        newcomer.poll_event(fixture.now, &mut Vec::new()),
        Some(ClientLinkEvent::Disconnected { reason })
    );
    assert_eq!(fixture.run_once(), None);
    assert_eq!(fixture.session_loop.links(), 0);
    assert_eq!(fixture.statistics("main").1.handshakes_missed, 1);
}

#[test]
fn a_joined_client_can_be_silent_forever() {
    let mut fixture = Fixture::new(&["main"], 1);
    let mut alice = fixture.player("Alice", 0, "main");
    fixture.settle(&mut [&mut alice]);
    fixture.wait(Duration::from_hours(24));
    fixture.settle(&mut [&mut alice]);
    assert_eq!(alice.ends, []);
    assert_eq!(fixture.statistics("main").0, 1);
}

#[test]
fn shutting_down_disconnects_all_players_in_every_session_with_a_reason() {
    let mut fixture = Fixture::new(&["main", "other"], 2);
    let mut alice = fixture.player("Alice", 0, "main");
    let mut bob = fixture.player("Bob", 1, "other");
    let mut newcomer = fixture.networks[1].client("main");
    newcomer.connect(fixture.now);
    fixture.settle(&mut [&mut alice, &mut bob]);
    assert_eq!(fixture.session_loop.links(), 3);

    fixture.session_loop.shut_down(fixture.now);
    fixture.run_once();
    assert_eq!(fixture.session_loop.links(), 0);
    let ended = DisconnectReason::closed_by_peer(b"(closing-session)");
    for player in [&mut alice, &mut bob] {
        player.run_once(fixture.now);
        assert_eq!(player.ends, std::slice::from_ref(&ended));
    }
    let mut to_newcomer = std::iter::from_fn(|| match newcomer.poll_event(fixture.now, &mut Vec::new())? {
        ClientLinkEvent::Disconnected { reason } => Some(Some(reason)),
        _ => Some(None),
    });
    assert_eq!(to_newcomer.find_map(|reason| reason), Some(ended));
    assert_eq!((fixture.statistics("main").0, fixture.statistics("other").0), (0, 0));
}

#[test]
fn a_player_that_left_just_before_the_end_has_left_for_all() {
    let mut fixture = Fixture::new(&["main"], 1);
    let mut alice = fixture.player_of_ours("Alice", "token", "main");
    let mut bob = fixture.player("Bob", 0, "main");
    fixture.settle(&mut [&mut alice, &mut bob]);
    assert!(alice.has_seen("Bob joined"), "{:?}", alice.seen);

    bob.transport.disconnect(fixture.now);
    fixture.session_loop.shut_down(fixture.now);
    alice.run_once(fixture.now);
    assert!(alice.has_seen("Bob left"), "{:?}", alice.seen);
}

#[test]
fn packets_of_a_link_that_was_refused_reach_no_session() {
    let mut fixture = Fixture::new(&["main"], 1);
    let mut newcomer = fixture.networks[0].client("elsewhere");
    let now: Instant = fixture.now;
    newcomer.connect(now);
    newcomer.send(now, Delivery::Reliable, b"too early");
    fixture.run_once();
    newcomer.send(now, Delivery::Reliable, b"too late");
    fixture.run_once();
    assert!(matches!(newcomer.poll_event(now, &mut Vec::new()), Some(ClientLinkEvent::Disconnected { .. })));
    assert_eq!(fixture.statistics("main").1.packets_in, 0);
}
