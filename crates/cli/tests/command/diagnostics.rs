//! `join --diagnostics` and `serve --capture-packets`: diagnostic files on disk.

use std::fs;
use std::path::Path;

use serde_json::json;

use consonance_testing::command::Folder;
use consonance_testing::command::Program;

#[test]
fn a_player_and_the_server_write_down_what_passes_between_them() {
    let folder = Folder::new();
    let (capture, diagnostics) = (folder.file("server.pcapng"), folder.file("diagnostics"));
    let server = Program::start(&["serve", "--listen", "127.0.0.1:0", "--capture-packets", &capture]);
    let line = server.until_line("the address", |line| line.contains("quic://"));
    let address = line.split(' ').next_back().unwrap();
    let heard = folder.file("heard.wav");
    let bob = ["join", address, "--json", "--name", "Bob", "--listen", "lobby", "--duration", "0.5"];
    let bob = Program::start(&[&bob[..], &["--output", &heard, "--diagnostics", &diagnostics]].concat());
    bob.until_event(&json!({"event": "players_synced"}));
    bob.end().assert_well();
    let diagnostics = Path::new(&diagnostics);
    for file in ["events.txt", "players.txt", "packets.pcapng", "01-mix.wav"] {
        assert!(diagnostics.join(file).exists(), "{file}");
    }
    let words = "ClientState: \"Bob\" #";
    assert!(contains(&diagnostics.join("packets.pcapng"), words));
    #[cfg(unix)]
    {
        server.signal("INT");
        server.end().assert_well();
        assert!(contains(Path::new(&capture), words));
    }
}

#[test]
fn a_file_that_is_there_is_named_and_kept() {
    let folder = Folder::new();
    let file = folder.write("taken.pcapng", b"other data");
    let (_server, address) = Program::serve(&["main"]);
    let join = ["join", &address, "--name", "Bob", "--null-devices", "--diagnostics", &file];
    assert!(Program::start(&join).end().complaint().contains("taken.pcapng"));
}

/// As after a crash: the supervisor that restarts the program does not know of the file.
#[test]
fn a_server_whose_capture_is_there_already_says_so_and_serves_without() {
    let folder = Folder::new();
    let file = folder.write("taken.pcapng", b"other data");
    let server = Program::start(&["serve", "--listen", "127.0.0.1:0", "--capture-packets", &file]);
    server.until_complaint("taken.pcapng");
    server.until_line("the address", |line| line.contains("quic://"));
    #[cfg(unix)]
    {
        server.signal("TERM");
        assert!(server.end().status.success());
    }
    assert_eq!(fs::read(&file).unwrap(), b"other data");
}

fn contains(file: &Path, words: &str) -> bool {
    fs::read(file).unwrap().windows(words.len()).any(|window| window == words.as_bytes())
}
