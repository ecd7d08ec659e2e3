//! Joining a session, and the reasons for being refused.

use consonance_browser::control::{DisconnectCause, RefusalCode};
use consonance_browser::{PageEnd, PageLimits};
use consonance_session::NameTaken;
use serde_json::json;

use crate::session::{Session, settings};

#[test]
fn a_page_is_told_of_all_players_and_then_that_they_are_complete() {
    let mut session = Session::new();
    session.native("Bob");
    let page = session.page("Alice");
    let told = session.told(page);
    assert_eq!(
        told[..5],
        [
            json!({"type": "joined", "session": "main", "id": 1, "name": "Alice", "resumed": false}),
            json!({"type": "player", "id": 0, "name": "Bob", "rooms": []}),
            json!({"type": "entered", "id": 0, "name": "Bob", "room": "lobby"}),
            json!({"type": "player", "id": 1, "name": "Alice", "rooms": [], "self": true}),
            json!({"type": "roster"}),
        ]
    );
    assert_eq!(told[5..], [json!({"type": "entered", "id": 1, "name": "Alice", "room": "lobby"})]);
}

#[test]
fn pages_and_native_players_come_go_enter_and_exit_alike() {
    let mut session = Session::new();
    let page = session.page("Alice");
    session.told(page);
    let bob = session.native("Bob");
    session.natives[bob].client.leave_room("lobby");
    session.run();
    let now = session.now;
    session.natives[bob].client.stop(now);
    session.run();
    let words = |message: &serde_json::Value| format!("{} {}", message["type"], message["name"]);
    let told: Vec<_> = session.told(page).iter().map(words).collect();
    let expected = ["player", "entered", "exited", "left"].map(|kind| format!("\"{kind}\" \"Bob\""));
    assert_eq!(told, expected);
}

#[test]
fn a_refused_page_is_told_a_code_and_words() {
    let mut session = Session::with(|server| server.limits.links = 1);
    session.native("Bob");
    let page = session.page("Alice");
    let told = session.told_of(page, "refused");
    assert_eq!(told.len(), 1);
    let words = "the session is full: try again when a player has left";
    assert_eq!((&told[0]["code"], &told[0]["message"]), (&json!("full"), &json!(words)));
    assert_eq!(session.guests[page].player.end(), Some(PageEnd::Refused(RefusalCode::Full)));
}

#[test]
fn a_name_that_is_too_long_is_refused() {
    let mut session = Session::new();
    let page = session.page_with(settings(&"a".repeat(129), 16), PageLimits::default());
    assert_eq!(session.told_of(page, "refused")[0]["code"], "name");
}

#[test]
fn a_token_that_fits_no_handshake_is_refused_without_asking() {
    let mut session = Session::new();
    let mut settings = settings("Alice", 16);
    settings.token = Some("x".repeat(5000));
    let page = session.page_with(settings, PageLimits::default());
    assert_eq!(session.told_of(page, "refused")[0]["code"], "token");
    assert_eq!(session.server.clients(), 0);
}

#[test]
fn a_session_that_cannot_be_reached_is_tried_again() {
    let mut session = Session::new();
    session.is_reachable = false;
    let page = session.page("Alice");
    let told = session.told_of(page, "disconnected");
    assert_eq!((&told[0]["cause"], &told[0]["retryInMs"]), (&json!("server"), &json!(0)));
    session.is_reachable = true;
    session.wait(std::time::Duration::from_secs(1));
    assert_eq!(session.told_of(page, "joined").len(), 1);
}

#[test]
fn a_newer_login_with_the_same_name_disconnects_the_other_page() {
    let mut session = Session::with(|settings| settings.name_taken = NameTaken::Newest);
    let page = session.page("Alice");
    session.page("Alice");
    assert_eq!(session.told_of(page, "disconnected")[0]["cause"], "name-taken");
    assert_eq!(session.guests[page].player.end(), Some(PageEnd::Out(DisconnectCause::NameTaken)));
}

#[test]
fn a_page_that_leaves_is_gone_for_all_at_once() {
    let mut session = Session::new();
    let bob = session.native("Bob");
    let page = session.page("Alice");
    session.events(bob);
    session.say(page, r#"{"type":"leave"}"#);
    assert_eq!(session.events(bob), ["Alice exited lobby", "Alice left"]);
    assert_eq!(session.guests[page].player.end(), Some(PageEnd::Left));
    assert_eq!(session.told_of(page, "disconnected")[0]["cause"], "closed");
    session.say(page, r#"{"type":"ping","id":1}"#);
    assert_eq!(session.told(page), [json!(null); 0], "no player is there");
}
