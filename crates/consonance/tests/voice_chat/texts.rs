//! Text messages: their outcome is reported, and the history keeps both sides.

use consonance::{Caption, EventKind, SendTextError, TEXT_BYTES_MAX, TextTarget};

use crate::fixture::Fixture;
use crate::player::{Player, entered, joined};

#[test]
fn the_sender_learns_to_how_many_players_a_text_went_or_why_it_did_not() {
    let fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat());
    let _bob = Player::join("Bob", fixture.chat().listen_to_room("lobby"));
    let _carol = Player::join("Carol", fixture.chat().listen_to_room("lobby"));
    alice.until(&entered("Bob", "lobby"));
    alice.until(&entered("Carol", "lobby"));
    let to_room = alice.voice.room("lobby").send_text("hello").unwrap();
    let to_bob = alice.voice.player("Bob").send_text("hello").unwrap();
    let to_empty_room = alice.voice.room("empty").send_text("hello").unwrap();
    let to_absent = alice.voice.player("Dora").send_text("hello").unwrap();
    alice.until(&EventKind::TextSent { id: to_room, players: 2 });
    alice.until(&EventKind::TextSent { id: to_bob, players: 1 });
    alice.until(&EventKind::TextSent { id: to_empty_room, players: 0 });
    let why = alice.until_some("not sent", |kind| matches!(kind, EventKind::TextNotSent { .. }));
    let EventKind::TextNotSent { id, reason } = why.kind else { unreachable!("it was looked for") };
    assert_eq!(id, to_absent);
    assert!(reason.contains("Dora"), "{reason}");
}

#[test]
fn a_text_that_no_packet_can_carry_is_refused_at_once_and_the_longest_arrives() {
    let fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat());
    let mut bob = Player::join("Bob", fixture.chat());
    alice.until(&joined("Bob"));
    let bytes = TEXT_BYTES_MAX + 1;
    let refused = alice.voice.player("Bob").send_text("x".repeat(bytes));
    assert_eq!(refused, Err(SendTextError::TooLong { bytes }));
    let longest = "x".repeat(TEXT_BYTES_MAX);
    alice.voice.player("Bob").send_text(&*longest).unwrap();
    bob.until_some("the longest", |kind| matches!(kind, EventKind::Text { text, .. } if *text == longest));
}

#[test]
fn the_history_has_the_last_texts_of_both_sides_if_it_is_wanted() {
    let fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat().text_history(3));
    let mut bob = Player::join("Bob", fixture.chat());
    alice.until(&joined("Bob"));
    bob.until(&joined("Alice"));
    for text in ["one", "two", "three"] {
        alice.voice.player("Bob").send_text(text).unwrap();
        bob.until_some(text, |kind| matches!(kind, EventKind::Text { text: heard, .. } if heard == text));
    }
    bob.voice.player("Alice").send_text("four").unwrap();
    alice.until_some("four", |kind| matches!(kind, EventKind::Text { .. }));
    let history = alice.voice.text_history();
    let lines: Vec<_> = history.iter().map(|message| (&*message.from, &*message.text)).collect();
    assert_eq!(lines, [("Alice", "two"), ("Alice", "three"), ("Bob", "four")]);
    assert!(bob.voice.text_history().is_empty(), "by default nothing is kept");
}

#[test]
fn a_caption_of_a_player_comes_as_such_and_any_other_text_as_text() {
    let fixture = Fixture::open();
    let mut captioner = Player::join("Captions", fixture.chat());
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby").text_history(9));
    captioner.until(&entered("Bob", "lobby"));
    let send = |text: &str| captioner.voice.room("lobby").send_text(text).unwrap();
    let to = TextTarget::Room("lobby".into());
    for is_final in [false, true] {
        let caption = Caption { player: "Bob".into(), text: "good evening".into(), is_final };
        send(&caption.to_text());
        bob.until(&EventKind::Caption { by: "Captions".into(), to: to.clone(), caption });
    }
    let about_nobody = "[caption] Dora: I am not here";
    send(about_nobody);
    bob.until(&EventKind::Text { from: "Captions".into(), to, text: about_nobody.into() });
    assert_eq!(bob.voice.text_history().len(), 1, "captions are not texts");
}
