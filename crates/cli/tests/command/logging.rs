//! The log of a server as programs read it.

use std::fs;

use serde_json::{Value, json};

use consonance_testing::command::Folder;
use consonance_testing::command::Program;

fn serve(file: &str) -> (Program, String) {
    let server = Program::start(&["serve", "--config", file, "--log-format", "json"]);
    let line = server.until_line("the address", |line| line.contains("quic://"));
    let address = line.split(' ').next_back().unwrap().to_owned();
    (server, address)
}

fn join(address: &str, name: &str) {
    let arguments = ["--name", name, "--microphone", "none", "--loudspeaker", "none", "--duration", "0.1"];
    let ended = Program::start(&[&["join", address, "--speak", "lobby"], &arguments[..]].concat()).end();
    assert!(ended.status.success(), "{:?}", ended.err);
}

/// Parses each line, which must be an object with the common fields.
fn parsed(lines: &[String]) -> Vec<Value> {
    let parse = |line: &String| {
        let object: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        for key in ["timestamp", "level", "target", "message"] {
            assert!(object[key].is_string(), "{key} in {line}");
        }
        object
    };
    lines.iter().map(parse).collect()
}

/// The span of this name in a line.
fn span<'l>(line: &'l Value, name: &str) -> Option<&'l Value> {
    let spans = line["spans"].as_array()?;
    spans.iter().find(|span| span["name"] == name).map(|span| &span[name])
}

#[test]
fn every_line_is_json_and_says_to_which_worker_session_and_link_it_belongs() {
    let folder = Folder::new();
    let settings =
        "listen = ['127.0.0.1:0']\nsessions_on_demand = ['*']\nworkers = 2\n[log]\nlevel = 'debug'\n";
    let file = folder.write("voice.toml", settings.as_bytes());
    let (server, address) = serve(&file);
    join(&address, "Alice \"the\" first\u{e4}");
    join(&address.replacen("/main", "/match-7", 1), "Bob");
    server.until_logged("Bob");
    server.signal("TERM");
    let lines = parsed(&server.end().err);
    let said = |message: &str, player: &str| {
        let is_it = |line: &&Value| line["message"] == message && line["player"] == player;
        lines.iter().find(is_it).unwrap_or_else(|| panic!("{message} {player}: {lines:?}"))
    };
    let mut seen = Vec::new();
    for (player, session) in [("Alice \"the\" first\u{e4}", "main"), ("Bob", "match-7")] {
        let joined = said("joined", player);
        assert_eq!(span(joined, "session"), Some(&json!(session)));
        assert!(span(joined, "worker").is_some_and(Value::is_u64), "{joined}");
        assert_eq!(span(joined, "link"), span(said("left", player), "link"));
        seen.push(span(joined, "link").and_then(Value::as_u64).unwrap());
    }
    let connected: Vec<_> = lines.iter().filter(|line| line["message"] == "connected").collect();
    for link in seen {
        let own = |line: &&&Value| span(line, "link") == Some(&json!(link));
        assert!(connected.iter().any(|line| own(&line) && line["remote"].is_string()), "{connected:?}");
    }
}

#[test]
fn a_reload_changes_the_level_and_what_it_says_is_a_line_of_the_log() {
    let folder = Folder::new();
    let settings = "listen = ['127.0.0.1:0']\n";
    let file = folder.write("voice.toml", format!("{settings}[log]\nlevel = 'warn'\n").as_bytes());
    let (server, address) = serve(&file);
    join(&address, "Alice");
    fs::write(&file, format!("{settings}[log]\nlevel = 'info'\n")).unwrap();
    server.signal("HUP");
    server.until_logged("reloaded: changed log.level");
    join(&address, "Bob");
    server.until_logged("Bob");
    fs::write(&file, format!("{settings}[log]\nlevel = 'loud'\n")).unwrap();
    server.signal("HUP");
    server.until_logged("expected error, warn, info, debug or trace, not");
    server.signal("TERM");
    let lines = parsed(&server.end().err);
    assert!(!lines.iter().any(|line| line["player"] == "Alice"), "before: {lines:?}");
    let of_bob = lines.iter().filter(|line| line["player"] == "Bob").collect::<Vec<_>>();
    assert!(of_bob.iter().any(|line| line["message"] == "joined" && line["level"] == "INFO"), "{of_bob:?}");
    assert!(lines.iter().any(|line| line["target"] == "consonance::notice" && line["level"] == "WARN"));
}

/// A session as operators see it by default: each event that matters is one line, with who, why and from where.
#[test]
fn a_session_with_a_refusal_a_kick_and_a_stop_leaves_one_line_for_each_event() {
    let folder = Folder::new();
    let (token, password) = (folder.file("token"), folder.write("password", b"open sesame\n"));
    let settings = format!(
        "listen = ['127.0.0.1:0']\n[joining]\npassword_file = '{password}'\n\
         [admin]\nlisten = '127.0.0.1:0'\ntoken_file = '{token}'\n"
    );
    let (server, address) = serve(&folder.write("voice.toml", settings.as_bytes()));
    let admin = server.until_logged("admin: http://");
    let admin = admin.split_once("admin: http://").unwrap().1.split('/').next().unwrap();
    let devices = ["--microphone", "none", "--loudspeaker", "none", "--speak", "lobby"];
    let join = |name: &str, more: &[&str]| {
        Program::start(&[&["join", &address, "--json", "--name", name], &devices[..], more].concat())
    };
    let given = ["--password-file", &*password];
    assert!(!join("Mallory", &[]).end().status.success());
    let alice = join("Alice", &given);
    alice.until_event(&json!({"event": "players_synced"}));
    let bob = join("Bob", &given);
    bob.until_event(&json!({"event": "players_synced"}));
    let way = ["--server", &*format!("http://{admin}"), "--token-file", &*token];
    let kick = ["kick", "main", "Bob", "--reason", "too loud"];
    let kicked = Program::start(&[&["admin"], &way[..], &kick[..]].concat()).end();
    assert!(kicked.status.success(), "{:?}", kicked.err);
    assert_eq!(kicked.out, ["done, and the player was notified"], "nothing of a kick is kept");
    assert!(!bob.end().status.success());
    alice.signal("INT");
    assert!(alice.end().status.success());
    server.until_logged("\"player\":\"Alice\",\"id\"");
    server.signal("TERM");
    let lines = parsed(&server.end().err);
    let own: Vec<_> = lines.iter().filter(|line| line["target"] != "consonance::notice").collect();
    let event = |line: &Value| {
        let subject = ["player", "about"].into_iter().find_map(|key| line[key].as_str());
        (line["message"].as_str().unwrap().to_owned(), subject.unwrap_or_default().to_owned())
    };
    let events: Vec<_> = own.iter().map(|line| event(line)).collect();
    let expected = [
        ("listening", ""),
        ("not admitted", "Mallory"),
        ("joined", "Alice"),
        ("joined", "Bob"),
        ("action of an operator", "Bob"),
        ("left", "Bob"),
        ("left", "Alice"),
        ("stopped", ""),
    ];
    let sorted = |mut events: Vec<(String, String)>| {
        events.sort();
        events
    };
    let expected = expected.map(|(message, subject)| (message.to_owned(), subject.to_owned())).to_vec();
    assert_eq!(sorted(events), sorted(expected), "{own:#?}");
    let find = |message: &str, subject: &str| {
        own.iter().find(|line| event(line) == (message.into(), subject.into())).unwrap()
    };
    let refused = find("not admitted", "Mallory");
    assert!(refused["address"].as_str().unwrap().starts_with("127.0.0.1:"), "{refused}");
    assert!(refused["reason"].as_str().unwrap().contains("password"), "{refused}");
    let left = find("left", "Bob");
    assert!(left["reason"].as_str().unwrap().contains("too loud") && left["by"].is_string(), "{left}");
    let action = find("action of an operator", "Bob");
    assert_eq!((&action["action"], &action["by"]), (&json!("kick"), &left["by"]), "{action}");
    assert_eq!(find("left", "Alice")["by"], "player");
}
