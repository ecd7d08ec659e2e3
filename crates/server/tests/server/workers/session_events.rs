//! Events of sessions, sent to subscribers while the server runs.

use std::time::Duration;

use consonance_server::{DedicatedServer, SessionEvent, SessionEvents, SessionsSettings};
use consonance_session::{ServerEvent, SpokenTo};

use crate::workers::fixture::{Fixture, wait_until};

/// Takes all pending events, and describes each in a few words.
fn take(events: &SessionEvents, said: &mut Vec<String>) {
    while let Some(SessionEvent { session, event, .. }) = events.poll() {
        let words = match event {
            ServerEvent::ClientJoined { name, .. } => format!("{name} joins"),
            ServerEvent::ClientLeft { name, .. } => format!("{name} leaves"),
            ServerEvent::EnteredRoom { name, room, .. } => format!("{name} enters {room}"),
            ServerEvent::ExitedRoom { name, room, .. } => format!("{name} exits {room}"),
            ServerEvent::StartedSpeaking { name, to: SpokenTo::Room { .. }, .. } => format!("{name} speaks"),
            ServerEvent::StoppedSpeaking { name, .. } => format!("{name} is silent"),
            _ => continue,
        };
        said.push(format!("{session}: {words}"));
    }
}

#[test]
fn a_subscriber_is_told_the_events_of_every_session_in_order() {
    let mut settings = SessionsSettings::new(["red", "blue"]).unwrap();
    settings.monitoring.always = true;
    let fixture = Fixture::with_settings(&settings, 2);
    let events = fixture.server.handle().subscribe(64).unwrap();
    let [mut alice, mut bob] = ["Alice", "Bob"].map(|name| fixture.player(name, "red"));
    let mut carol = fixture.player("Carol", "blue");
    wait_until("they know each other", &mut [&mut alice, &mut bob, &mut carol], |players| {
        players[..2].iter().all(|player| player.knows_two_listeners()) && players[2].has_joined
    });
    alice.say(b"a frame");
    let mut said = Vec::new();
    wait_until("she speaks", &mut [&mut alice, &mut bob], |_| {
        take(&events, &mut said);
        said.iter().any(|words| words == "red: Alice speaks")
    });
    alice.leave();
    wait_until("she is gone", &mut [&mut alice, &mut bob], |_| {
        take(&events, &mut said);
        said.iter().any(|words| words == "red: Alice leaves")
    });
    let of = |name: &str| -> Vec<&str> {
        said.iter().filter(|words| words.contains(name)).map(|words| &**words).collect()
    };
    assert_eq!(
        of("Alice"),
        [
            "red: Alice joins",
            "red: Alice enters lobby",
            "red: Alice speaks",
            "red: Alice is silent",
            "red: Alice exits lobby",
            "red: Alice leaves"
        ]
    );
    assert_eq!(of("Carol"), ["blue: Carol joins", "blue: Carol enters lobby"]);
    assert_eq!(events.missed(), 0);
}

#[test]
fn a_server_that_ends_tells_that_all_players_left_and_then_nothing() {
    let fixture = Fixture::new(&["red"], 1);
    let events = fixture.server.handle().subscribe(64).unwrap();
    let mut alice = fixture.player("Alice", "red");
    wait_until("she is here", &mut [&mut alice], |players| players[0].has_joined);
    let Fixture { server, .. } = fixture;
    DedicatedServer::stop(server);
    let mut said = Vec::new();
    take(&events, &mut said);
    assert_eq!(said.last().map(|words| &**words), Some("red: Alice leaves"), "{said:?}");
    assert_eq!(events.wait(Duration::MAX), None, "at once");
}
