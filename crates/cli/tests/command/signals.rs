//! Programs that are interrupted or killed: what they leave behind, and what the others see.

use serde_json::json;

use consonance_testing::command::Program;
use consonance_testing::command::{Folder, read_output, until_written};

/// Half a second of sound in a file.
const SOME_BYTES: u64 = 48_000;

#[test]
fn an_interrupted_player_leaves_in_order_and_its_file_is_complete() {
    let folder = Folder::new();
    let heard = folder.file("heard.wav");
    let (_server, address) = Program::serve(&["main"]);
    let alice = Program::start(&["join", &address, "--name", "Alice", "--json"]);
    alice.until_event(&json!({"event": "players_synced"}));
    let bob = Program::start(&["join", &address, "--name", "Bob", "--output", &heard]);
    until_written(&heard, SOME_BYTES);
    bob.signal("INT");
    bob.end().assert_well();
    assert!(!read_output(&heard, true).is_empty());
    alice.until_event(&json!({"event": "player_left", "name": "Bob"}));
}

#[test]
fn the_file_of_a_player_that_was_killed_is_still_a_valid_wav() {
    let folder = Folder::new();
    let heard = folder.file("heard.wav");
    let (_server, address) = Program::serve(&["main"]);
    let alice = Program::start(&["join", &address, "--name", "Alice", "--output", &heard]);
    until_written(&heard, SOME_BYTES);
    alice.signal("KILL");
    assert!(!alice.end().status.success());
    let sound = read_output(&heard, false);
    assert!(!sound.is_empty());
}

#[test]
fn an_interrupted_server_says_goodbye_and_a_player_left_alone_says_so() {
    let (server, address) = Program::serve(&["main"]);
    let alice = Program::start(&["join", &address, "--name", "Alice", "--json"]);
    alice.until_event(&json!({"event": "players_synced"}));
    server.signal("TERM");
    server.end().assert_well();
    alice.until_event(&json!({"event": "connection_lost"}));
    let ended = alice.interrupt();
    let complaint = ended.complaint();
    assert!(complaint.contains("the session was lost"), "{complaint}");
    let lost = ended.events().into_iter().find(|event| event["event"] == "connection_lost").unwrap();
    let reason = lost["reason"].as_str().unwrap();
    assert!(reason.ends_with("the session has ended"), "{reason}");
    assert!(lost["retry_in"].is_number(), "{lost}");
}

#[test]
fn a_server_without_a_file_ends_in_order_when_its_terminal_is_closed() {
    let (server, address) = Program::serve(&["main"]);
    let alice = Program::start(&["join", &address, "--name", "Alice", "--json"]);
    alice.until_event(&json!({"event": "players_synced"}));
    server.signal("HUP");
    server.end().assert_well();
    let lost = alice.until_event(&json!({"event": "connection_lost"}));
    assert!(lost["reason"].as_str().unwrap().ends_with("the session has ended"), "{lost}");
}

#[test]
fn a_player_can_be_interrupted_while_the_server_does_not_answer() {
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = format!("quic://{}/main", silent.local_addr().unwrap());
    let alice = Program::start(&["join", &address, "--name", "Alice"]);
    // Its first datagram shows that it already handles signals.
    let mut datagram = [0; 2048];
    silent.recv(&mut datagram).unwrap();
    alice.signal("INT");
    alice.end().assert_well();
}
