//! Webhooks with a real, minimal HTTP server.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use consonance_server::bans::{Ban, BanTarget};
use consonance_server::recording::{SessionRecorder, SessionRecordingSettings};
use consonance_server::records::{Records, RecordsSettings};
use consonance_server::token::{Claims, Key};
use consonance_server::{
    Admission, JoiningSettings, RestartPlan, SecretText, SessionsSettings, Webhook, WebhookEvent,
    WebhookSettings, WebhookStatistics, Webhooks, Workers,
};
use consonance_testing::folder::path_of_test;
use ring::hmac;
use serde_json::{Value, json};

use crate::session_loop::fixture::Fixture;
use crate::session_loop::http_server::{HttpRequest, HttpServer, ok};

/// Far longer than any of these tests takes; none waits for it to pass.
const PATIENCE: Duration = Duration::from_mins(2);

fn webhook(url: &str, set_up: impl FnOnce(&mut WebhookSettings)) -> Webhook {
    let mut settings = WebhookSettings::new(url.parse().unwrap(), SecretText::new("shared"));
    settings.delivery.timeout = PATIENCE;
    set_up(&mut settings);
    Webhook::new(settings).unwrap()
}

fn webhooks(url: &str, set_up: impl FnOnce(&mut WebhookSettings)) -> Webhooks {
    let webhooks = Webhooks::default();
    webhooks.follow(vec![webhook(url, set_up)]).unwrap();
    webhooks
}

fn settings(webhooks: &Webhooks) -> SessionsSettings {
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    settings.on_demand = vec!["match-*".into()];
    settings.webhooks = webhooks.clone();
    settings.records = Records::in_memory(RecordsSettings::default()).with_webhooks(webhooks.clone());
    settings
}

fn ban(name: &str) -> Ban {
    let (target, reason, by) = (BanTarget::Name(name.into()), "too loud".into(), "Ann".into());
    Ban { id: 0, target, session: None, reason, by, since: 1, until: None }
}

/// Waits until the first webhook's statistics satisfy the condition.
fn wait_until(webhooks: &Webhooks, is_so: impl Fn(&WebhookStatistics) -> bool) -> WebhookStatistics {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let statistics = webhooks.statistics().remove(0);
        if is_so(&statistics) {
            return statistics;
        }
        assert!(Instant::now() < deadline, "{statistics:?}");
        thread::sleep(Duration::from_millis(2));
    }
}

fn body(request: &HttpRequest) -> Value {
    serde_json::from_str(&request.body).unwrap()
}

fn bodies(server: &HttpServer) -> Vec<Value> {
    server.requests().iter().map(body).collect()
}

/// The events in the order of arrival, each with its subject.
fn told(server: &HttpServer) -> Vec<String> {
    let line = |body: &Value| {
        let about = [&body["session"], &body["player"]["name"], &body["ban"]["target"]["name"]];
        let about = about.into_iter().filter_map(Value::as_str).map(|about| format!(" {about}"));
        body["event"].as_str().unwrap().to_owned() + &about.collect::<String>()
    };
    bodies(server).iter().map(line).collect()
}

#[test]
fn a_webhook_is_told_of_sessions_players_and_bans_in_their_order() {
    let server = HttpServer::start(|_| ok(""));
    let webhooks = webhooks(&server.url(), |_| {});
    let (key, mut joining) = (Key::generate_hs256().unwrap(), JoiningSettings::default());
    joining.token_keys = vec![key.clone()];
    let mut settings = settings(&webhooks);
    settings.admission = Admission::new(joining);
    let mut fixture = Fixture::with_settings(&settings, 1);
    let claims = Claims { subject: Some("4711".into()), expires_at: u64::MAX / 2, ..Claims::default() };
    let mut alice = fixture.player_with_token("Alice", &key.sign(&claims).unwrap(), "match-7");
    fixture.settle(&mut [&mut alice]);
    assert!(alice.has_seen("joined"), "{:?}", alice.ends);
    settings.records.import_ban(ban("Bob")).unwrap();
    drop(alice);
    fixture.run_once();
    fixture.wait(settings.hosting.empty_for);
    fixture.run_once();
    fixture.session_loop.shut_down(fixture.now);
    webhooks.stop(PATIENCE);
    let expected = [
        "session-begun main",
        "session-begun match-7",
        "player-joined match-7 Alice",
        "banned Bob",
        "player-left match-7 Alice",
        "session-ended match-7",
        "session-ended main",
    ];
    assert_eq!(told(&server), expected);
    let bodies = bodies(&server);
    for number in [2, 4] {
        assert_eq!(bodies[number]["player"], json!({"name": "Alice", "subject": "4711"}));
    }
    let ban = json!({
        "id": 1, "target": {"name": "Bob"}, "session": null, "reason": "too loud", "by": "Ann", "since": 1,
        "until": null,
    });
    assert_eq!(bodies[3]["ban"], ban);
    let mut ids: Vec<_> = bodies.iter().map(|body| body["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), expected.len(), "each has an id of its own");
}

#[test]
fn each_request_is_signed_like_those_of_the_joining_hook() {
    let server = HttpServer::start(|_| ok(""));
    let webhooks =
        webhooks(&server.url(), |hook| hook.service.bearer_token = Some(SecretText::new("bearer")));
    settings(&webhooks).records.import_ban(ban("Bob")).unwrap();
    webhooks.stop(PATIENCE);
    let request = server.requests().remove(0);
    assert!(request.head.starts_with("POST /join HTTP/1.1"), "{}", request.head);
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("authorization"), Some("Bearer bearer"));
    let signature = request.header("consonance-signature").unwrap();
    let (time, code) = signature.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
    let hex = |at: usize| u8::from_str_radix(&code[at..at + 2], 16).unwrap();
    let code: Vec<u8> = (0..code.len()).step_by(2).map(hex).collect();
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"shared");
    hmac::verify(&key, format!("{time}.{}", request.body).as_bytes(), &code).unwrap();
    assert!(time.parse::<u64>().unwrap() > 1_700_000_000, "the present");
}

#[test]
fn an_event_that_is_not_taken_is_told_again_with_the_same_body() {
    let elsewhere = HttpServer::start(|_| ok(""));
    let redirect =
        format!("HTTP/1.1 307 Elsewhere\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", elsewhere.url());
    let count = std::sync::atomic::AtomicUsize::new(0);
    let server = HttpServer::start(move |_| match count.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
        0 => redirect.clone().into_bytes(),
        _ => b"HTTP/1.1 204 Taken\r\nConnection: close\r\n\r\n".to_vec(),
    });
    let webhooks = webhooks(&server.url(), |_| {});
    let records = settings(&webhooks).records;
    for name in ["Alice", "Bob"] {
        records.import_ban(ban(name)).unwrap();
    }
    let done = wait_until(&webhooks, |webhook| webhook.delivered == 2);
    assert_eq!((done.failed_attempts, done.waiting), (1, 0));
    assert_eq!(told(&server), ["banned Alice", "banned Alice", "banned Bob"]);
    let bodies = bodies(&server);
    assert_eq!(bodies[0], bodies[1]);
    assert_eq!(elsewhere.requests().len(), 0, "a redirection is not followed");
}

#[test]
fn a_webhook_that_never_answers_delays_no_player_and_no_voice() {
    let silent = HttpServer::silent();
    let webhooks = webhooks(&silent.url(), |_| {});
    let mut fixture = Fixture::with_settings(&settings(&webhooks), 1);
    fixture.run_once();
    silent.until_asked();
    let mut alice = fixture.player("Alice", 0, "main").talk("lobby");
    let mut bob = fixture.player("Bob", 0, "main").listen("lobby");
    fixture.settle(&mut [&mut alice, &mut bob]);
    alice.client.send_voice(b"hello").unwrap();
    fixture.settle(&mut [&mut alice, &mut bob]);
    assert!(bob.seen.iter().any(|seen| seen.contains("says")), "{:?}", bob.seen);
    let statistics = webhooks.statistics().remove(0);
    assert_eq!((statistics.delivered, statistics.waiting), (0, 3), "it still has not answered the first");
}

#[test]
fn a_full_queue_drops_the_oldest_and_counts_them() {
    let server = HttpServer::held();
    let webhooks = webhooks(&server.url(), |hook| hook.delivery.queue = 2);
    let records = settings(&webhooks).records;
    records.import_ban(ban("first")).unwrap();
    server.until_asked();
    for name in ["second", "third", "fourth", "fifth"] {
        records.import_ban(ban(name)).unwrap();
    }
    assert_eq!(webhooks.statistics()[0].overflowed, 2);
    server.release(ok(""));
    let done = wait_until(&webhooks, |webhook| webhook.waiting == 0);
    assert_eq!((done.delivered, done.overflowed, done.failed_attempts), (3, 2, 0));
    assert_eq!(told(&server), ["banned first", "banned fourth", "banned fifth"]);
}

#[test]
fn a_webhook_is_told_only_what_it_wants() {
    let (bans, players) = (HttpServer::start(|_| ok("")), HttpServer::start(|_| ok("")));
    let webhooks = Webhooks::default();
    let only = |server: &HttpServer, event| webhook(&server.url(), |hook| hook.events = vec![event]);
    let both = vec![only(&bans, WebhookEvent::Banned), only(&players, WebhookEvent::PlayerJoined)];
    webhooks.follow(both).unwrap();
    let settings = settings(&webhooks);
    let mut fixture = Fixture::with_settings(&settings, 1);
    let mut alice = fixture.player("Alice", 0, "main");
    fixture.settle(&mut [&mut alice]);
    settings.records.import_ban(ban("Bob")).unwrap();
    webhooks.stop(PATIENCE);
    assert_eq!(
        (told(&bans), told(&players)),
        (vec!["banned Bob".into()], vec!["player-joined main Alice".into()])
    );
}

#[test]
fn a_reload_keeps_what_waits_and_signs_it_with_the_new_secret() {
    let server = HttpServer::held();
    let webhooks = webhooks(&server.url(), |_| {});
    let records = settings(&webhooks).records;
    records.import_ban(ban("first")).unwrap();
    server.until_asked();
    records.import_ban(ban("second")).unwrap();
    webhooks
        .follow(vec![webhook(&server.url(), |hook| hook.service.bearer_token = Some(SecretText::new("new")))])
        .unwrap();
    server.release(ok(""));
    wait_until(&webhooks, |webhook| webhook.delivered == 2);
    let shown: Vec<_> =
        server.requests().iter().map(|request| request.header("authorization").map(str::to_owned)).collect();
    assert_eq!(shown, [None, Some("Bearer new".into())]);
    webhooks.follow(Vec::new()).unwrap();
    records.import_ban(ban("third")).unwrap();
    assert_eq!((webhooks.statistics(), server.requests().len()), (Vec::new(), 2), "one that is gone");
}

#[test]
fn sessions_that_are_handed_over_neither_end_nor_begin() {
    let server = HttpServer::start(|_| ok(""));
    let webhooks = webhooks(&server.url(), |_| {});
    let settings = settings(&webhooks);
    let mut fixture = Fixture::with_settings(&settings, 1);
    let mut alice = fixture.player_of_ours("Alice", "", "match-7");
    fixture.settle(&mut [&mut alice]);
    let left = fixture.session_loop.hand_over(fixture.now, &RestartPlan::default());
    fixture.session_loop.shut_down(fixture.now);
    let before = ["session-begun main", "session-begun match-7", "player-joined match-7 Alice"];
    let mut workers = Workers::new(&settings, std::num::NonZeroUsize::MIN);
    assert_eq!(workers.restore(&left), 1);
    let next = consonance_server::DedicatedServer::start(workers);
    // An answer shows that the loop has run once.
    next.handle().ask(0, |_, _| ()).unwrap();
    webhooks.stop(PATIENCE);
    assert_eq!(told(&server), before);
}

#[test]
fn a_recording_that_a_crash_cut_off_is_ready_once_it_is_complete() {
    let server = HttpServer::start(|_| ok(""));
    let webhooks = webhooks(&server.url(), |_| {});
    let folder = path_of_test("webhook-recording");
    let recording = folder.join("main").join("2033-05-18T03-33-20Z");
    fs::create_dir_all(&recording).unwrap();
    let index = json!({
        "version": 1, "session": "main", "started_at": "2033-05-18T03:33:20Z",
        "started_unix_ms": 2_000_000_000_000_u64, "by_operator": true, "sample_rate_hz": 48_000,
        "duration_samples": 72_000, "bytes": 0, "ended": null, "frames_dropped": 0,
        "frames_without_track": 3, "tracks": [],
    });
    fs::write(recording.join("index.json"), index.to_string()).unwrap();
    let recorder =
        SessionRecorder::start_with_webhooks(&folder, SessionRecordingSettings::default(), webhooks.clone());
    recorder.unwrap().stop();
    webhooks.stop(PATIENCE);
    let [told] = &bodies(&server)[..] else { panic!("{:?}", bodies(&server)) };
    assert_eq!((&told["event"], &told["session"]), (&json!("recording-ready"), &json!("main")));
    let expected = json!({
        "id": "main/2033-05-18T03-33-20Z", "session": "main", "started_at": 2_000_000_000_u64,
        "duration_s": 1.5, "bytes": 0, "tracks": 0, "by_operator": true, "ended": "crashed",
        "error": null, "frames_dropped": 0, "frames_without_track": 3,
    });
    assert_eq!(told["recording"], expected);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_cannot_be_delivered_at_the_end_is_given_up() {
    let webhooks = webhooks(&HttpServer::dead_url(), |_| {});
    let records = settings(&webhooks).records;
    records.import_ban(ban("Alice")).unwrap();
    wait_until(&webhooks, |webhook| webhook.failed_attempts == 1);
    records.import_ban(ban("Bob")).unwrap();
    webhooks.stop(PATIENCE);
    let end = webhooks.statistics().remove(0);
    assert!(end.failed_attempts >= 2, "one more attempt at the end: {end:?}");
    assert_eq!((end.given_up, end.waiting), (2, 0));
}
