//! The API: queries, actions, and rejections with their texts.

use std::io::{BufRead, BufReader, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use consonance_cluster::ClusterStatus;
use serde_json::{Value, json};

use crate::ask::{TOKEN, ask, bearer, connect, settings};
use crate::fixture::{Fixture, wait_until};

/// Sends a request with the token; returns the status and the JSON of the response.
pub(crate) fn call(fixture: &Fixture, request: &str, body: Option<&Value>) -> (u16, Value) {
    let body = body.map(Value::to_string);
    call_with(fixture, request, body.as_deref(), "application/json")
}

fn call_with(fixture: &Fixture, request: &str, body: Option<&str>, kind: &str) -> (u16, Value) {
    let mut lines = vec![bearer(TOKEN)];
    if let Some(body) = body {
        lines.extend([format!("Content-Type: {kind}"), format!("Content-Length: {}", body.len())]);
    }
    let mut lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let last = body.map(|body| format!("\r\n{body}"));
    lines.extend(last.as_deref());
    let answer = ask(&fixture.listener, request, &lines);
    let json = serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{answer:?}"));
    (answer.status, json)
}

fn act(fixture: &Fixture, action: &Value) -> (u16, Value) {
    let body = json!({"action": action, "reason": "too loud", "by": "Ann"});
    call(fixture, "POST /api/v1/sessions/main/actions", Some(&body))
}

fn player(fixture: &Fixture, name: &str) -> Value {
    let (status, session) = call(fixture, "GET /api/v1/sessions/main", None);
    assert_eq!(status, 200, "{session}");
    let players = session["players"].as_array().unwrap();
    players.iter().find(|player| player["name"] == name).cloned().unwrap_or_default()
}

#[test]
fn sessions_and_players_are_shown_whatever_their_names_are() {
    let fixture = Fixture::new(settings());
    let _alice = fixture.player("<b>Alice</b>", "a/b ü");
    wait_until(|| call(&fixture, "GET /api/v1/server", None).1["players"] == 1);
    let (_, sessions) = call(&fixture, "GET /api/v1/sessions", None);
    assert_eq!(sessions, json!([{"name": "a/b ü", "players": 1}, {"name": "main", "players": 0}]));
    let (_, session) = call(&fixture, "GET /api/v1/sessions/a%2Fb%20%C3%BC", None);
    assert_eq!(session["players"][0]["name"], "<b>Alice</b>");
    assert_eq!(session["rooms"], json!([{"name": "lobby", "listeners": 1, "range_m": null}]));
    let (_, server) = call(&fixture, "GET /api/v1/server", None);
    assert_eq!((&server["unready"], server["workers"].as_array().unwrap().len()), (&Value::Null, 1));
}

#[test]
fn what_a_ban_or_an_entry_does_not_have_is_null_and_never_missing() {
    let fixture = Fixture::new(settings());
    let forever = json!({"target": {"name": "Bob"}, "by": "Ann"});
    assert_eq!(call(&fixture, "POST /api/v1/bans", Some(&forever)).0, 201);
    let keys = |it: &Value| it.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    let (_, bans) = call(&fixture, "GET /api/v1/bans", None);
    assert_eq!(keys(&bans[0]), "by id reason session since target until");
    let (_, log) = call(&fixture, "GET /api/v1/audit", None);
    let entry = &log["entries"][0];
    assert_eq!(keys(entry), "action at by details id node reason result session target");
    assert_eq!((&bans[0]["until"], &entry["node"]), (&Value::Null, &Value::Null));
}

#[test]
fn a_player_is_muted_and_given_its_voice_back_and_both_are_in_the_log() {
    let fixture = Fixture::new(settings());
    let _alice = fixture.player("Alice", "main");
    let (status, done) = act(&fixture, &json!({"mute": {"player": "Alice", "duration_s": 60}}));
    assert_eq!((status, &done), (200, &json!({"outcome": "notified", "stored": "in_memory"})));
    let muted = &player(&fixture, "Alice")["muted"];
    assert_eq!((&muted["reason"], &muted["by"]), (&json!("too loud"), &json!("Ann")));
    assert_eq!(muted["until"].as_u64().unwrap() - muted["since"].as_u64().unwrap(), 60);
    assert_eq!(act(&fixture, &json!({"unmute": {"player": "Alice"}})).0, 200);
    assert_eq!(player(&fixture, "Alice")["muted"], Value::Null);
    let (_, log) = call(&fixture, "GET /api/v1/audit?limit=1&by=Ann", None);
    assert_eq!(log["entries"][0]["action"], "unmute");
    let next = log["next"].as_u64().unwrap();
    let (_, log) = call(&fixture, &format!("GET /api/v1/audit?before={next}"), None);
    assert_eq!((&log["entries"][0]["action"], &log["next"]), (&json!("mute"), &Value::Null));
}

#[test]
fn a_server_of_a_cluster_is_not_ready_while_the_store_of_sessions_does_not_answer() {
    let does_store_answer = Arc::new(AtomicBool::new(false));
    let answers = Arc::clone(&does_store_answer);
    let fixture = Fixture::with_cluster(move || ClusterStatus {
        is_connected: true,
        does_store_answer: answers.load(Ordering::Relaxed),
        ..ClusterStatus::default()
    });
    let ready = || ask(&fixture.listener, "GET /readyz", &[]).status;
    wait_until(|| ready() == 503);
    does_store_answer.store(true, Ordering::Relaxed);
    wait_until(|| ready() == 200);
    does_store_answer.store(false, Ordering::Relaxed);
    wait_until(|| ready() == 503);
    let (_, server) = call(&fixture, "GET /api/v1/server", None);
    assert!(server["unready"].as_str().unwrap().contains("store"), "{server}");
}

#[test]
fn a_server_that_is_to_run_empty_is_not_ready_until_it_stays_after_all() {
    let fixture = Fixture::new(settings());
    let _alice = fixture.player("Alice", "main");
    let body =
        json!({"within_s": 600, "redirect": "quic://b.example/{session}", "reason": "update", "by": "Ann"});
    let (status, drained) = call(&fixture, "POST /api/v1/drain", Some(&body));
    assert_eq!((status, &drained["notified"]), (200, &json!(1)), "{drained}");
    wait_until(|| ask(&fixture.listener, "GET /readyz", &[]).status == 503);
    let (_, server) = call(&fixture, "GET /api/v1/server", None);
    assert_eq!(server["is_draining"], true);
    assert!(server["ends_in_s"].as_u64().is_some_and(|left| (500..=600).contains(&left)), "{server}");
    assert!(server["unready"].as_str().unwrap().contains("draining"), "{server}");
    assert_eq!(call(&fixture, "DELETE /api/v1/drain?by=Ann", None).0, 200);
    wait_until(|| ask(&fixture.listener, "GET /readyz", &[]).status == 200);
    assert_eq!(call(&fixture, "DELETE /api/v1/drain", None).0, 409);
    let redirect = json!({"within_s": 600, "redirect": ""});
    assert_eq!(call(&fixture, "POST /api/v1/drain", Some(&redirect)).0, 422);
    let (_, log) = call(&fixture, "GET /api/v1/audit?by=Ann", None);
    let actions: Vec<_> = log["entries"].as_array().unwrap().iter().map(|entry| &entry["action"]).collect();
    assert_eq!(actions, ["stop_draining", "drain"]);
    assert_eq!(
        log["entries"][1]["details"],
        "within 600 s, redirect to quic://b.example/{session}, 1 notified"
    );
}

#[test]
fn every_action_does_something_or_says_why_not() {
    let fixture = Fixture::new(settings());
    let _alice = fixture.player("Alice", "main");
    for (action, status) in [
        (json!({"deafen": {"player": "Alice"}}), 200),
        (json!({"undeafen": {"player": "Alice"}}), 200),
        (json!({"mute_text": {"player": {"subject": "account 7"}}}), 200),
        (json!({"unmute_text": {"player": {"subject": "account 7"}}}), 200),
        (json!({"set_room_rights": {"player": "Alice", "room": "stage", "speak": false}}), 200),
        (json!({"limit_room": {"room": "lob*", "listeners_max": 5}}), 200),
        (json!({"unlimit_room": {"room": "lob*"}}), 200),
        (json!({"slow_texts": {"every_s": 3}}), 200),
        (json!({"start_recording": {}}), 409),
        (json!({"stop_recording": {}}), 409),
        (json!({"move": {"player": "Alice", "from": "lobby", "to": "stage"}}), 200),
        (json!({"remove_from_room": {"player": "Alice", "room": "attic"}}), 409),
        (json!({"reset": {"player": "Dave"}}), 404),
        (json!({"kick": {"player": "Dave"}}), 404),
        (json!({"mute": {"player": "Alice", "duration_s": 0}}), 422),
        (json!({"kick": {"player": "Alice"}}), 200),
    ] {
        let (found, answer) = act(&fixture, &action);
        assert_eq!(found, status, "{action}: {answer}");
        assert_eq!(answer["detail"].is_string(), status != 200, "{answer}");
    }
    wait_until(|| player(&fixture, "Alice") == Value::Null);
}

#[test]
fn a_ban_disconnects_matching_players_until_it_is_lifted() {
    let fixture = Fixture::new(settings());
    let _alice = fixture.player("Alice", "main");
    let body = json!({"target": {"name": "alice"}, "reason": "cheating"});
    let (status, banned) = call(&fixture, "POST /api/v1/bans", Some(&body));
    assert_eq!(status, 201, "{banned}");
    assert_eq!(banned["expelled"], json!([{"session": "main", "player": "Alice"}]));
    let (_, bans) = call(&fixture, "GET /api/v1/bans", None);
    assert_eq!(bans, json!([banned["ban"]]));
    let lift = format!("DELETE /api/v1/bans/{}?reason=sorry", banned["ban"]["id"]);
    assert_eq!(call(&fixture, &lift, None).0, 200);
    assert_eq!(call(&fixture, &lift, None).0, 404);
    assert_eq!(call(&fixture, "GET /api/v1/bans", None).1, json!([]));
}

#[test]
fn what_cannot_be_understood_is_told_so_and_does_nothing() {
    let fixture = Fixture::new(settings());
    let path = "POST /api/v1/sessions/main/actions";
    for (body, kind, status) in [
        ("{", "application/json", 400),
        (r#"{"action":{"mute":{"player":"A","for":5}}}"#, "application/json", 422),
        (r#"{"action":{"dance":{}}}"#, "application/json", 422),
        (r#"{"action":{"kick":{"player":"A"}},"reson":""}"#, "application/json", 422),
        (r#"{"action":{"kick":{"player":"A"}}}"#, "text/plain", 415),
        (&"a".repeat(20_000), "application/json", 413),
    ] {
        let (found, answer) = call_with(&fixture, path, Some(body), kind);
        assert_eq!(found, status, "{body:.60}: {answer}");
        assert_eq!(answer["status"], status);
    }
    let bad_address = json!({"target": {"address": "10.0.0.0/99"}});
    assert_eq!(call(&fixture, "POST /api/v1/bans", Some(&bad_address)).0, 422);
    assert_eq!(call(&fixture, "GET /api/v1/bans?limit=many", None).0, 400);
    assert_eq!(call(&fixture, "GET /api/v1/sessions/other", None).0, 404);
    assert_eq!(call(&fixture, "GET /api/v1/audit", None).1["entries"], json!([]));
}

#[test]
fn everything_that_is_described_asks_for_the_token() {
    let fixture = Fixture::new(settings());
    let description = ask(&fixture.listener, "GET /api/openapi.json", &[]).body;
    let description = oas3::from_json(&description).unwrap();
    assert!(description.openapi.starts_with("3.1"), "{}", description.openapi);
    let mut number = 0;
    for (path, method, operation) in description.operations() {
        let path = path.replace("{session}", "main").replace("{id}", "1").replace("{file}", "a.opus");
        let path = path.replace("{folder}", "main").replace("{node}", "one").replace("{name}", "now");
        let request = format!("{method} {path}");
        assert_eq!(ask(&fixture.listener, &request, &["Content-Length: 0"]).status, 401, "{request}");
        assert!(operation.summary.is_some(), "{request}");
        number += 1;
    }
    assert_eq!(number, 23);
}

#[test]
fn subscribers_are_told_at_once_and_their_number_is_limited() {
    let mut settings = settings();
    settings.limits.followers_max = 1;
    let fixture = Fixture::new(settings);
    let _alice = fixture.player("Alice", "main");
    let mut stream = connect(&fixture.listener);
    let head =
        format!("GET /api/v1/events?session=main HTTP/1.1\r\nHost: localhost\r\n{}\r\n\r\n", bearer(TOKEN));
    stream.write_all(head.as_bytes()).unwrap();
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    let data = lines.find_map(|line| Some(line.strip_prefix("data: ")?.to_owned())).unwrap();
    let now: Value = serde_json::from_str(&data).unwrap();
    assert_eq!(now["session"]["players"][0]["name"], "Alice");
    assert_eq!(ask(&fixture.listener, "GET /api/v1/events", &[&bearer(TOKEN)]).status, 503);
    drop(fixture);
    assert!(lines.all(|line| !line.contains("500")), "it ends with the listener");
}
