//! When one of a player's connections ends, so do the other one and its voice.

use consonance_link::gateway::UpstreamSettings;
use consonance_link::gateway::memory::RELIABLE;
use consonance_link::{ClientNetwork as _, DisconnectReason, Peer, ServerNetwork as _};

use crate::proxy::fixture::{Fixture, Heard, Saw, end, messages};
use crate::proxy::marked::{BAD, voice};

/// A fixture with one client that speaks.
fn speaking() -> Fixture {
    let mut fixture = Fixture::with_clients(1);
    fixture.client_sends(0, RELIABLE, &voice(b"hello"));
    fixture.drive();
    fixture
}

fn voice_end(fixture: &Fixture) -> Option<&Heard> {
    fixture.heard[&Peer(1)].last().filter(|heard| matches!(heard, Heard::Disconnected(_)))
}

fn assert_no_client_is_left(fixture: &Fixture) {
    assert_eq!(fixture.proxy.statistics().connections.connected, 0);
    assert_eq!(fixture.proxy.wants_poll_at(), None);
}

#[test]
fn a_client_that_leaves_leaves_the_game_after_its_last_words() {
    let mut fixture = speaking();
    fixture.client_sends(0, RELIABLE, b"goodbye");
    fixture.clients[0].disconnect(fixture.now);
    fixture.drive();
    assert_eq!(messages(fixture.game_saw(0), RELIABLE), [b"goodbye"]);
    assert_eq!(fixture.game_saw(0).last(), Some(&Saw::Disconnected(DisconnectReason::closed_by_peer(b""))));
    assert_eq!(voice_end(&fixture), Some(&Heard::Disconnected(DisconnectReason::closed_by_peer(b""))));
    assert_no_client_is_left(&fixture);
}

#[test]
fn a_client_that_is_lost_leaves_the_game() {
    let mut fixture = speaking();
    fixture.clients[0].lose_link();
    fixture.drive();
    assert_eq!(end(fixture.game_saw(0)), Some(&DisconnectReason::closed_by_peer(b"")));
    assert_eq!(voice_end(&fixture), Some(&Heard::Disconnected(DisconnectReason::TimedOut)));
    assert_no_client_is_left(&fixture);
}

#[test]
fn a_client_that_the_game_disconnects_learns_why_after_its_last_words() {
    let mut fixture = speaking();
    let peer = fixture.game_peer(0);
    fixture.game_sends(peer, RELIABLE, b"you have lost");
    fixture.game.as_mut().unwrap().disconnect(fixture.now, peer, "the match is over");
    fixture.drive();
    let reason = DisconnectReason::closed_by_peer(b"the match is over");
    assert_eq!(messages(fixture.saw(0), RELIABLE), [b"you have lost"]);
    assert_eq!(fixture.saw(0).last(), Some(&Saw::Disconnected(reason.clone())));
    assert_eq!(voice_end(&fixture), Some(&Heard::Disconnected(reason)));
    assert_eq!(fixture.proxy.game_statistics().upstreams_lost, 1);
    assert_no_client_is_left(&fixture);
}

#[test]
fn a_client_that_the_game_refuses_is_refused_in_its_words() {
    let mut fixture = Fixture::new(UpstreamSettings::default());
    fixture.takes_in = None;
    fixture.connect(b"wrong key");
    fixture.drive();
    let peer = fixture.game_peer(0);
    fixture.game.as_mut().unwrap().disconnect(fixture.now, peer, "bad key");
    fixture.drive();
    assert_eq!(fixture.saw(0), [Saw::Disconnected(DisconnectReason::refused(b"bad key"))]);
    assert_eq!(fixture.proxy.game_statistics().upstreams_failed, 1);
    assert_no_client_is_left(&fixture);
}

#[test]
fn without_a_game_clients_are_refused_until_it_is_back() {
    let mut fixture = Fixture::new(UpstreamSettings::default());
    fixture.game = None;
    fixture.connect(b"");
    fixture.drive();
    let reason = DisconnectReason::refused(b"the game's server cannot be reached");
    assert_eq!(fixture.saw(0), [Saw::Disconnected(reason)]);
    assert_eq!(fixture.proxy.game_statistics().upstreams_failed, 1);
    assert_no_client_is_left(&fixture);
    fixture.restart_game();
    let client = fixture.connect(b"");
    fixture.drive();
    assert_eq!(fixture.saw(client), [Saw::Connected(Vec::new())]);
}

#[test]
fn a_game_that_does_not_answer_in_time_is_given_up() {
    let settings = UpstreamSettings::default();
    let mut fixture = Fixture::new(settings);
    fixture.takes_in = None;
    fixture.connect(b"");
    fixture.drive();
    assert_eq!(fixture.saw(0), []);
    fixture.pass(settings.timeout);
    fixture.drive();
    let reason = DisconnectReason::refused(b"the game's server does not answer");
    assert_eq!(fixture.saw(0), [Saw::Disconnected(reason)]);
    assert_eq!(end(fixture.game_saw(0)), Some(&DisconnectReason::closed_by_peer(b"")));
    assert_eq!(fixture.proxy.game_statistics().upstreams_failed, 1);
    assert_no_client_is_left(&fixture);
}

#[test]
fn when_the_game_dies_its_clients_learn_it() {
    let mut fixture = Fixture::with_clients(10);
    fixture.game = None;
    fixture.drive();
    for client in 0..10 {
        let reason = DisconnectReason::closed_by_peer(b"the game's server does not answer");
        assert_eq!(end(fixture.saw(client)), Some(&reason));
    }
    assert_eq!(fixture.proxy.game_statistics().upstreams_lost, 10);
    assert_no_client_is_left(&fixture);
}

#[test]
fn a_client_that_leaves_before_the_game_has_taken_it_in_leaves_nothing_behind() {
    let mut fixture = Fixture::new(UpstreamSettings::default());
    fixture.takes_in = None;
    fixture.connect(b"");
    fixture.drive();
    fixture.clients[0].disconnect(fixture.now);
    fixture.drive();
    assert_eq!(end(fixture.game_saw(0)), Some(&DisconnectReason::closed_by_peer(b"")));
    assert_no_client_is_left(&fixture);
}

#[test]
fn a_client_that_does_not_read_loses_its_game_and_others_are_unaffected() {
    let mut fixture = Fixture::with_clients(2);
    fixture.paused = Some(0);
    let (slow, quick) = (fixture.game_peer(0), fixture.game_peer(1));
    let mut sent = 0;
    while fixture.proxy.statistics().connections.too_slow == 0 {
        fixture.game_sends(slow, RELIABLE, b"news");
        fixture.game_sends(quick, RELIABLE, b"news");
        sent += 1;
        fixture.drive();
        assert!(sent < 1_000_000, "{sent} messages wait for a client that does not read");
    }
    assert!(end(fixture.game_saw(0)).is_some());
    assert_eq!(end(fixture.game_saw(1)), None);
    assert_eq!(messages(fixture.saw(1), RELIABLE).len(), sent);
    assert_eq!(fixture.proxy.statistics().connections.connected, 1);
}

#[test]
fn a_game_that_does_not_read_loses_its_clients() {
    let mut fixture = Fixture::with_clients(1);
    fixture.is_game_paused = true;
    let mut sent = 0;
    while end(fixture.saw(0)).is_none() {
        fixture.client_sends(0, RELIABLE, b"news");
        sent += 1;
        fixture.drive();
        assert!(sent < 1_000_000, "{sent} messages wait for a game that does not read");
    }
    let reason = DisconnectReason::closed_by_peer(b"the game's server is too slow");
    assert_eq!(end(fixture.saw(0)), Some(&reason));
    assert_eq!(fixture.proxy.game_statistics().upstreams_too_slow, 1);
    assert_no_client_is_left(&fixture);
}

#[test]
fn a_client_that_breaks_a_rule_loses_both() {
    let mut fixture = speaking();
    fixture.client_sends(0, RELIABLE, BAD);
    fixture.drive();
    assert_eq!(end(fixture.saw(0)), Some(&DisconnectReason::closed_by_peer(b"malformed message")));
    assert!(end(fixture.game_saw(0)).is_some());
    let violation = "malformed message".to_owned();
    let reason = DisconnectReason::ProtocolViolated { violation };
    assert_eq!(voice_end(&fixture), Some(&Heard::Disconnected(reason)));
    assert_eq!(fixture.proxy.statistics().connections.protocol_violations, 1);
    assert_no_client_is_left(&fixture);
}

#[test]
fn a_shutdown_says_goodbye_to_clients_and_to_the_game() {
    let mut fixture = Fixture::with_clients(10);
    fixture.client_sends(0, RELIABLE, &voice(b"hello"));
    fixture.drive();
    fixture.proxy.shutdown(fixture.now);
    fixture.drive();
    let reason = DisconnectReason::closed_by_peer(b"the server is shutting down");
    for client in 0..10 {
        assert_eq!(end(fixture.saw(client)), Some(&reason));
        assert_eq!(end(fixture.game_saw(client)), Some(&DisconnectReason::closed_by_peer(b"")));
    }
    assert_eq!(voice_end(&fixture), Some(&Heard::Disconnected(DisconnectReason::ClosedByUs)));
    assert_no_client_is_left(&fixture);
    let late = fixture.connect(b"");
    fixture.drive();
    assert_eq!(
        fixture.saw(late),
        [Saw::Disconnected(DisconnectReason::refused(b"the server is shutting down"))]
    );
}
