//! Lost pages, lost links and restarted servers.

use std::time::Duration;

use consonance_browser::{BrowserSettings, PageEnd, PageLimits};
use consonance_session::{ChannelProperties, Server, ServerSettings};
use serde_json::json;

use crate::frames::frame;
use crate::session::{Session, settings};

#[test]
fn a_page_that_comes_back_in_time_is_told_everything_unnoticed_by_others() {
    let mut session = Session::new();
    let (bob, alice) = (session.native("Bob"), session.page("Alice"));
    session.say(alice, r#"{"type":"open","channel":5,"to":{"player":"Bob"},"amplitude":0.5}"#);
    session.open_lobby(bob, ChannelProperties::default());
    session.speak_natively(bob, &frame(0));
    session.told(alice);
    session.events(bob);
    let now = session.now;
    session.guests[alice].player.page_lost(now);
    session.wait(Duration::from_millis(9900));
    assert_eq!(session.told(alice), [json!(null); 0]);
    session.speak_natively(bob, &frame(1));
    session.heard(alice);
    let now = session.now;
    session.guests[alice].player.page_is_back(now, 8);
    session.speak_natively(bob, &frame(2));
    let (told, heard) = (session.told(alice), session.heard(alice));
    assert_eq!(
        told,
        [
            json!({"type": "joined", "session": "main", "id": 1, "name": "Alice", "resumed": true}),
            json!({"type": "channels", "open": [
                {"channel": 5, "to": {"player": "Bob"}, "positional": false, "amplitude": 0.5, "priority": null}
            ]}),
            json!({"type": "player", "id": 0, "name": "Bob", "rooms": ["lobby"]}),
            json!({"type": "player", "id": 1, "name": "Alice", "rooms": ["lobby"], "self": true}),
            json!({"type": "roster"}),
            json!({"type": "speaking", "id": 0, "name": "Bob", "speaking": true, "to": [{"room": "lobby"}]}),
            json!({"type": "slot", "slot": 0, "player": 0, "positional": false, "amplitude": 1.0, "priority": "default"}),
        ]
    );
    assert_eq!(heard.len(), 1);
    assert_eq!(session.events(bob), [""; 0]);
    session.speak(alice, &frame(3), false);
    assert_eq!(session.natives[bob].heard.len(), 1, "the channel is open");
}

#[test]
fn a_page_that_is_lost_while_it_speaks_stops_at_once() {
    let mut session = Session::new();
    let (bob, alice) = (session.native("Bob"), session.page("Alice"));
    session.say(alice, r#"{"type":"open","channel":1,"to":{"room":"lobby"}}"#);
    session.speak(alice, &frame(0), false);
    session.events(bob);
    let now = session.now;
    session.guests[alice].player.page_lost(now);
    session.run();
    assert_eq!(session.events(bob), ["Alice stopped"]);
}

#[test]
fn a_page_that_is_away_for_too_long_has_left() {
    let mut session = Session::new();
    let (bob, alice) = (session.native("Bob"), session.page("Alice"));
    session.events(bob);
    let now = session.now;
    session.guests[alice].player.page_lost(now);
    session.wait(Duration::from_secs(10));
    assert_eq!(session.events(bob), ["Alice exited lobby", "Alice left"]);
    assert_eq!(session.guests[alice].player.end(), Some(PageEnd::Abandoned));
}

#[test]
fn a_page_that_comes_to_another_server_has_its_place_back_there() {
    let mut session = Session::new();
    let (bob, alice) = (session.native("Bob"), session.page("Alice"));
    let place = session.guests[alice].place.clone();
    assert!(place.is_some());
    session.events(bob);
    // All servers share the session; the one with her first player is gone.
    session.lose_link(alice);
    let back = BrowserSettings { place, ..settings("Alice", 4) };
    let again = session.page_with(back, PageLimits::default());
    session.say(again, r#"{"type":"listen","room":"lobby"}"#);
    let told = session.told(again);
    let joined = json!({"type": "joined", "session": "main", "id": 1, "name": "Alice", "resumed": true});
    assert_eq!(told[0], joined);
    let bob_is_here = json!({"type": "entered", "id": 0, "name": "Bob", "room": "lobby"});
    assert!(told.contains(&bob_is_here), "{told:?}");
    assert!(!session.events(bob).contains(&"Alice left".to_owned()));

    let stranger = BrowserSettings { place: Some("0".repeat(44)), ..settings("Alice", 4) };
    let stranger = session.page_with(stranger, PageLimits::default());
    assert_eq!(session.told_of(stranger, "joined").len(), 0, "her name is in use");
}

#[test]
fn a_server_that_restarts_with_its_session_is_a_resume_for_the_page() {
    let mut session = Session::new();
    let (_, alice) = (session.native("Bob"), session.page("Alice"));
    session.say(alice, r#"{"type":"open","channel":1,"to":{"room":"lobby"}}"#);
    session.told(alice);
    let snapshot = session.server.snapshot(session.now);
    let next = Server::restore(ServerSettings::from_seed(2), &snapshot, session.now);
    session.replace_server(next);
    session.wait(Duration::from_secs(2));
    let told = session.told(alice);
    let kinds: Vec<_> = told.iter().map(|message| message["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["disconnected", "joined", "channels", "player", "player", "roster"]);
    assert_eq!((&told[0]["retryInMs"], &told[1]["resumed"]), (&json!(0), &json!(true)));
    session.speak(alice, &frame(0), false);
    assert_eq!(session.natives[0].heard.len(), 1);
}

#[test]
fn a_server_with_another_session_is_joined_again_with_the_same_rooms_and_channels() {
    let mut session = Session::new();
    let (bob, alice) = (session.native("Bob"), session.page("Alice"));
    session.say(alice, r#"{"type":"open","channel":1,"to":{"room":"lobby"}}"#);
    session.told(alice);
    session.replace_server(Server::new(ServerSettings::from_seed(9)));
    session.wait(Duration::from_secs(12));
    let joined = session.told_of(alice, "joined");
    assert_eq!((joined.len(), &joined[0]["resumed"]), (1, &json!(false)));
    session.speak(alice, &frame(0), false);
    assert_eq!(session.natives[bob].heard.len(), 1);
}

#[test]
fn a_server_that_does_not_take_the_player_back_for_now_is_asked_again() {
    let mut session = Session::new();
    let alice = session.page("Alice");
    let mut full = ServerSettings::from_seed(9);
    full.limits.links = 0;
    session.replace_server(Server::new(full));
    session.wait(Duration::from_secs(20));
    assert!(!session.guests[alice].player.is_over());
    assert_eq!(session.told_of(alice, "refused").len(), 0);
    session.replace_server(Server::new(ServerSettings::from_seed(10)));
    session.wait(Duration::from_secs(5));
    assert_eq!(session.told_of(alice, "joined").len(), 1);
}

#[test]
fn a_page_that_comes_back_while_there_is_no_session_waits_for_it() {
    let mut session = Session::new();
    let alice = session.page("Alice");
    session.is_reachable = false;
    session.replace_server(Server::new(ServerSettings::from_seed(9)));
    session.wait(Duration::from_secs(4));
    let now = session.now;
    session.guests[alice].player.page_lost(now);
    session.told(alice);
    session.guests[alice].player.page_is_back(now, 16);
    session.run();
    let told = session.told(alice);
    assert_eq!((told.len(), &told[0]["type"]), (1, &json!("disconnected")));
    session.is_reachable = true;
    session.wait(Duration::from_secs(5));
    assert_eq!(session.told_of(alice, "joined").len(), 1);
}
