//! Players behind a firewall that drops UDP, from the beginning and in mid-session.
//!
//! `cargo xtask check udp-blocked` runs these tests in a network namespace of their own, since they change its firewall
//! with nftables; `cargo test` leaves them out.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::fs;
use std::process::Command;

use consonance_audio::SAMPLE_RATE_HZ;
use serde_json::json;

use consonance_testing::command::{Folder, Program, read_output};

const NAMESPACE: &str = "cargo xtask check udp-blocked runs it in a network namespace of its own";

/// A rule that silently drops all incoming UDP. Dropping this removes it.
struct Firewall {
    table: &'static str,
}

impl Firewall {
    fn up() -> Self {
        assert_alone();
        let table = "udp_blocked";
        nft(&format!("add table inet {table}"));
        nft(&format!("add chain inet {table} input {{ type filter hook input priority 0; }}"));
        nft(&format!("add rule inet {table} input meta l4proto udp counter drop"));
        Self { table }
    }

    /// How many datagrams it has dropped.
    fn dropped(&self) -> u64 {
        let Self { table } = self;
        let rules = nft(&format!("list table inet {table}"));
        let (_, counted) = rules.split_once("counter packets ").unwrap();
        counted.split(' ').next().unwrap().parse().unwrap()
    }
}

impl Drop for Firewall {
    fn drop(&mut self) {
        nft(&format!("delete table inet {}", self.table));
    }
}

fn nft(words: &str) -> String {
    let done = Command::new("nft").arg(words).output().unwrap();
    assert!(done.status.success(), "nft {words}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// Guards against changing the rules of a shared network: a namespace of ours has the loopback interface only.
fn assert_alone() {
    let interfaces = fs::read_to_string("/proc/self/net/dev").unwrap();
    let others = interfaces.lines().skip(2).filter(|line| !line.trim_start().starts_with("lo:")).count();
    assert!(others == 0, "not a separate network namespace: {NAMESPACE}");
}

/// A server with QUIC and a `WebSocket`, and Bob, a listener in the lobby over the latter.
struct Fixture {
    _server: Program,
    /// As the server printed it.
    address: String,
    bob: Program,
    heard: String,
    folder: Folder,
}

impl Fixture {
    fn new() -> Self {
        let folder = Folder::new();
        let text = "[[listen]]\nnetwork = 'quic'\naddress = '127.0.0.1:0'\n\
                    [[listen]]\nnetwork = 'websocket'\naddress = '127.0.0.1:0'\ntls = true\n";
        let server = Program::start(&["serve", "--config", &folder.write("voice.toml", text.as_bytes())]);
        let line = server.until_line("QUIC", |line| line.contains("/main#sha256="));
        let address = line.split(' ').next_back().unwrap().to_owned();
        let (_, port) = address.split_once("&wss=").unwrap();
        let (_, fingerprint) = address.split_once('#').unwrap();
        let (fingerprint, _) = fingerprint.split_once('&').unwrap();
        let web_socket = format!("wss://127.0.0.1:{port}/main#{fingerprint}");
        let heard = folder.file("heard.wav");
        let words = ["--json", "--name", "Bob", "--listen", "lobby", "--output", &heard];
        let bob = Program::start(&[&["join", &web_socket], &words[..]].concat());
        bob.until_event(&json!({"event": "entered_room", "name": "Bob", "room": "lobby"}));
        Self { _server: server, address, bob, heard, folder }
    }

    /// The address for a game that does not know of the `WebSocket`.
    fn address_of_quic_alone(&self) -> &str {
        self.address.split_once("&wss=").unwrap().0
    }
}

fn join_as_alice(address: &str, words: &[&str]) -> Program {
    let all = ["--json", "--name", "Alice", "--speak", "lobby", "--tone", "440", "--loudspeaker", "none"];
    Program::start(&[&["join", address], &all[..], words].concat())
}

#[test]
#[ignore = "needs a network namespace: cargo xtask check udp-blocked"]
fn a_player_whose_network_drops_udp_gets_in_and_is_heard() {
    let fixture = Fixture::new();
    let firewall = Firewall::up();
    let alice = join_as_alice(&fixture.address, &["--duration", "3"]);
    fixture.bob.until_event(&json!({"event": "started_speaking", "name": "Alice"}));
    let alice = alice.end();
    alice.assert_well();
    let events: Vec<_> = alice.events().into_iter().map(|event| event["event"].clone()).take(2).collect();
    assert_eq!(events, ["transport_changed", "joined"]);
    assert!(firewall.dropped() > 0, "UDP was tried");

    let carol = join_as_alice(fixture.address_of_quic_alone(), &[]).end();
    assert!(carol.complaint().contains("no answer within 5s"), "{}", carol.complaint());
}

#[test]
#[ignore = "needs a network namespace: cargo xtask check udp-blocked"]
fn a_player_whose_network_drops_udp_in_mid_session_stays_and_returns_to_udp_unnoticed() {
    let Fixture { address, bob, heard, folder, _server } = Fixture::new();
    // Alice knows the WebSocket's address only from the server, over QUIC.
    let (quic, _) = address.split_once("&wss=").unwrap();
    let alice = join_as_alice(quic, &[]);
    bob.until_event(&json!({"event": "started_speaking", "name": "Alice"}));
    alice.until_event(&json!({"event": "voice_path", "path": "fast"}));

    let firewall = Firewall::up();
    alice.until_event(&json!({"event": "transport_changed", "transport": "websocket"}));
    alice.until_event(&json!({"event": "resumed"}));
    bob.until_events(&json!({"event": "started_speaking", "name": "Alice"}), 2);
    assert!(firewall.dropped() > 0, "UDP was tried");

    drop(firewall);
    alice.until_event(&json!({"event": "transport_changed", "transport": "quic"}));
    alice.until_events(&json!({"event": "resumed"}), 2);
    alice.until_events(&json!({"event": "voice_path", "path": "fast"}), 1);
    // Dora's second in the session gives Alice a second over UDP.
    let again = Program::start(
        &[&["join", quic], &["--json", "--name", "Dora", "--null-devices", "--duration", "1"][..]].concat(),
    );
    again.end().assert_well();
    let told = alice.interrupt();
    told.assert_well();
    bob.until_event(&json!({"event": "player_left", "name": "Alice"}));
    let bob = bob.interrupt();
    bob.assert_well();
    let about_alice = |name: &str| {
        let events = bob.events();
        events.iter().filter(|event| event["event"] == name && event["name"] == "Alice").count()
    };
    assert_eq!(about_alice("player_joined"), 1, "the change of network is not visible to others");
    assert_eq!(about_alice("player_left"), 1, "when she left");

    let sound = read_output(&heard, true);
    let gaps = gaps(&sound);
    eprintln!("silences of Alice's tone: {gaps:?} s; the first is the block, the second the return to UDP");
    assert!(gaps.len() <= 3 && gaps[0] < 14.0, "{gaps:?}");
    drop(folder);
}

/// The silences within a tone, in seconds, that are longer than 20 ms.
fn gaps(sound: &[f32]) -> Vec<f32> {
    let block = SAMPLE_RATE_HZ as usize / 100;
    let loud: Vec<usize> = (0..)
        .zip(sound.chunks(block))
        .filter(|(_, block)| block.iter().any(|sample| sample.abs() > 0.05))
        .map(|(at, _)| at)
        .collect();
    let steps = loud.windows(2).map(|pair| pair[1] - pair[0] - 1);
    steps.filter(|blocks| *blocks > 2).map(|blocks| blocks as f32 / 100.0).collect()
}
