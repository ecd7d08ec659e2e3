//! `consonance serve --admin`: what operators and scrapers get.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::json;

use crate::folder::Folder;
use crate::program::Program;

fn get(address: &str, path: &str, token: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// A server with a listener for operators, its address, that of its session, and the token.
fn serve(folder: &Folder) -> (Program, String, String, String) {
    let file = folder.file("token");
    let server = Program::start(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--admin=127.0.0.1:0",
        "--admin-token-file",
        &file,
    ]);
    let line = server.until_line("the session's address", |line| line.contains("quic://"));
    let session = line.split(' ').next_back().unwrap().to_owned();
    let admin = server.until_admin();
    let token = fs::read_to_string(&file).unwrap().trim().to_owned();
    (server, admin, session, token)
}

#[test]
fn metrics_tell_of_the_players_who_are_there() {
    let folder = Folder::new();
    let (_server, admin, session, token) = serve(&folder);
    let alice = Program::start(&["join", &session, "--name", "Alice", "--null-devices", "--json"]);
    alice.until_event(&json!({"event": "roster_received"}));
    let metrics = get(&admin, "/metrics", &token);
    assert!(metrics.contains("\nconsonance_clients 1\n"), "{metrics}");
    assert!(metrics.contains("\nconsonance_links{network=\"quic\"} 1\n"), "{metrics}");
    assert!(get(&admin, "/readyz", "").starts_with("HTTP/1.1 200"));
    assert!(get(&admin, "/metrics", "wrong").starts_with("HTTP/1.1 401"));
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
