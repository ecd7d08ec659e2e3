//! Offers, right and wrong ones.

use serde_json::{Value, json};

use crate::listener::fixture::{Fixture, detail};

#[test]
fn an_offer_is_answered_with_the_key_of_the_player() {
    let fixture = Fixture::new();
    let answer = fixture.join("Alice");
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"), "the key is secret");
    let joined: Value = serde_json::from_slice(&answer.body).unwrap();
    let expected = json!({"sdp": "v=0 in answer to v=0", "key": "key-0", "slots": 16, "resumed": false});
    assert_eq!(joined, expected);
    let player = fixture.sessions.player("key-0", |_| true);
    assert_eq!((&*player.name, player.remote), ("Alice", Some(fixture.address().ip())));
}

#[test]
fn the_right_key_resumes_the_player_and_a_wrong_one_makes_a_new_player() {
    let fixture = Fixture::new();
    fixture.join("Alice");
    for (key, resumed) in [("key-0", true), ("key-7", false)] {
        let again = json!({"name": "Alice", "sdp": "v=0", "resume": key, "unknown": [{}]}).to_string();
        let joined: Value =
            serde_json::from_slice(&fixture.post("/api/voice/main", &[], &again).body).unwrap();
        assert_eq!(joined["resumed"], resumed, "{joined}");
    }
}

#[test]
fn a_session_may_have_any_name() {
    let fixture = Fixture::new();
    let offer = r#"{"name":"Alice","sdp":"v=0"}"#;
    assert_eq!(fixture.post("/api/voice/a%2Fb%20%C3%BC", &[], offer).status, 201);
    let long = format!("/api/voice/{}", "x".repeat(65));
    for path in ["/api/voice/another", "/api/voice/%00", "/api/voice/%FF", &long] {
        let answer = fixture.post(path, &[], offer);
        assert_eq!((answer.status, &*detail(&answer)), (404, "unknown session"), "{path}");
    }
}

#[test]
fn an_invalid_offer_is_refused_in_words_unnoticed_by_others() {
    let fixture = Fixture::new();
    let deep = format!(r#"{{"name":"a","sdp":{}{}}}"#, "[".repeat(30_000), "]".repeat(30_000));
    let name = format!(r#"{{"name":"{}","sdp":"v=0"}}"#, "x".repeat(513));
    let key = format!(r#"{{"name":"a","sdp":"v=0","resume":"{}"}}"#, "x".repeat(65));
    for (body, words) in [
        ("", "this is not JSON; see line 1, column 0"),
        ("{", "this is not JSON; see line 1, column 1"),
        ("[]", "a key is missing"),
        (r#"{"name":"a"}"#, "a key is missing"),
        (
            r#"{"name":1,"sdp":"v=0"}"#,
            "a key is missing, unknown or there twice, or its value is of another kind; see line 1",
        ),
        (r#"{"name":"a","name":"b","sdp":"v=0"}"#, "a key is missing, unknown or there twice"),
        (&*deep, "a key is missing"),
        (&*name, "name is longer than 512 bytes"),
        (&*key, "resume is longer than 64 bytes"),
        (r#"{"name":"a","sdp":"nonsense"}"#, "the offer cannot be answered: it does not begin with v=0"),
    ] {
        let answer = fixture.post("/api/voice/main", &[], body);
        assert_eq!(answer.status, 400, "{body}");
        assert!(detail(&answer).starts_with(words), "{body}: {answer:?}");
    }
    assert_eq!(fixture.join("Alice").status, 201);
}

#[test]
fn what_is_not_known_is_passed_over_however_deep_it_is() {
    let deep = format!(r#"{{"name":"a","sdp":"v=0","x":{}{}}}"#, "[".repeat(30_000), "]".repeat(30_000));
    assert_eq!(Fixture::new().post("/api/voice/main", &[], &deep).status, 201);
}

#[test]
fn a_page_that_is_too_old_is_told_to_load_again() {
    let answer = Fixture::new().post("/api/voice/main", &[], r#"{"name":"a","sdp":"old"}"#);
    assert_eq!(answer.status, 409);
    assert!(detail(&answer).contains("reload it"), "{answer:?}");
}

#[test]
fn a_full_server_says_when_to_try_again() {
    let fixture = Fixture::new();
    assert_eq!(["a", "b", "c"].map(|name| fixture.join(name).status), [201; 3]);
    let full = fixture.join("d");
    assert_eq!((full.status, full.header("retry-after")), (503, Some("10")));
    assert!(detail(&full).starts_with("the server is full"));
}

#[test]
fn a_dropped_answer_means_that_the_server_is_closing() {
    let fixture =
        Fixture::with(|settings| settings.limits.reply_timeout = std::time::Duration::from_hours(1));
    let answer = std::thread::scope(|scope| {
        let asking = scope.spawn(|| fixture.post("/api/voice/main", &[], r#"{"name":"a","sdp":"hang"}"#));
        fixture.sessions.let_go_of_one();
        asking.join().unwrap()
    });
    assert_eq!((answer.status, &*detail(&answer)), (503, "the server is closing: try again later"));
}

#[test]
fn an_answer_that_takes_too_long_is_not_waited_for() {
    let fixture =
        Fixture::with(|settings| settings.limits.reply_timeout = std::time::Duration::from_millis(20));
    let answer = fixture.post("/api/voice/main", &[], r#"{"name":"a","sdp":"hang"}"#);
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")));
}
