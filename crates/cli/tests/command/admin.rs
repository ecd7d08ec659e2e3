//! `consonance serve --admin`: responses to operators and scrapers.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use consonance_testing::command::Folder;
use consonance_testing::command::Program;

pub(crate) fn get(address: &str, path: &str, token: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// A server with an admin listener; returns it, the listener's address, the session's address, and the token.
fn serve(folder: &Folder) -> (Program, String, String, String) {
    serve_with(folder, &[])
}

/// The same with these environment variables.
fn serve_with(folder: &Folder, variables: &[(&str, &str)]) -> (Program, String, String, String) {
    let file = folder.file("token");
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--admin=127.0.0.1:0", "--admin-token-file", &file];
    let server = Program::start_in(&arguments, variables);
    let line = server.until_line("the session's address", |line| line.contains("quic://"));
    let session = line.split(' ').next_back().unwrap().to_owned();
    let admin = server.until_admin();
    let token = fs::read_to_string(&file).unwrap().trim().to_owned();
    (server, admin, session, token)
}

#[test]
fn metrics_count_present_players() {
    let folder = Folder::new();
    let (_server, admin, session, token) = serve(&folder);
    let alice = Program::start(&["join", &session, "--name", "Alice", "--null-devices", "--json"]);
    alice.until_event(&json!({"event": "players_synced"}));
    let metrics = get(&admin, "/metrics", &token);
    assert!(metrics.contains("\nconsonance_clients 1\n"), "{metrics}");
    assert!(metrics.contains("\nconsonance_links{network=\"quic\"} 1\n"), "{metrics}");
    assert!(get(&admin, "/readyz", "").starts_with("HTTP/1.1 200"));
    assert!(get(&admin, "/metrics", "wrong").starts_with("HTTP/1.1 401"));
}

#[test]
fn metrics_tell_which_way_voice_goes_and_what_is_recorded() {
    let folder = Folder::new();
    let recordings = folder.file("recordings");
    let variables =
        [("CONSONANCE_RECORDING_FOLDER", &*recordings), ("CONSONANCE_RECORDING_SESSIONS", "main")];
    let (_server, admin, session, token) = serve_with(&folder, &variables);
    let alice = Program::start(&["join", &session, "--name", "Alice", "--null-devices", "--json"]);
    alice.until_event(&json!({"event": "players_synced"}));
    for line in [
        r#"consonance_fast_path_links{network="quic",state="agreed"} 1"#,
        r#"consonance_fast_path_links{network="quic",state="in_use"} 1"#,
        r#"consonance_fast_path_addresses_total{network="quic",step="proved"} 1"#,
        r#"consonance_recordings{state="live"} 1"#,
        r#"consonance_worker_shedding_step{worker="0"} 0"#,
    ] {
        until(line, || get(&admin, "/metrics", &token).contains(&format!("\n{line}\n")));
    }
    let players = get(&admin, "/api/v1/sessions/main", &token);
    assert!(players.contains(r#""voice_path":"over the fast path""#), "{players}");
}

/// Polls until a condition holds.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < deadline, "never came: {what}");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_token_that_is_made_is_told_of_by_its_file_and_never_shown() {
    let folder = Folder::new();
    let (server, _, _, token) = serve(&folder);
    drop(server);
    let file = folder.file("token");
    let again = ["serve", "--listen", "127.0.0.1:0", "--admin=127.0.0.1:0", "--admin-token-file", &file];
    let server = Program::start(&again);
    server.until_admin();
    assert_eq!(fs::read_to_string(&file).unwrap().trim(), token, "it stays");
    #[cfg(unix)]
    {
        server.signal("INT");
        let ended = server.end();
        assert!(ended.status.success(), "{:?}", ended.err);
        assert!(!ended.out.iter().chain(&ended.err).any(|line| line.contains(&token)), "{:?}", ended.err);
    }
}

#[test]
fn plain_text_leaves_the_machine_only_if_that_is_asked_for() {
    let ended = Program::start(&["serve", "--check", "--admin=0.0.0.0:7778"]).end();
    let complaint = ended.complaint();
    assert!(complaint.contains("--admin") && complaint.contains("admin.allow_plain"), "{complaint}");
}

#[test]
fn the_command_shows_players_moderates_them_and_says_what_is_wrong_in_one_line() {
    let folder = Folder::new();
    let (_server, admin, session, _) = serve(&folder);
    let alice = Program::start(&["join", &session, "--name", "Alice", "--null-devices", "--json"]);
    alice.until_event(&json!({"event": "players_synced"}));
    let (url, file) = (format!("http://{admin}"), folder.file("token"));
    let run = |words: &[&str]| {
        Program::start(&[&["admin", "--server", &url, "--token-file", &file], words].concat()).end()
    };
    let players = run(&["players", "main"]);
    players.assert_well();
    assert!(players.out[0].starts_with("PLAYER") && players.out[1].starts_with("Alice"), "{:?}", players.out);
    let muted = run(&["mute", "main", "Alice", "--duration", "60", "--reason", "too loud"]);
    muted.assert_well();
    assert!(muted.out[0].starts_with("done, and the player was notified"), "{:?}", muted.out);
    let log = run(&["audit", "--json"]);
    assert!(log.out.iter().any(|line| line.contains("\"too loud\"")), "{:?}", log.out);
    assert!(run(&["kick", "main", "Bob"]).complaint().contains("Bob"));
    assert!(run(&["players", "other"]).complaint().contains("unknown session"));

    let wrong = folder.write("wrong", b"0123456789abcdef");
    let ended = Program::start(&["admin", "--server", &url, "--token-file", &wrong, "bans"]).end();
    assert!(ended.complaint().contains("admin.token_file"), "{:?}", ended.err);
    let unreachable = ["admin", "--server", "http://127.0.0.1:1", "--token-file", &file, "health"];
    assert!(Program::start(&unreachable).end().complaint().contains("--admin"));
}

#[test]
fn a_server_that_is_told_to_run_empty_ends_when_the_last_player_has_gone() {
    let folder = Folder::new();
    let (server, admin, session, _) = serve(&folder);
    let arguments = ["join", &session, "--name", "Alice", "--null-devices", "--json"];
    let alice = Program::start(&arguments);
    alice.until_event(&json!({"event": "players_synced"}));
    let (url, file) = (format!("http://{admin}"), folder.file("token"));
    let run = |words: &[&str]| {
        Program::start(&[&["admin", "--server", &url, "--token-file", &file], words].concat()).end()
    };
    assert!(run(&["undrain"]).complaint().contains("not draining"));
    let drained = run(&["drain", "--within", "3600", "--reason", "update"]);
    assert_eq!(drained.out, ["draining; 1 players notified"]);
    alice.until_event(&json!({"event": "draining", "redirect": null}));
    run(&["undrain"]).assert_well();
    alice.until_event(&json!({"event": "drain_cancelled"}));
    // As before a container is stopped.
    let waiting = ["admin", "--server", &url, "--token-file", &file, "drain", "--wait"];
    let waiting = Program::start(&waiting);
    alice.until_event(&json!({"event": "draining", "redirect": null}));
    drop(alice);
    waiting.end().assert_well();
    let ended = server.end();
    assert!(ended.status.success(), "{:?}", ended.err);
}
