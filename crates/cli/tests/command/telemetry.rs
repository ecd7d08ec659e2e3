//! A real server that exports to a collector: its metrics, its traces, and a collector that is slow or away.

mod received;

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use consonance_testing::command::{Folder, Program};
use consonance_testing::http_server::{HttpServer, ok};
use serde_json::json;

use crate::admin::get;
use received::{Received, page_samples};

/// The timeout for every operation. Generous: machines that run tests are busy.
const PATIENCE: Duration = Duration::from_mins(2);

/// A server that exports to this collector; its admin listener, its token and its address.
fn serve(folder: &Folder, collector: &HttpServer, more: &str) -> (Program, String, String, String) {
    folder.write("headers.txt", b"Authorization: Bearer sesame-open\n\nX-Tenant: 7\n");
    let config = format!(
        "listen = ['127.0.0.1:0']\n[admin]\nlisten = '127.0.0.1:0'\ntoken_file = 'token'\n\
         [telemetry]\notlp_endpoint = 'http://{}'\nheaders_file = 'headers.txt'\nnode_name = 'voice-1'\n\
         metrics_every_s = 1\n{more}",
        collector.addr()
    );
    let config = folder.write("voice.toml", config.as_bytes());
    let server = Program::start_in(&["serve", "--config", &config], &[("RUST_LOG", "info")]);
    let line = server.until_line("the session's address", |line| line.contains("quic://"));
    let address = line.split(' ').next_back().unwrap().to_owned();
    let admin = server.until_admin();
    let token = fs::read_to_string(folder.file("token")).unwrap().trim().to_owned();
    (server, admin, token, address)
}

fn join(address: &str, name: &str, more: &[&str]) -> Program {
    let player = ["join", address, "--name", name, "--json", "--microphone", "none", "--loudspeaker", "none"];
    Program::start(&[&player[..], more].concat())
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "it takes too long until {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_metrics_of_the_page_arrive_with_the_same_values() {
    let folder = Folder::new();
    let collector = HttpServer::start(|_| ok("{}"));
    let (server, admin, token, address) = serve(&folder, &collector, "");
    let alice = join(&address, "Alice", &["--listen", "lobby"]);
    alice.until_event(&json!({"event": "players_synced"}));
    let page = || page_samples(&get(&admin, "/metrics", &token));
    let received = || Received::of(&collector);
    let before = page();
    let exports = received().metrics.len();
    wait_until("metrics were exported after the page", || received().metrics.len() > exports + 1);
    let exported = received().metrics[exports + 1].clone();
    // The page is at most a second old.
    thread::sleep(Duration::from_secs(1));
    let after = page();
    let names = |samples: &received::Samples| samples.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&exported), names(&before), "the same samples with the same labels");
    // File descriptors, memory and a worker's current load fluctuate.
    let passing = ["process_", "consonance_worker_busy", "consonance_worker_jobs"];
    let of_sessions = before.iter().filter(|(key, _)| !passing.iter().any(|name| key.starts_with(name)));
    let still: Vec<_> = of_sessions.filter(|(key, value)| after.get(*key) == Some(value)).collect();
    assert!(still.len() > 150, "most numbers of a quiet server stay: {}", still.len());
    for (key, value) in still {
        assert_eq!(exported.get(key), Some(value), "{key}");
    }
    assert_eq!(exported.get("consonance_clients"), Some(&1.0));
    assert_eq!(received().resource["service.instance.id"], "voice-1");
    assert_eq!(received().resource["service.name"], "consonance");
    let request = &collector.requests()[0];
    assert_eq!(request.header("authorization"), Some("Bearer sesame-open"));
    assert_eq!(request.header("x-tenant"), Some("7"));
    server.signal("TERM");
    let ended = server.end();
    assert!(ended.status.success() && !ended.err.join("\n").contains("sesame-open"), "{:?}", ended.err);
}

#[test]
fn joins_arrive_as_traces_with_the_hook_s_call_and_refusals_as_errors() {
    let folder = Folder::new();
    let collector = HttpServer::start(|_| ok("{}"));
    let hook = HttpServer::start(|request| {
        let is_alice = request.body.contains("\"name\":\"Alice\"");
        ok(if is_alice { r#"{"allow":true}"# } else { r#"{"allow":false,"reason":"no"}"# })
    });
    let webhook = HttpServer::start(|_| ok(""));
    folder.write("secret.txt", b"signed-and-sealed\n");
    let services = format!(
        "[joining.hook]\nurl = '{}'\n[[webhooks]]\nurl = '{}'\nhmac_secret_file = 'secret.txt'\n\
         events = ['player-joined']\n",
        hook.url(),
        webhook.url()
    );
    let (server, admin, token, address) = serve(&folder, &collector, &services);
    let alice = join(&address, "Alice", &["--listen", "lobby"]);
    alice.until_event(&json!({"event": "players_synced"}));
    assert!(!join(&address, "Bob", &[]).end().status.success());
    assert!(get(&admin, "/api/v1/sessions/main", &token).starts_with("HTTP/1.1 200"));
    wait_until("a webhook is told", || !webhook.requests().is_empty());
    alice.interrupt().assert_well();
    server.signal("TERM");
    assert!(server.end().status.success());

    let received = Received::of(&collector);
    let joins = received.spans_named("join");
    let [alice, bob] = &joins[..] else { panic!("{joins:?}") };
    for (join, outcome, error, question) in
        [(alice, "joined", None, 0), (bob, "refused", Some("other-denied"), 1)]
    {
        assert_eq!((join.parent.as_str(), join.error.as_deref()), ("", error));
        assert_eq!(
            (&*join.attributes["consonance.outcome"], &*join.attributes["consonance.network"]),
            (outcome, "quic")
        );
        let child = |name: &str, parent: &received::Span| {
            let is_it = |span: &&received::Span| span.name == name && span.trace == join.trace;
            let span = received.spans.iter().find(is_it).unwrap().clone();
            assert_eq!(span.parent, parent.id, "{name}");
            assert!(span.start >= parent.start && span.end <= parent.end, "{name}");
            span
        };
        let admission = child("admission", join);
        assert_eq!(admission.error.as_deref(), error);
        let call = child("joining_hook", &admission);
        assert_eq!(call.attributes["http.response.status_code"], "200");
        let traceparent = format!("00-{}-{}-01", call.trace, call.id);
        assert_eq!(hook.requests()[question].header("traceparent"), Some(&*traceparent));
    }
    assert_eq!(received.spans_named("webhook").len(), 1);
    assert_eq!(received.spans_named("admin")[0].attributes["http.route"], "/api/v1/sessions/{session}");
    assert_eq!(received.spans.len(), 8, "and no others: {:?}", received.spans);
    assert!(!format!("{:?}", received.spans).contains("Alice"), "no span names a player");
}

#[test]
fn a_collector_that_never_answers_delays_no_join_and_no_voice() {
    let folder = Folder::new();
    let collector = HttpServer::silent();
    let (server, _, _, address) = serve(&folder, &collector, "timeout_s = 60\n");
    collector.until_asked();
    let bob = join(&address, "Bob", &["--listen", "lobby"]);
    bob.until_event(&json!({"event": "players_synced"}));
    let alice = ["join", &address, "--name", "Alice", "--speak", "lobby", "--tone", "400", "--null-devices"];
    let _alice = Program::start(&alice);
    bob.until_event(&json!({"event": "started_speaking", "name": "Alice"}));
    bob.interrupt().assert_well();
    server.signal("TERM");
    let ended = server.end();
    assert!(ended.status.success(), "{:?}", ended.err);
    assert!(ended.err.iter().any(|line| line.contains("collector not responding")), "{:?}", ended.err);
}

#[test]
fn a_collector_that_is_away_costs_a_line_and_gets_what_waits_when_it_is_back() {
    let folder = Folder::new();
    let is_away = Arc::new(AtomicBool::new(true));
    let away = Arc::clone(&is_away);
    let collector = HttpServer::start(move |_| {
        let later = b"HTTP/1.1 503 Later\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".to_vec();
        if away.load(Ordering::Relaxed) { later } else { ok("{}") }
    });
    let (server, admin, token, address) = serve(&folder, &collector, "");
    join(&address, "Alice", &["--duration", "0.1"]).end().assert_well();
    wait_until("it was tried three times", || collector.requests().len() >= 3);
    is_away.store(false, Ordering::Relaxed);
    let spans = "\nconsonance_otlp_spans_total{result=\"exported\"} 2\n";
    wait_until("the join was exported", || get(&admin, "/metrics", &token).contains(spans));
    server.signal("TERM");
    let ended = server.end();
    let count = |words: &str| ended.err.iter().filter(|line| line.contains(words)).count();
    assert_eq!(
        (count("collector failing"), count("collector recovered")),
        (1, 1),
        "a line for the outage and one for its end: {:?}",
        ended.err
    );
}

#[test]
fn with_a_ratio_of_zero_there_are_metrics_and_no_traces() {
    let folder = Folder::new();
    let collector = HttpServer::start(|_| ok("{}"));
    let (server, _, _, address) = serve(&folder, &collector, "traces_ratio = 0\n");
    join(&address, "Alice", &["--duration", "0.1"]).end().assert_well();
    wait_until("metrics came", || collector.requests().len() >= 2);
    server.signal("TERM");
    assert!(server.end().status.success());
    let is_of_metrics = |head: &str| head.starts_with("POST /v1/metrics ");
    assert!(collector.requests().iter().all(|request| is_of_metrics(&request.head)));
}

#[test]
fn a_collector_that_cannot_be_told_is_found_wrong_before_the_start() {
    let folder = Folder::new();
    folder.write("wrong.txt", b"X-Tenant: 7\nBearer sesame-open\n");
    for (settings, complaint) in [
        ("otlp_endpoint = 'http://example.org:4318'", "unencrypted collector on another machine"),
        ("otlp_endpoint = '127.0.0.1:4318'", "invalid address"),
        (
            "otlp_endpoint = 'http://127.0.0.1:4318'\nheaders_file = 'wrong.txt'",
            "wrong.txt:2: invalid header, expected `Name: value`",
        ),
        ("otlp_endpoint = 'http://127.0.0.1:4318'\nheaders_file = 'absent.txt'", "absent.txt"),
    ] {
        let config = folder.write("voice.toml", format!("[telemetry]\n{settings}\n").as_bytes());
        let ended = Program::start(&["serve", "--check", "--config", &config]).end();
        let told = ended.complaint();
        assert!(told.contains("telemetry") && told.contains(complaint), "{told}");
        assert!(!told.contains("sesame-open"), "{told}");
    }
}
