//! Webhooks of a real server: deliveries, retries after failures, and the server's end.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use consonance_testing::command::{Folder, Program};
use consonance_testing::http_server::{HttpServer, ok};
use serde_json::{Value, json};

/// The timeout for every operation. Generous: machines that run tests are busy.
const PATIENCE: Duration = Duration::from_mins(2);

/// A server that records everything, with this webhook; its admin listener and its address.
fn serve(folder: &Folder, webhook: &str) -> (Program, String, String) {
    folder.write("webhook.txt", b"signed-and-sealed\n");
    let config = format!(
        "listen = ['127.0.0.1:0']\n[admin]\nlisten = '127.0.0.1:0'\ntoken_file = 'token'\n\
         [recording]\nfolder = 'records'\nsessions = ['*']\nfree_bytes_min = 0\n{webhook}"
    );
    let config = folder.write("voice.toml", config.as_bytes());
    let server = Program::start_in(&["serve", "--config", &config], &[("RUST_LOG", "trace")]);
    let line = server.until_line("the session's address", |line| line.contains("quic://"));
    let address = line.split(' ').next_back().unwrap().to_owned();
    let admin = format!("http://{}", server.until_admin());
    (server, admin, address)
}

fn webhook(server: &HttpServer, more: &str) -> String {
    format!(
        "[[webhooks]]\nurl = '{}?key=sesame-open'\nhmac_secret_file = 'webhook.txt'\n{more}\n",
        server.url()
    )
}

fn bodies(server: &HttpServer) -> Vec<Value> {
    server.requests().iter().map(|request| serde_json::from_str(&request.body).unwrap()).collect()
}

fn events(server: &HttpServer) -> Vec<String> {
    bodies(server).iter().map(|body| body["event"].as_str().unwrap().to_owned()).collect()
}

fn wait_until(is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "it takes too long");
        thread::sleep(Duration::from_millis(10));
    }
}

fn join(address: &str, name: &str) -> Program {
    let player = ["join", address, "--name", name, "--json", "--microphone", "none", "--loudspeaker", "none"];
    Program::start(&[&player[..], &["--listen", "lobby"]].concat())
}

#[test]
fn a_server_tells_a_webhook_of_each_event_and_again_where_it_fails() {
    let folder = Folder::new();
    let count = AtomicUsize::new(0);
    let receiver = HttpServer::start(move |_| match count.fetch_add(1, Ordering::Relaxed) {
        0 => b"HTTP/1.1 503 Later\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".to_vec(),
        _ => ok(""),
    });
    let (server, admin, address) = serve(&folder, &webhook(&receiver, ""));
    let alice = join(&address, "Alice");
    alice.until_event(&json!({"event": "players_synced"}));
    let token = folder.file("token");
    let ban = ["admin", "--server", &admin, "--token-file", &token, "ban", "Alice", "--reason", "too loud"];
    Program::start(&ban).end().assert_well();
    alice.end();
    wait_until(|| events(&receiver).iter().any(|event| event == "recording-ready"));
    server.signal("TERM");
    let ended = server.end();
    assert!(ended.status.success(), "{:?}", ended.err);

    let mut told = bodies(&receiver);
    assert_eq!(told[0], told[1], "the first was not taken, and comes again with its id");
    told.remove(0);
    let events: Vec<_> = told.iter().map(|body| body["event"].as_str().unwrap()).collect();
    let expected =
        ["session-begun", "player-joined", "banned", "player-left", "recording-ready", "session-ended"];
    assert_eq!(events, expected);
    assert_eq!(told[1]["player"], json!({"name": "Alice"}));
    assert_eq!(
        (&told[2]["ban"]["target"], &told[2]["ban"]["reason"]),
        (&json!({"name": "Alice"}), &json!("too loud"))
    );
    assert_eq!(told[4]["recording"]["ended"], "empty");
    let recorded = told[4]["recording"]["id"].as_str().unwrap();
    assert!(fs::exists(folder.file(&format!("records/{recorded}/index.json"))).unwrap(), "{recorded}");
    assert!(receiver.requests().iter().all(|request| request.header("consonance-signature").is_some()));
    let log = ended.err.join("\n");
    assert!(log.contains("webhook failing") && log.contains("webhook recovered"), "{log}");
    assert!(!log.contains("sesame-open") && !log.contains("signed-and-sealed"), "no secret is logged");
}

#[test]
fn a_reload_adds_and_removes_webhooks_while_players_stay() {
    let folder = Folder::new();
    let receiver = HttpServer::start(|_| ok(""));
    let (server, _, address) = serve(&folder, "");
    let file = folder.file("voice.toml");
    let without = fs::read_to_string(&file).unwrap();
    let alice = join(&address, "Alice");
    alice.until_event(&json!({"event": "players_synced"}));
    fs::write(&file, without.clone() + &webhook(&receiver, "events = ['player-joined', 'player-left']"))
        .unwrap();
    server.signal("HUP");
    server.until_complaint("reloaded: changed webhooks");
    let bob = join(&address, "Bob");
    bob.until_event(&json!({"event": "players_synced"}));
    wait_until(|| events(&receiver) == ["player-joined"]);
    // Another key distinguishes the second reload from the first.
    fs::write(&file, format!("sessions_max = 99\n{without}")).unwrap();
    server.signal("HUP");
    server.until_complaint("reloaded: changed sessions_max, webhooks");
    bob.interrupt().assert_well();
    alice.interrupt().assert_well();
    server.signal("TERM");
    assert!(server.end().status.success());
    assert_eq!(events(&receiver), ["player-joined"], "and nothing after it was removed");
}

#[test]
fn a_webhook_that_cannot_be_told_is_found_wrong_before_the_start() {
    let folder = Folder::new();
    folder.write("empty.txt", b"\n");
    folder.write("secret.txt", b"secret\n");
    for (webhook, complaint) in [
        ("url = 'https://example.org/'\nhmac_secret_file = 'absent.txt'", "absent.txt"),
        ("url = 'https://example.org/'\nhmac_secret_file = 'empty.txt'", "the secret of a webhook is empty"),
        (
            "url = 'http://example.org/'\nhmac_secret_file = 'secret.txt'",
            "unencrypted webhook on another machine",
        ),
        ("url = 'example.org'\nhmac_secret_file = 'secret.txt'", "invalid address"),
    ] {
        let config = folder.write("voice.toml", format!("[[webhooks]]\n{webhook}\n").as_bytes());
        let ended = Program::start(&["serve", "--check", "--config", &config]).end();
        let told = ended.complaint();
        assert!(told.contains("webhooks") && told.contains(complaint), "{told}");
    }
}
