//! Each session belongs to one worker, and works as if it were alone.

use std::num::NonZeroUsize;

use consonance_inspector::Inspected as _;
use consonance_link::DisconnectReason;
use consonance_link::memory::MemoryNetwork;
use consonance_server::{SessionsSettings, Workers};

use crate::workers::fixture::{Fixture, Player, player_over, wait_until};

/// Joins two players to a session.
fn pair(fixture: &Fixture, session: &str) -> [Player; 2] {
    let mut pair = [fixture.player("Alice", session), fixture.player("Bob", session)];
    wait_until_joined(&mut pair);
    pair
}

fn wait_until_joined([alice, bob]: &mut [Player; 2]) {
    wait_until("both have joined", &mut [alice, bob], |all| all.iter().all(|player| player.has_joined));
}

/// Alice repeats the words until Bob hears them: a new player does not know its listeners yet.
fn assert_heard([alice, bob]: &mut [Player; 2], words: &[u8]) {
    wait_until("Bob hears Alice", &mut [], |_| {
        alice.say(words);
        bob.run_once();
        bob.heard.iter().any(|frame| frame == words)
    });
}

#[test]
fn sessions_are_spread_over_the_workers_and_each_is_heard_in_its_own() {
    let fixture = Fixture::new(&["red", "blue", "green"], 2);
    let handle = fixture.server.handle();
    let of_each = handle.ask_all(|session_loop, _| {
        session_loop.statistics().map(|(name, ..)| name.to_owned()).collect::<Vec<_>>()
    });
    let of_each: Vec<_> = of_each.into_iter().map(Result::unwrap).collect();
    assert_eq!(of_each, [vec!["red", "green"], vec!["blue"]]);

    let mut red = pair(&fixture, "red");
    let mut blue = pair(&fixture, "blue");
    assert_heard(&mut red, b"in red");
    assert_heard(&mut blue, b"in blue");
    assert!(red[1].heard.iter().all(|frame| frame == b"in red"));
}

#[test]
fn a_network_for_one_session_is_with_the_worker_that_has_it() {
    let settings = SessionsSettings::new(["red", "blue"]).unwrap();
    let mut workers = Workers::new(&settings, NonZeroUsize::new(2).unwrap());
    let network = MemoryNetwork::new();
    assert!(!workers.add_for_session("green", Box::new(MemoryNetwork::new().listen())));
    assert!(workers.add_for_session("blue", Box::new(network.listen())));
    let fixture = Fixture::with_workers(workers);
    let mut pair = [fixture.player("Alice", "blue"), player_over(&network, "Bob", "blue")];
    wait_until_joined(&mut pair);
    assert_heard(&mut pair, b"in blue");
}

#[test]
fn an_unknown_session_is_refused() {
    let fixture = Fixture::new(&["red", "blue"], 2);
    let mut unknown = fixture.player("Bob", "bleu");
    wait_until("it is refused", &mut [&mut unknown], |all| all[0].end.is_some());
    assert_eq!(unknown.end, Some(DisconnectReason::refused(b"(other-session-unknown) blue, red")));
}

#[test]
fn the_inspector_shows_the_sessions_of_all_workers_by_their_names() {
    let fixture = Fixture::new(&["red", "blue", "green"], 2);
    let inspection = fixture.server.inspection();
    let names = || -> Vec<String> {
        let snapshot = inspection.snapshot();
        snapshot.server().unwrap().sessions.iter().map(|session| session.name.clone()).collect()
    };
    wait_until("all are shown", &mut [], |_| names().len() == 3);
    assert_eq!(names(), ["blue", "green", "red"]);
}

#[test]
fn stopping_disconnects_the_players_of_every_worker() {
    let fixture = Fixture::new(&["red", "blue"], 2);
    let mut players = [fixture.player("Alice", "red"), fixture.player("Bob", "blue")];
    let [alice, bob] = &mut players;
    wait_until("both have joined", &mut [alice, bob], |all| all.iter().all(|player| player.has_joined));
    fixture.server.stop();
    wait_until("both are told", &mut [alice, bob], |all| all.iter().all(|player| player.end.is_some()));
    let ended = DisconnectReason::closed_by_peer(b"(closing-session)");
    assert_eq!([&alice.end, &bob.end], [&Some(ended.clone()), &Some(ended)]);
}

#[test]
fn workers_tell_what_they_serve_and_how_long_voice_stays_in_them() {
    let fixture = Fixture::new(&["red", "blue"], 2);
    let mut blue = pair(&fixture, "blue");
    assert_heard(&mut blue, b"in blue");
    let handle = fixture.server.handle();
    wait_until("it is told", &mut [], |_| {
        let [red, blue] = handle.workers()[..] else { return false };
        let is_idle = (red.sessions, red.clients, red.packets_in) == (1, 0, 0);
        let relayed: u64 = blue.relay_delay.packets.iter().sum();
        is_idle
            && (blue.worker, blue.clients, blue.links) == (1, 2, 2)
            && relayed > 0
            && blue.packets_out > relayed
    });
    let [_, blue] = handle.workers()[..] else { panic!("there are two") };
    assert!((0.0..=1.0).contains(&blue.busy_share) && blue.iterations > 0 && !blue.relay_delay.sum.is_zero());
}
