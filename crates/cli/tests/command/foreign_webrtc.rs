//! Peers of WebRTC stacks that are not ours, on both listeners that speak WebRTC: WebRTC Network and pages.
//!
//! `cargo xtask check foreign-peers` installs the stacks, and runs these tests.

use std::process::Command;

use consonance_testing::command::{Folder, Program};

/// node-datachannel is libdatachannel, whose certificates are of version 1.
#[test]
#[ignore = "needs node-datachannel: cargo xtask check foreign-peers"]
fn a_peer_of_libdatachannel_is_in_on_both_listeners() {
    let modules = std::env::var(MODULES).expect("the variable names the folder with node_modules");
    let mut peer = Command::new("node");
    peer.env("PEER_MODULES", modules).arg(script("peer.mjs"));
    assert_is_in(peer);
}

#[test]
#[ignore = "needs aiortc: cargo xtask check foreign-peers"]
fn a_peer_of_aiortc_is_in_on_both_listeners() {
    let python = std::env::var(PYTHON).expect("the variable names a Python that has aiortc");
    let mut peer = Command::new(python);
    peer.arg(script("peer.py"));
    assert_is_in(peer);
}

fn assert_is_in(mut peer: Command) {
    let folder = Folder::new();
    let text = "[[listen]]\nnetwork = 'webrtc-network'\naddress = '127.0.0.1:0'\nsession = 'main'\n\
                [web]\nlisten = '127.0.0.1:0'\n";
    let server = Program::start(&["serve", "--config", &folder.write("voice.toml", text.as_bytes())]);
    let network = server.until_line("WebRTC Network", |line| line.contains("over webrtc-network at "));
    let network = network.rsplit(' ').next().unwrap().to_owned();
    let page = server.until_line("the page", |line| line.starts_with("page for players at "));
    let page = page.split(' ').find(|word| word.starts_with("http://")).unwrap().to_owned();
    let told = peer.args([format!("ws://{network}/chatapp"), page]).output().unwrap();
    let (said, complained) = (String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr));
    assert!(told.status.success(), "{said}{complained}");
    let lines: Vec<_> = said.lines().map(|line| line.split(' ').next().unwrap_or_default()).collect();
    assert_eq!(lines, ["network", "page"], "{said}{complained}");
}

fn script(name: &str) -> String {
    format!("{}/tests/command/foreign_webrtc/{name}", env!("CARGO_MANIFEST_DIR"))
}

const MODULES: &str = "FOREIGN_PEERS_MODULES";
const PYTHON: &str = "FOREIGN_PEERS_PYTHON";
