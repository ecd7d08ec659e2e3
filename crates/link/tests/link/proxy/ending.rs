//! When one of a player's connections ends, so do the other one and its voice.

use consonance_link::gateway::UpstreamSettings;
use consonance_link::gateway::memory::RELIABLE;
use consonance_link::{ClientNetwork as _, DisconnectReason, Peer, ServerNetwork as _};

use crate::proxy::marked::{BAD, voice};
use crate::proxy::stage::{Heard, Saw, Stage, end, messages};

/// A stage with one client that speaks.
fn speaking() -> Stage {
    let mut stage = Stage::with_clients(1);
    stage.client_sends(0, RELIABLE, &voice(b"hello"));
    stage.drive();
    stage
}

fn voice_end(stage: &Stage) -> Option<&Heard> {
    stage.heard[&Peer(1)].last().filter(|heard| matches!(heard, Heard::Disconnected(_)))
}

fn assert_no_client_is_left(stage: &Stage) {
    assert_eq!(stage.proxy.statistics().connections.connected, 0);
    assert_eq!(stage.proxy.wants_poll_at(), None);
}

#[test]
fn a_client_that_leaves_leaves_the_game_after_its_last_words() {
    let mut stage = speaking();
    stage.client_sends(0, RELIABLE, b"goodbye");
    stage.clients[0].disconnect(stage.now);
    stage.drive();
    assert_eq!(messages(stage.game_saw(0), RELIABLE), [b"goodbye"]);
    assert_eq!(stage.game_saw(0).last(), Some(&Saw::Disconnected(DisconnectReason::closed_by_peer(b""))));
    assert_eq!(voice_end(&stage), Some(&Heard::Disconnected(DisconnectReason::closed_by_peer(b""))));
    assert_no_client_is_left(&stage);
}

#[test]
fn a_client_that_is_lost_leaves_the_game() {
    let mut stage = speaking();
    stage.clients[0].lose_link();
    stage.drive();
    assert_eq!(end(stage.game_saw(0)), Some(&DisconnectReason::closed_by_peer(b"")));
    assert_eq!(voice_end(&stage), Some(&Heard::Disconnected(DisconnectReason::TimedOut)));
    assert_no_client_is_left(&stage);
}

#[test]
fn a_client_that_the_game_disconnects_learns_why_after_its_last_words() {
    let mut stage = speaking();
    let peer = stage.game_peer(0);
    stage.game_sends(peer, RELIABLE, b"you have lost");
    stage.game.as_mut().unwrap().disconnect(stage.now, peer, "the match is over");
    stage.drive();
    let reason = DisconnectReason::closed_by_peer(b"the match is over");
    assert_eq!(messages(stage.saw(0), RELIABLE), [b"you have lost"]);
    assert_eq!(stage.saw(0).last(), Some(&Saw::Disconnected(reason.clone())));
    assert_eq!(voice_end(&stage), Some(&Heard::Disconnected(reason)));
    assert_eq!(stage.proxy.game_statistics().upstreams_lost, 1);
    assert_no_client_is_left(&stage);
}

#[test]
fn a_client_that_the_game_refuses_is_refused_in_its_words() {
    let mut stage = Stage::new(UpstreamSettings::default());
    stage.takes_in = None;
    stage.connect(b"wrong key");
    stage.drive();
    let peer = stage.game_peer(0);
    stage.game.as_mut().unwrap().disconnect(stage.now, peer, "bad key");
    stage.drive();
    assert_eq!(stage.saw(0), [Saw::Disconnected(DisconnectReason::refused(b"bad key"))]);
    assert_eq!(stage.proxy.game_statistics().upstreams_failed, 1);
    assert_no_client_is_left(&stage);
}

#[test]
fn without_a_game_clients_are_refused_until_it_is_back() {
    let mut stage = Stage::new(UpstreamSettings::default());
    stage.game = None;
    stage.connect(b"");
    stage.drive();
    let reason = DisconnectReason::refused(b"the game's server cannot be reached");
    assert_eq!(stage.saw(0), [Saw::Disconnected(reason)]);
    assert_eq!(stage.proxy.game_statistics().upstreams_failed, 1);
    assert_no_client_is_left(&stage);
    stage.restart_game();
    let client = stage.connect(b"");
    stage.drive();
    assert_eq!(stage.saw(client), [Saw::Connected(Vec::new())]);
}

#[test]
fn a_game_that_does_not_answer_in_time_is_given_up() {
    let settings = UpstreamSettings::default();
    let mut stage = Stage::new(settings);
    stage.takes_in = None;
    stage.connect(b"");
    stage.drive();
    assert_eq!(stage.saw(0), []);
    stage.pass(settings.timeout);
    stage.drive();
    let reason = DisconnectReason::refused(b"the game's server does not answer");
    assert_eq!(stage.saw(0), [Saw::Disconnected(reason)]);
    assert_eq!(end(stage.game_saw(0)), Some(&DisconnectReason::closed_by_peer(b"")));
    assert_eq!(stage.proxy.game_statistics().upstreams_failed, 1);
    assert_no_client_is_left(&stage);
}

#[test]
fn when_the_game_dies_its_clients_learn_it() {
    let mut stage = Stage::with_clients(10);
    stage.game = None;
    stage.drive();
    for client in 0..10 {
        let reason = DisconnectReason::closed_by_peer(b"the game's server does not answer");
        assert_eq!(end(stage.saw(client)), Some(&reason));
    }
    assert_eq!(stage.proxy.game_statistics().upstreams_lost, 10);
    assert_no_client_is_left(&stage);
}

#[test]
fn a_client_that_leaves_before_the_game_has_taken_it_in_leaves_nothing_behind() {
    let mut stage = Stage::new(UpstreamSettings::default());
    stage.takes_in = None;
    stage.connect(b"");
    stage.drive();
    stage.clients[0].disconnect(stage.now);
    stage.drive();
    assert_eq!(end(stage.game_saw(0)), Some(&DisconnectReason::closed_by_peer(b"")));
    assert_no_client_is_left(&stage);
}

#[test]
fn a_client_that_does_not_read_loses_its_game_and_others_are_unaffected() {
    let mut stage = Stage::with_clients(2);
    stage.paused = Some(0);
    let (slow, quick) = (stage.game_peer(0), stage.game_peer(1));
    let mut sent = 0;
    while stage.proxy.statistics().connections.too_slow == 0 {
        stage.game_sends(slow, RELIABLE, b"news");
        stage.game_sends(quick, RELIABLE, b"news");
        sent += 1;
        stage.drive();
        assert!(sent < 1_000_000, "{sent} messages wait for a client that does not read");
    }
    assert!(end(stage.game_saw(0)).is_some());
    assert_eq!(end(stage.game_saw(1)), None);
    assert_eq!(messages(stage.saw(1), RELIABLE).len(), sent);
    assert_eq!(stage.proxy.statistics().connections.connected, 1);
}

#[test]
fn a_game_that_does_not_read_loses_its_clients() {
    let mut stage = Stage::with_clients(1);
    stage.is_game_paused = true;
    let mut sent = 0;
    while end(stage.saw(0)).is_none() {
        stage.client_sends(0, RELIABLE, b"news");
        sent += 1;
        stage.drive();
        assert!(sent < 1_000_000, "{sent} messages wait for a game that does not read");
    }
    let reason = DisconnectReason::closed_by_peer(b"the game's server is too slow");
    assert_eq!(end(stage.saw(0)), Some(&reason));
    assert_eq!(stage.proxy.game_statistics().upstreams_too_slow, 1);
    assert_no_client_is_left(&stage);
}

#[test]
fn a_client_that_breaks_a_rule_loses_both() {
    let mut stage = speaking();
    stage.client_sends(0, RELIABLE, BAD);
    stage.drive();
    assert_eq!(end(stage.saw(0)), Some(&DisconnectReason::closed_by_peer(b"malformed message")));
    assert!(end(stage.game_saw(0)).is_some());
    let violation = "malformed message".to_owned();
    let reason = DisconnectReason::ProtocolViolated { violation };
    assert_eq!(voice_end(&stage), Some(&Heard::Disconnected(reason)));
    assert_eq!(stage.proxy.statistics().connections.protocol_violations, 1);
    assert_no_client_is_left(&stage);
}

#[test]
fn a_shutdown_says_goodbye_to_clients_and_to_the_game() {
    let mut stage = Stage::with_clients(10);
    stage.client_sends(0, RELIABLE, &voice(b"hello"));
    stage.drive();
    stage.proxy.shutdown(stage.now);
    stage.drive();
    let reason = DisconnectReason::closed_by_peer(b"the server is shutting down");
    for client in 0..10 {
        assert_eq!(end(stage.saw(client)), Some(&reason));
        assert_eq!(end(stage.game_saw(client)), Some(&DisconnectReason::closed_by_peer(b"")));
    }
    assert_eq!(voice_end(&stage), Some(&Heard::Disconnected(DisconnectReason::ClosedByUs)));
    assert_no_client_is_left(&stage);
    let late = stage.connect(b"");
    stage.drive();
    assert_eq!(
        stage.saw(late),
        [Saw::Disconnected(DisconnectReason::refused(b"the server is shutting down"))]
    );
}
