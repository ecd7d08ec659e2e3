//! A server with keys: admission, and the rights of tokens.

use std::time::{SystemTime, UNIX_EPOCH};

use consonance_link::EndCode;
use consonance_server::token::{Claims, Key};
use consonance_server::{Admission, JoiningSettings, SessionsSettings};
use consonance_session::AccessRule;

use crate::session_loop::fixture::Fixture;

/// An expiry far in the future, by the wall clock.
pub(crate) fn in_an_hour() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 3600
}

/// The sessions `main` and `other`, where `vip` needs the token `gold`; and the key for it.
fn fixture() -> (Fixture, Key) {
    let key = Key::generate_ed25519().unwrap();
    let mut settings = SessionsSettings::new(["main", "other"]).unwrap();
    let mut joining = JoiningSettings::default();
    joining.token_keys = vec![Key::generate_hs256().unwrap(), key.public().unwrap()];
    settings.admission = Admission::new(joining);
    settings.access = vec![("vip".into(), AccessRule::for_both(["gold"]))];
    (Fixture::with_settings(&settings, 1), key)
}

fn token_for(key: &Key, name: &str, tokens: &[&str]) -> String {
    let tokens = tokens.iter().copied().map(Into::into).collect();
    let (name, session) = (Some(name.into()), Some("main".into()));
    key.sign(&Claims { name, session, expires_at: in_an_hour(), tokens, ..Claims::default() }).unwrap()
}

#[test]
fn a_signed_token_opens_the_session_and_the_rooms_that_it_names() {
    let (mut fixture, key) = fixture();
    let alice_has = token_for(&key, "Alice", &["gold"]);
    let mut alice = fixture.player_with_token("Alice", &alice_has, "main").listen("vip");
    fixture.settle(&mut [&mut alice]);
    let mut bob =
        fixture.player_with_token("Bob", &token_for(&key, "Bob", &[]), "main").listen("vip").talk("vip");
    fixture.settle(&mut [&mut alice, &mut bob]);
    assert!(alice.has_seen("joined") && bob.has_seen("Alice entered vip"), "{:?}", bob.seen);
    assert!(bob.has_seen("Bob exited vip") && !alice.has_seen("Bob entered vip"), "{:?}", alice.seen);
    bob.client.send_voice(b"let me in").unwrap();
    fixture.settle(&mut [&mut alice, &mut bob]);
    assert!(!alice.seen.iter().any(|line| line.contains("says")), "{:?}", alice.seen);
    let (clients, counters) = fixture.statistics("main");
    assert_eq!((clients, counters.rooms_forbidden, counters.speech_forbidden), (2, 1, 1));
}

#[test]
fn no_player_joins_without_a_valid_token_and_each_is_told_why() {
    let (mut fixture, key) = fixture();
    let of_another_key = token_for(&Key::generate_ed25519().unwrap(), "Alice", &[]);
    let expired = key.sign(&Claims { expires_at: 1, ..Claims::default() }).unwrap();
    let for_bob = token_for(&key, "Bob", &[]);
    let huge = "x".repeat(consonance_session::JOIN_TOKEN_BYTES_MAX);
    for (token, code) in [
        ("", EndCode::TokenMissing),
        ("garbage", EndCode::TokenInvalid),
        ("a.b.c", EndCode::TokenInvalid),
        (&of_another_key, EndCode::TokenSignature),
        (&expired, EndCode::TokenExpired),
        (&for_bob, EndCode::NameOfToken),
        (&huge, EndCode::TokenInvalid),
    ] {
        let mut alice = fixture.player_with_token("Alice", token, "main");
        fixture.settle(&mut [&mut alice]);
        assert!(!alice.has_seen("joined"), "{token}");
        let codes: Vec<EndCode> = alice.ends.iter().filter_map(|end| Some(end.end_reason()?.code)).collect();
        assert_eq!(codes, [code], "{token}");
    }
    let mut elsewhere = fixture.player_with_token("Alice", &token_for(&key, "Alice", &[]), "other");
    fixture.settle(&mut [&mut elsewhere]);
    assert!(!elsewhere.has_seen("joined"), "the token is for another session");
    let mut original = fixture.player("Original", 0, "main");
    fixture.settle(&mut [&mut original]);
    assert!(!original.has_seen("joined"), "an original has nothing to show");
    assert_eq!((fixture.statistics("main").0, fixture.statistics("other").0), (0, 0));
    assert!(fixture.statistics("main").1.joins_refused >= 8);
}

#[test]
fn a_server_without_keys_is_open_to_all_and_closes_the_rooms_that_ask_for_tokens() {
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    settings.access = vec![("vip*".into(), AccessRule::for_both(["gold"]))];
    let mut fixture = Fixture::with_settings(&settings, 1);
    let mut alice = fixture.player("Alice", 0, "main").listen("vip 1").listen("lobby");
    let mut bob = fixture.player("Bob", 0, "main");
    fixture.settle(&mut [&mut bob, &mut alice]);
    assert!(
        alice.has_seen("Alice exited vip 1") && !alice.has_seen("Alice exited lobby"),
        "{:?}",
        alice.seen
    );
    assert!(bob.has_seen("Alice entered lobby") && !bob.has_seen("Alice entered vip 1"), "{:?}", bob.seen);
}

#[test]
fn keys_and_rules_change_while_players_are_here_and_none_of_them_goes() {
    let (mut fixture, former) = fixture();
    let mut alice =
        fixture.player_with_token("Alice", &token_for(&former, "Alice", &[]), "main").listen("lobby");
    fixture.settle(&mut [&mut alice]);
    let key = Key::generate_ed25519().unwrap();
    let mut settings = SessionsSettings::new(["main", "other"]).unwrap();
    let mut joining = JoiningSettings::default();
    joining.token_keys = vec![key.public().unwrap()];
    settings.admission = Admission::new(joining);
    settings.access = vec![("lobby".into(), AccessRule::for_both(["gold"]))];
    fixture.session_loop.reconfigure(fixture.now, &settings);
    fixture.settle(&mut [&mut alice]);
    assert!(alice.has_seen("Alice exited lobby"), "{:?}", alice.seen);
    let mut bob =
        fixture.player_with_token("Bob", &token_for(&key, "Bob", &["gold"]), "main").listen("lobby");
    let mut carol = fixture.player_with_token("Carol", &token_for(&former, "Carol", &["gold"]), "main");
    fixture.settle(&mut [&mut alice, &mut bob, &mut carol]);
    assert!(bob.has_seen("joined") && alice.has_seen("Bob entered lobby"), "{:?}", alice.seen);
    assert!(!carol.has_seen("joined"), "by a key that is gone");
    assert_eq!(fixture.statistics("main").0, 2);
}
