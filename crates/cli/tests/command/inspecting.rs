//! `--inspector`, `consonance why` and `consonance inspect`, as scripts use them.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use consonance_testing::command::{Ended, Program};

/// The timeout for every operation. Generous: machines that run tests are busy.
const PATIENCE: Duration = Duration::from_mins(2);

fn why(arguments: &[&str]) -> Ended {
    Program::start(&[&["why"], arguments].concat()).end()
}

#[test]
fn why_tells_by_its_exit_code_whether_something_is_broken() {
    let server = Program::start(&["serve", "--listen", "127.0.0.1:0", "--inspector"]);
    let line = server.until_line("the session's address", |line| line.contains("quic://"));
    let (address, at_server) = (line.split(' ').next_back().unwrap(), server.until_inspector());
    let join = ["join", address, "--json", "--null-devices", "--inspector", "--name"];
    let bob = Program::start(&[&join[..], &["Bob", "--listen", "lobby"]].concat());
    bob.until_event(&json!({"event": "players_synced"}));
    let alice = Program::start(&[&join[..], &["Alice", "--speak", "lobby", "--tone", "400"]].concat());
    bob.until_event(&json!({"event": "started_speaking", "name": "Alice"}));
    let (at_bob, at_alice) = (bob.until_inspector(), alice.until_inspector());

    // Snapshots are up to a second old, and there was no observer so far.
    let all = [&*at_bob, "Alice", "Bob", "--url", &at_alice, "--url", &at_server];
    let deadline = Instant::now() + PATIENCE;
    let in_order = loop {
        let ended = why(&all);
        if ended.status.success() {
            break ended;
        }
        assert!(Instant::now() < deadline, "{:?}", ended.out);
        thread::sleep(Duration::from_millis(100));
    };
    in_order.assert_well();
    assert!(in_order.out.last().unwrap().contains("no link is broken"), "{:?}", in_order.out);

    let unknown = why(&[&at_bob, "Alicia", "Bob", "--json"]);
    assert_eq!(unknown.status.code(), Some(1), "{:?}", unknown.err);
    let diagnosis: Value = serde_json::from_str(&unknown.out[0]).unwrap();
    assert_eq!(diagnosis["steps"][0]["cause"], json!({"other_name": {"similar": "Alice"}}), "{diagnosis}");
    assert!(diagnosis["verdict"].as_str().unwrap().contains("Alice"), "{diagnosis}");
    let of_server = why(&[&at_server, "Carol", "Bob"]);
    assert_eq!(of_server.status.code(), Some(1), "{:?}", of_server.out);
}

#[test]
fn an_unreachable_inspector_is_reported_in_one_line() {
    for url in ["http://127.0.0.1:1/0000/", "quic://127.0.0.1:7777/main", "nonsense"] {
        let ended = why(&[url, "Alice", "Bob"]);
        assert_eq!(ended.status.code(), Some(2), "{:?}", ended.err);
        assert!(ended.err.len() == 1 && ended.err[0].starts_with("consonance: "), "{:?}", ended.err);
        let inspected = Program::start(&["inspect", url]).end();
        assert!(inspected.complaint().contains("inspector"), "{:?}", inspected.err);
    }
}

#[test]
fn a_screen_needs_a_terminal() {
    let server = Program::start(&["serve", "--listen", "127.0.0.1:0", "--inspector=0"]);
    let ended = Program::start(&["inspect", &server.until_inspector()]).end();
    assert!(ended.complaint().contains("terminal"), "{:?}", ended.err);
}
