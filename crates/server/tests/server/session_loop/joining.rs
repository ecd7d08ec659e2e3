//! Admission by passwords, tokens and names, and its duration.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use consonance_server::token::{Claims, Key};
use consonance_server::{Admission, JoiningSettings, SecretText, SessionsSettings};
use consonance_session::{JoinToken, NameTaken};

use crate::session_loop::fixture::Fixture;
use crate::session_loop::player::Player;

fn seconds_from_now(seconds: u64) -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + seconds
}

fn settings(set_up: impl FnOnce(&mut JoiningSettings)) -> SessionsSettings {
    let mut settings = SessionsSettings::new(["main", "staff"]).unwrap();
    let mut joining = JoiningSettings::default();
    set_up(&mut joining);
    settings.admission = Admission::new(joining);
    settings
}

fn passwords(joining: &mut JoiningSettings) {
    joining.passwords =
        vec![("staff".into(), SecretText::new("inner")), ("*".into(), SecretText::new("outer"))];
}

fn token(key: &Key, name: Option<&str>, subject: Option<&str>, seconds: u64) -> String {
    let (name, subject) = (name.map(Into::into), subject.map(Into::into));
    key.sign(&Claims { name, subject, expires_at: seconds_from_now(seconds), ..Claims::default() }).unwrap()
}

/// The outcome for a player that presents this: `joined`, or why not.
fn try_to_join(
    fixture: &mut Fixture,
    session: &str,
    name: &str,
    token: Option<&str>,
    password: Option<&str>,
) -> String {
    let (player, told) = join(fixture, session, name, token, password);
    drop(player);
    fixture.settle(&mut []);
    told
}

fn join(
    fixture: &mut Fixture,
    session: &str,
    name: &str,
    token: Option<&str>,
    password: Option<&str>,
) -> (Player, String) {
    let shown = match (token, password) {
        (token, Some(password)) => JoinToken::with_password(token, password).unwrap(),
        (token, None) => JoinToken::new(token.unwrap_or_default().as_bytes()).unwrap(),
    };
    let shown = str::from_utf8(shown.as_bytes()).unwrap().to_owned();
    let mut player = fixture.player_with_token(name, &shown, session);
    fixture.settle(&mut [&mut player]);
    let told = match player.ends.first() {
        Some(end) => end.to_string(),
        None => player.seen.first().cloned().unwrap_or_default(),
    };
    (player, told)
}

#[test]
fn each_session_is_opened_by_its_own_password_and_a_player_without_it_is_told_so() {
    let mut fixture = Fixture::with_settings(&settings(passwords), 1);
    for (session, password, told) in [
        ("main", Some("outer"), "joined"),
        ("main", Some("inner"), "the password is wrong"),
        ("main", Some(""), "the password is wrong"),
        ("main", None, "this session requires a password"),
        ("staff", Some("inner"), "joined"),
        ("staff", Some("outer"), "the password is wrong"),
    ] {
        let answer = try_to_join(&mut fixture, session, "Alice", None, password);
        assert!(answer.ends_with(told), "{session} by {password:?}: {answer}");
    }
}

#[test]
fn with_keys_and_a_password_either_is_enough_or_both_are_needed_and_what_is_shown_has_to_be_right() {
    let (key, other) = (Key::generate_hs256().unwrap(), Key::generate_hs256().unwrap());
    let good = token(&key, Some("Alice"), None, 60);
    let bad = token(&other, Some("Alice"), None, 60);
    let (good, bad) = (Some(good.as_str()), Some(bad.as_str()));
    for (require_both, token, password, told) in [
        (false, good, None, "joined"),
        (false, None, Some("outer"), "joined"),
        (false, good, Some("outer"), "joined"),
        (false, None, None, "requires a join token or a password"),
        (false, bad, Some("outer"), "not signed with a key of this server"),
        (false, good, Some("wrong"), "the password is wrong"),
        (true, good, Some("outer"), "joined"),
        (true, good, None, "requires a join token and a password"),
        (true, None, Some("outer"), "requires a join token and a password"),
        (true, None, None, "requires a join token and a password"),
        (true, bad, Some("outer"), "not signed with a key of this server"),
    ] {
        let set_up = |joining: &mut JoiningSettings| {
            passwords(joining);
            (joining.require_both, joining.token_keys) = (require_both, vec![key.clone()]);
        };
        let mut fixture = Fixture::with_settings(&settings(set_up), 1);
        let answer = try_to_join(&mut fixture, "main", "Alice", token, password);
        assert!(answer.ends_with(told), "both: {require_both}, {token:?}, {password:?}: {answer}");
    }
}

#[test]
fn unneeded_secrets_are_ignored() {
    let mut fixture = Fixture::with_settings(&settings(|_| {}), 1);
    assert_eq!(try_to_join(&mut fixture, "main", "Alice", Some("no token"), Some("any")), "joined");
}

#[test]
fn guessing_passwords_waits_longer_and_longer_and_the_right_one_is_not_checked_meanwhile() {
    let set_up = |joining: &mut JoiningSettings| {
        passwords(joining);
        joining.password_attempts.free = 2;
    };
    let mut fixture = Fixture::with_settings(&settings(set_up), 1);
    for _ in 0..3 {
        let answer = try_to_join(&mut fixture, "main", "Mallory", None, Some("guess"));
        assert!(answer.ends_with("the password is wrong"), "{answer}");
    }
    let answer = try_to_join(&mut fixture, "main", "Mallory", None, Some("outer"));
    assert!(answer.contains("too many wrong passwords"), "{answer}");
    fixture.wait(Duration::from_secs(1));
    assert_eq!(try_to_join(&mut fixture, "main", "Mallory", None, Some("outer")), "joined");
}

#[test]
fn a_reserved_name_needs_a_token_that_is_for_it() {
    let key = Key::generate_ed25519().unwrap();
    let [for_admin, for_any_name] = [Some("Admin Ann"), None].map(|name| token(&key, name, None, 60));
    let set_up = |joining: &mut JoiningSettings| {
        passwords(joining);
        joining.token_keys = vec![key.public().unwrap()];
        joining.reserved_names = vec!["Admin*".into(), "Host".into()];
    };
    let mut fixture = Fixture::with_settings(&settings(set_up), 1);
    let mut answer = |name, token, password| try_to_join(&mut fixture, "main", name, token, password);
    assert_eq!(answer("Admin Ann", Some(for_admin.as_str()), None), "joined");
    for name in
        ["Admin Ann", "ADMIN", "admin bob", "host", "\u{391}dmin", "Adm1n", "Ad\u{200b}min", " h\u{43e}st "]
    {
        assert!(answer(name, Some(&for_any_name), None).contains("reserved"), "{name}");
        assert!(answer(name, None, Some("outer")).contains("reserved"), "{name}");
    }
    assert_eq!(answer("Hostess", None, Some("outer")), "joined");
}

#[test]
fn names_can_be_reserved_where_joining_is_open() {
    let set_up = |joining: &mut JoiningSettings| joining.reserved_names = vec!["Admin*".into()];
    let mut fixture = Fixture::with_settings(&settings(set_up), 1);
    assert_eq!(try_to_join(&mut fixture, "main", "Alice", None, None), "joined");
    assert!(try_to_join(&mut fixture, "main", "Admin", None, None).contains("reserved"));
}

#[test]
fn the_name_of_a_token_holder_is_its_own_while_it_is_here() {
    let key = Key::generate_ed25519().unwrap();
    let set_up = |joining: &mut JoiningSettings| {
        passwords(joining);
        joining.token_keys = vec![key.public().unwrap()];
        joining.name_taken = NameTaken::Refuse;
    };
    let mut fixture = Fixture::with_settings(&settings(set_up), 1);
    let of = |subject| token(&key, Some("Alice"), Some(subject), 60);
    let (mut alice, _) = join(&mut fixture, "main", "Alice", Some(&of("a")), None);
    for (token, password) in
        [(None, Some("outer")), (Some(of("b")), None), (Some(token(&key, None, None, 60)), None)]
    {
        let answer = try_to_join(&mut fixture, "main", "Alice", token.as_deref(), password);
        assert!(answer.contains("belongs to another player in the session"), "{answer}");
    }
    assert!(alice.ends.is_empty(), "{:?}", alice.ends);
    let (_, told) = join(&mut fixture, "main", "Alice", Some(&of("a")), None);
    fixture.settle(&mut [&mut alice]);
    assert_eq!((&*told, alice.ends.len()), ("joined", 1), "the same one from elsewhere");
}

#[test]
fn a_visit_ends_with_its_token_only_if_it_is_asked_for() {
    let key = Key::generate_hs256().unwrap();
    for ends in [false, true] {
        let set_up = |joining: &mut JoiningSettings| {
            joining.token_keys = vec![key.clone()];
            (joining.disconnect_on_expiry, joining.clock_leeway) = (ends, Duration::from_secs(10));
        };
        let mut fixture = Fixture::with_settings(&settings(set_up), 1);
        let (mut alice, told) =
            join(&mut fixture, "main", "Alice", Some(&token(&key, None, None, 1000)), None);
        assert_eq!(told, "joined");
        // Some seconds of wall-clock time may pass between signing the token and presenting it.
        fixture.wait(Duration::from_secs(800));
        fixture.settle(&mut [&mut alice]);
        assert!(alice.ends.is_empty(), "{:?}", alice.ends);
        fixture.wait(Duration::from_secs(210));
        fixture.settle(&mut [&mut alice]);
        let told = alice.ends.first().map(ToString::to_string).unwrap_or_default();
        assert_eq!(told.contains("reached its time limit"), ends, "{told}");
    }
}

#[test]
fn guesses_are_not_forgotten_by_a_reload_and_a_new_password_counts_at_once() {
    let set_up = |joining: &mut JoiningSettings| {
        passwords(joining);
        joining.password_attempts.free = 0;
    };
    let mut fixture = Fixture::with_settings(&settings(set_up), 1);
    let answer = try_to_join(&mut fixture, "main", "Mallory", None, Some("guess"));
    assert!(answer.ends_with("the password is wrong"), "{answer}");
    let next = settings(|joining| {
        joining.passwords = vec![("*".into(), SecretText::new("changed"))];
        joining.password_attempts.free = 0;
    });
    let now = fixture.now;
    fixture.session_loop.reconfigure(now, &next);
    let answer = try_to_join(&mut fixture, "main", "Mallory", None, Some("changed"));
    assert!(answer.contains("too many wrong passwords"), "{answer}");
    fixture.wait(Duration::from_secs(1));
    assert_eq!(try_to_join(&mut fixture, "main", "Mallory", None, Some("changed")), "joined");
}
