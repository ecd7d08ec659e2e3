//! The files that version 0.2 has left are loaded: decisions, reports and recordings of a server, the sessions that it
//! handed over, and the keys of players.
//!
//! `version_0_2` has them as its binary wrote them, without the voices: two encrypted players joined, an operator
//! acted, and the server was stopped while they were there.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use consonance_testing::command::{Folder, Program};
use serde_json::{Value, json};

/// A copy of the files of 0.2, and a server that uses them.
struct Scene {
    folder: Folder,
    _server: Program,
    address: String,
    admin: String,
    token: String,
}

impl Scene {
    fn new() -> Self {
        let folder = Folder::new();
        copy(&files(), folder.path());
        let (state, recorded) = (folder.file("state"), folder.file("recorded"));
        let token = folder.write("token", b"0123456789abcdef0123456789abcdef\n");
        let settings = format!(
            "listen = ['127.0.0.1:0']\nencryption = 'allowed'\n[storage]\nfolder = '{state}'\n\
             [recording]\nfolder = '{recorded}'\n[moderation]\nreport_buffer_s = 20\n\
             [shutdown]\nhandover_file = '{state}/hand-over'\n\
             [admin]\nlisten = '127.0.0.1:0'\ntoken_file = '{token}'\n"
        );
        let server = Program::start(&["serve", "--config", &folder.write("voice.toml", settings.as_bytes())]);
        server.until_complaint("keeping the places of 2 players of the previous process");
        let line = server.until_line("the address", |line| line.contains("quic://"));
        let address = line.split(' ').next_back().unwrap().to_owned();
        let admin = format!("http://{}", server.until_admin());
        Self { folder, _server: server, address, admin, token }
    }

    /// What an operator is shown.
    fn shown(&self, command: &[&str]) -> Value {
        let options = ["--server", &self.admin, "--token-file", &self.token, "--json"];
        let ended = Program::start(&[&["admin"], command, &options].concat()).end();
        ended.assert_well();
        serde_json::from_str(&ended.out.concat()).unwrap()
    }

    fn join(&self, name: &str, identity: &str) -> Program {
        let identity = self.folder.file(identity);
        Program::start(&[
            "join",
            &self.address,
            "--name",
            name,
            "--listen",
            "lobby",
            "--null-devices",
            "--identity",
            &identity,
        ])
    }
}

fn files() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/command/version_0_2")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), &to).unwrap();
            // A checkout does not keep that only their owner may read them.
            fs::set_permissions(to, fs::Permissions::from_mode(0o600)).unwrap();
        }
    }
}

/// These members of each element.
fn columns(rows: &Value, names: &[&str]) -> Vec<Value> {
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| names.iter().map(|name| row[name].clone()).collect()).collect()
}

#[test]
fn what_operators_have_decided_holds() {
    let scene = Scene::new();
    let bans = [
        json!([1, {"name": "Mallory"}, "cheats", null]),
        json!([2, {"subject": "4711"}, "", 3_796_148_569_u64]),
        json!([3, {"address": "192.0.2.0/24"}, "bots", null]),
    ];
    assert_eq!(columns(&scene.shown(&["bans"]), &["id", "target", "reason", "until"]), bans);
    let log = scene.shown(&["audit"]);
    let entries = columns(&log["entries"], &["id", "by", "action", "target"]);
    assert_eq!(entries.len(), 15);
    assert_eq!(entries[0], json!([15, "consonance admin", "unban", "name Eve"]));
    assert_eq!(entries[14], json!([1, "consonance admin", "start_recording", "main"]));
    let main = scene.shown(&["players", "main"]);
    assert_eq!(main["text_every_s"], 10, "{main}");
}

#[test]
fn reports_and_recordings_are_listed() {
    let scene = Scene::new();
    let report = [json!([1, "main", "Alice", "shouting", 2, 64_566])];
    let names = ["id", "session", "player", "reason", "tracks", "bytes"];
    assert_eq!(columns(&scene.shown(&["reports", "list"]), &names), report);
    let recordings = scene.shown(&["recordings", "list"]);
    let recording = [json!(["main/2026-12-01T18-09-26Z", "stopped", 2, 19_485, 2.0375])];
    let names = ["id", "ended", "tracks", "bytes", "duration_s"];
    assert_eq!(columns(&recordings["recordings"], &names), recording);
}

#[test]
fn players_come_back_with_their_keys_and_know_each_other() {
    let scene = Scene::new();
    let mut alice = scene.join("Alice", "alice");
    let mut bob = scene.join("Bob", "bob");
    for player in [&mut alice, &mut bob] {
        player.until_line("encryption", |line| line.contains("encrypted from end to end"));
    }
    bob.type_line(b"/members");
    bob.until_line("another member", |line| line.contains("Alice: compare"));
    let muted = columns(&scene.shown(&["players", "main"])["players"], &["name", "muted"]);
    assert!(muted.iter().any(|it| it[0] == "Bob" && it[1]["reason"] == "too loud"), "{muted:?}");
    bob.interrupt().assert_well();
    let mut bob = scene.join("Bob", "other");
    alice.until_line("a changed key", |line| line.contains("has another key than before"));
    alice.interrupt().assert_well();
    bob.end_input();
    bob.interrupt().assert_well();
}
