//! Servers that end while players are connected: another process or another server takes over.

use std::fs;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};

use consonance_testing::command::Folder;
use consonance_testing::command::Program;
use consonance_testing::stage::free_port;
use serde_json::{Value, json};

use crate::admin::get;
use crate::page::Page;
use crate::talker::assert_all_hear_each_other;

/// A server that listens where its predecessor did, with these settings, and the address of its session.
fn serve(folder: &Folder, port: u16, settings: &str) -> (Program, String) {
    let server = start(folder, port, settings);
    let line = server.until_line("the address", |line| line.contains("quic://"));
    (server, line.split(' ').next_back().unwrap().to_owned())
}

/// Starts a server that may end before it serves.
fn start(folder: &Folder, port: u16, settings: &str) -> Program {
    let text = format!("listen = ['127.0.0.1:{port}']\n{settings}");
    Program::start(&["serve", "--config", &folder.write("voice.toml", text.as_bytes())])
}

/// A player that sends a tone to the lobby, listens there, and sends typed lines there.
fn join(address: &str, name: &str) -> Program {
    let player = Program::start(&[
        "join",
        address,
        "--name",
        name,
        "--json",
        "--speak",
        "lobby",
        "--listen",
        "lobby",
        "--tone",
        "440",
        "--loudspeaker",
        "none",
    ]);
    player.until_event(&json!({"event": "players_synced"}));
    player
}

fn ends_well(server: Program) {
    let ended = server.end();
    assert!(ended.status.success(), "{:?}", ended.err);
}

fn count(events: &[Value], name: &str) -> usize {
    events.iter().filter(|event| event["event"] == name).count()
}

#[test]
fn another_process_goes_on_and_players_hear_each_other_again_without_leaving() {
    let folder = Folder::new();
    let file = folder.file("hand-over");
    // Places are kept for as long as another process may take to start on a busy machine.
    let settings = format!("[limits]\nresume_s = 120\n[shutdown]\nhandover_file = '{file}'\n");
    let port = free_port().unwrap();
    let (first, address) = serve(&folder, port, &settings);
    let (alice, mut bob) = (join(&address, "Alice"), join(&address, "Bob"));
    alice.until_event(&json!({"event": "started_speaking", "name": "Bob"}));
    bob.until_event(&json!({"event": "started_speaking", "name": "Alice"}));
    first.signal("TERM");
    first.until_complaint("saved the places of 2 players for the next process");
    ends_well(first);
    let (second, same_address) = serve(&folder, port, &settings);
    assert_eq!(address, same_address, "the certificate is handed over, too");
    assert!(!fs::exists(&file).unwrap(), "it is taken once");
    alice.until_event(&json!({"event": "resumed"}));
    bob.until_event(&json!({"event": "resumed"}));
    bob.type_line(b"still here");
    alice.until_event(&json!({"event": "text", "name": "Bob", "room": "lobby", "text": "still here"}));
    for player in [alice, bob] {
        player.signal("INT");
        let events = player.end().events();
        assert_eq!((count(&events, "joined"), count(&events, "resumed")), (1, 1), "{events:?}");
        // Only at the end, the remaining player sees the other one leave.
        let resumed = events.iter().position(|event| event["event"] == "resumed").unwrap();
        assert_eq!(count(&events[..resumed], "player_left"), 0, "{events:?}");
    }
    second.signal("TERM");
    ends_well(second);
}

#[test]
fn a_start_that_fails_leaves_what_was_handed_over_to_the_next_one() {
    let folder = Folder::new();
    let (file, token) = (folder.file("hand-over"), folder.file("admin-token"));
    let settings = format!("[limits]\nresume_s = 120\n[shutdown]\nhandover_file = '{file}'\n");
    let port = free_port().unwrap();
    let (first, address) = serve(&folder, port, &settings);
    let alice = join(&address, "Alice");
    first.signal("TERM");
    first.until_complaint("saved the places of 1 players for the next process");
    ends_well(first);
    // Ended here: a player gives up its place after ten seconds, and two starts may take longer.
    drop(alice);
    let left = fs::read(&file).unwrap();
    let neighbour = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let admin = format!("[admin]\nlisten = '{}'\ntoken_file = '{token}'\n", neighbour.local_addr().unwrap());
    let failed = start(&folder, port, &format!("{settings}{admin}")).end();
    assert_eq!(failed.status.code(), Some(1), "{:?}", failed.err);
    let complaint = failed.err.last().unwrap();
    assert!(complaint.contains("for the admin listener"), "{complaint}");
    assert_eq!(fs::read(&file).unwrap(), left, "it stays as it was");
    let (second, same_address) = serve(&folder, port, &settings);
    assert_eq!(address, same_address, "the certificate is handed over all the same");
    second.until_complaint("keeping the places of 1 players of the previous process for 120 s");
    assert!(!fs::exists(&file).unwrap(), "it is taken once");
    second.signal("TERM");
    ends_well(second);
}

#[test]
fn nothing_is_decided_about_players_handed_over_to_the_next_process() {
    let folder = Folder::new();
    let (file, token) = (folder.file("hand-over"), folder.file("admin-token"));
    let settings = format!(
        "[shutdown]\nhandover_file = '{file}'\n[admin]\nlisten = '127.0.0.1:0'\ntoken_file = '{token}'\n"
    );
    let (server, _) = serve(&folder, 0, &settings);
    let admin = server.until_admin();
    // An operator's slow request: the listener waits for it for a while.
    let mut slow = TcpStream::connect(&admin).unwrap();
    let token = fs::read_to_string(&token).unwrap();
    let token = token.trim();
    let head = format!(
        "POST /api/v1/bans HTTP/1.1\r\nHost: {admin}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: 2\r\n\r\n"
    );
    slow.write_all(head.as_bytes()).unwrap();
    assert!(get(&admin, "/healthz", token).starts_with("HTTP/1.1 200"), "the slow one is there");
    server.signal("TERM");
    server.until_complaint("saved the places of 0 players for the next process");
    assert!(TcpStream::connect(&admin).is_err(), "an operator could still decide something");
    ends_well(server);
}

#[test]
fn a_state_that_cannot_be_read_is_deleted_once_a_server_runs_without_it() {
    let folder = Folder::new();
    let file = folder.write("hand-over", b"{\"format\":\"consonance-hand-over\",\"version\":9}");
    private(&file);
    let settings = format!("[shutdown]\nhandover_file = '{file}'\n");
    let (server, _) = serve(&folder, 0, &settings);
    server.until_complaint("has format 9, and this version reads");
    assert!(!fs::exists(&file).unwrap(), "its secrets do not lie about");
    fs::write(&file, "sessions = ['main']").unwrap();
    private(&file);
    let (another, _) = serve(&folder, 0, &settings);
    another.until_complaint("is not a server's saved state");
    assert!(fs::exists(&file).unwrap(), "another program's file stays");
}

#[test]
fn pages_find_the_process_that_goes_on_and_are_in_their_rooms_again() {
    let folder = Folder::new();
    let (file, web) = (folder.file("hand-over"), free_port().unwrap());
    let settings = format!("[shutdown]\nhandover_file = '{file}'\n[web]\nlisten = '127.0.0.1:{web}'\n");
    let url = format!("http://127.0.0.1:{web}/");
    let (first, _) = serve(&folder, 0, &settings);
    first.until_line("the page", |line| line.starts_with("page for players"));
    let mut pages = ["Alice", "Bob"].map(|name| Page::join(&url, name));
    first.signal("TERM");
    for page in &mut pages {
        page.until("its connection ends", Page::is_closed);
    }
    ends_well(first);
    let (second, _) = serve(&folder, 0, &settings);
    second.until_line("the page", |line| line.starts_with("page for players"));
    let [alice, bob] = pages;
    let alice = Box::new(alice.return_to(&url, "Alice"));
    let bob = Box::new(bob.return_to(&url, "Bob"));
    assert_all_hear_each_other(&mut [alice, bob], |_| {});
    second.signal("TERM");
    ends_well(second);
}

#[test]
fn players_find_a_server_again_that_was_killed_since_it_keeps_its_certificate() {
    let folder = Folder::new();
    let settings = format!("[storage]\nfolder = '{}'\n", folder.file("storage"));
    let port = free_port().unwrap();
    let (first, address) = serve(&folder, port, &settings);
    let alice = join(&address, "Alice");
    drop(first);
    let (second, same_address) = serve(&folder, port, &settings);
    assert_eq!(address, same_address);
    let bob = join(&address, "Bob");
    alice.until_event(&json!({"event": "started_speaking", "name": "Bob"}));
    bob.until_event(&json!({"event": "started_speaking", "name": "Alice"}));
    second.signal("TERM");
    ends_well(second);
}

#[test]
fn a_state_that_cannot_be_used_is_told_and_players_join_again() {
    let folder = Folder::new();
    let file = folder.write("hand-over", b"{\"format\":\"consonance-hand-over\",\"version\":1,\"sess");
    private(&file);
    let settings = format!("[shutdown]\nhandover_file = '{file}'\n");
    let (server, address) = serve(&folder, 0, &settings);
    server.until_complaint("starting without the previous server's sessions");
    let alice = join(&address, "Alice");
    alice.signal("INT");
    alice.end().assert_well();
    server.signal("TERM");
    ends_well(server);
}

#[test]
fn players_follow_to_another_server_and_the_first_one_ends_when_the_last_has_gone() {
    let folder = Folder::new();
    let (second, onward) = serve(&folder, 0, "");
    let onward = onward.replacen("/main", "/{session}", 1);
    let (first, address) = serve(
        &folder,
        0,
        &format!(
            "[shutdown]\ndrain_s = 600\nredirect = '{onward}'\nredirect_window_s = 0\n[limits]\nresume_s = 1\n"
        ),
    );
    let (alice, mut bob) = (join(&address, "Alice"), join(&address, "Bob"));
    first.signal("TERM");
    for player in [&alice, &bob] {
        player.until_event(&json!({"event": "draining", "follows_in": 0.0}));
        player.until_event(&json!({"event": "redirecting"}));
    }
    ends_well(first);
    // Once on each server: a text goes to the listeners that its sender knows.
    bob.until_events(&json!({"event": "entered_room", "name": "Alice", "room": "lobby"}), 2);
    bob.type_line(b"here now");
    alice.until_event(&json!({"event": "text", "name": "Bob", "room": "lobby", "text": "here now"}));
    for player in [alice, bob] {
        player.signal("INT");
        let events = player.end().events();
        assert_eq!((count(&events, "joined"), count(&events, "connection_lost")), (2, 0), "{events:?}");
    }
    second.signal("TERM");
    ends_well(second);
}

#[test]
fn a_draining_server_admits_no_newcomers_and_a_second_signal_ends_it() {
    let (server, address) = serve(&Folder::new(), 0, "[shutdown]\ndrain_s = 600\n");
    let alice = join(&address, "Alice");
    server.signal("TERM");
    server.until_complaint("draining for at most 600 s, 1 players notified");
    alice.until_event(&json!({"event": "draining", "redirect": null}));
    let ended = Program::start(&["join", &address, "--name", "Bob"]).end();
    assert!(!ended.status.success());
    assert!(ended.err.iter().any(|line| line.contains("accepts no more players")), "{:?}", ended.err);
    server.signal("TERM");
    ends_well(server);
    alice.until_event(&json!({"event": "connection_lost"}));
}

#[cfg(unix)]
fn private(file: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
}

#[cfg(not(unix))]
fn private(_: &str) {}
