//! Servers that reload their settings: over real connections, without disconnecting players.

use std::fs;

use serde_json::json;

use consonance_testing::command::Folder;
use consonance_testing::command::Program;

const LISTEN: &str = "listen = ['127.0.0.1:0']\n";

fn serve(file: &str) -> (Program, String) {
    let server = Program::start(&["serve", "--config", file]);
    let line = server.until_line("the address", |line| line.contains("quic://"));
    let address = line.split(' ').next_back().unwrap().to_owned();
    (server, address)
}

/// A player that listens to these rooms, does not speak, and sends typed lines to the first of them.
fn join(address: &str, name: &str, rooms: &[&str]) -> Program {
    let mut arguments = vec!["join", address, "--name", name, "--json", "--speak", rooms[0]];
    arguments.extend(["--microphone", "none", "--loudspeaker", "none"]);
    for room in rooms {
        arguments.extend(["--listen", room]);
    }
    Program::start(&arguments)
}

#[test]
fn a_new_access_rule_empties_its_room_and_disconnects_no_player() {
    let folder = Folder::new();
    let file = folder.write("voice.toml", LISTEN.as_bytes());
    let (server, address) = serve(&file);
    let alice = join(&address, "Alice", &["lobby", "vip"]);
    alice.until_event(&json!({"event": "players_synced"}));
    let mut bob = join(&address, "Bob", &["lobby", "vip"]);
    alice.until_event(&json!({"event": "entered_room", "name": "Bob", "room": "vip"}));
    let rule = "[[access]]\nroom = 'vip'\ntokens = ['gold']\n[limits]\nlinks = 2\n[diagnostics]\nmonitor_channels = true\ninspector_port = 0\n";
    fs::write(&file, format!("{LISTEN}{rule}")).unwrap();
    server.signal("HUP");
    server.until_complaint(
        "reloaded: changed access, diagnostics.monitor_channels, limits.links; at the next start: diagnostics.inspector_port",
    );
    alice.until_event(&json!({"event": "exited_room", "name": "Bob", "room": "vip"}));
    // They are still there, and still hear of each other over the same links.
    bob.type_line(b"still here");
    alice.until_event(&json!({"event": "text", "name": "Bob", "room": "lobby", "text": "still here"}));
    for player in [alice, bob] {
        player.signal("INT");
        let events = player.end().events();
        let lost =
            events.iter().filter(|event| event["event"] == "connection_lost" || event["event"] == "resumed");
        assert_eq!(lost.count(), 0, "{events:?}");
    }
    server.signal("TERM");
    assert!(server.end().status.success());
}

#[test]
fn a_changed_rule_for_names_in_use_holds_for_the_next_newcomer() {
    let folder = Folder::new();
    let file = folder.write("voice.toml", LISTEN.as_bytes());
    let (server, address) = serve(&file);
    let first = join(&address, "Alice", &["lobby"]);
    first.until_event(&json!({"event": "players_synced"}));
    let refused = join(&address, "Alice", &["lobby"]).end();
    assert!(refused.complaint().contains("this name is in use"), "{:?}", refused.err);
    fs::write(&file, format!("{LISTEN}[joining]\nname_taken = 'newest'\n")).unwrap();
    server.signal("HUP");
    server.until_complaint("reloaded: changed joining.name_taken");
    let second = join(&address, "Alice", &["lobby"]);
    second.until_event(&json!({"event": "players_synced"}));
    let ended = first.end();
    assert!(ended.complaint().contains("same name"), "{:?}", ended.err);
}

#[test]
fn recordings_follow_to_another_folder_and_stay_where_they_are_if_it_cannot_be_used() {
    let folder = Folder::new();
    let (first, second) = (folder.file("first"), folder.file("second"));
    let recording =
        |to: &str| format!("{LISTEN}[recording]\nfolder = '{to}'\nsessions = ['*']\nfree_bytes_min = 0\n");
    let file = folder.write("voice.toml", recording(&first).as_bytes());
    let (server, address) = serve(&file);
    let alice = join(&address, "Alice", &["lobby"]);
    alice.until_event(&json!({"event": "players_synced"}));
    fs::write(&file, recording(&second)).unwrap();
    server.signal("HUP");
    server.until_complaint("reloaded: changed recording.folder");
    fs::write(&file, recording(&folder.file("voice.toml/no-folder"))).unwrap();
    server.signal("HUP");
    server.until_complaint("the recording folder is unchanged");
    server.signal("TERM");
    assert!(server.end().status.success());
    for (records, reason) in [(&first, "reconfigured"), (&second, "empty")] {
        let listed = Program::start(&["recordings", "list", records, "--json"]).end();
        listed.assert_well();
        let [line] = &listed.out[..] else { panic!("{:?}", listed.out) };
        assert!(line.contains(&format!("\"ended\":\"{reason}\"")), "{line}");
    }
}

#[test]
fn sessions_begin_on_demand_where_a_reload_allows_it() {
    let folder = Folder::new();
    let file = folder.write("voice.toml", LISTEN.as_bytes());
    let (server, address) = serve(&file);
    fs::write(&file, format!("{LISTEN}sessions_on_demand = ['match-*']\n")).unwrap();
    server.signal("HUP");
    server.until_complaint("reloaded: changed sessions_on_demand");
    let address = address.replacen("/main", "/match-7", 1);
    let alice = join(&address, "Alice", &["lobby"]);
    alice.until_event(&json!({"event": "players_synced"}));
    let _bob = join(&address, "Bob", &["lobby"]);
    alice.until_event(&json!({"event": "entered_room", "name": "Bob", "room": "lobby"}));
    let ended = join(&address.replacen("/match-7", "/mtach-7", 1), "Carol", &["lobby"]).end();
    assert!(!ended.status.success());
    let refusal = "unknown session, available: main, match-*";
    assert!(ended.err.iter().any(|line| line.contains(refusal)), "{:?} {:?}", ended.out, ended.err);
}

#[test]
fn a_file_with_a_mistake_changes_nothing_and_the_next_one_counts_again() {
    let folder = Folder::new();
    let file = folder.write("voice.toml", LISTEN.as_bytes());
    let (server, address) = serve(&file);
    let alice = join(&address, "Alice", &["lobby"]);
    alice.until_event(&json!({"event": "players_synced"}));
    fs::write(&file, format!("{LISTEN}host = 5\n[limits]\nlink = 1\n")).unwrap();
    server.signal("HUP");
    server.until_complaint("not reloaded, nothing has changed: ");
    server.until_complaint("voice.toml:4: unknown key limits.link; did you mean limits.links?");
    fs::write(&file, format!("{LISTEN}[limits]\nname_bytes = 5\n")).unwrap();
    server.signal("HUP");
    server.until_complaint("reloaded: changed limits.name_bytes");
    let refused = join(&address, "Bartholomew", &["lobby"]).end();
    assert!(!refused.status.success(), "{:?}", refused.out);
    join(&address, "Bob", &["lobby"]).until_event(&json!({"event": "players_synced"}));
}

#[test]
fn token_keys_are_reloaded_and_present_players_stay() {
    let folder = Folder::new();
    let file = folder.write("voice.toml", LISTEN.as_bytes());
    let (server, address) = serve(&file);
    let mut alice = join(&address, "Alice", &["lobby"]);
    alice.until_event(&json!({"event": "players_synced"}));
    let (secret, public) = (folder.file("secret.jwk"), folder.file("public.jwk"));
    Program::start(&["token", "keygen", &secret, &public]).end().assert_well();
    fs::write(&file, format!("{LISTEN}[joining]\ntoken_key_files = ['public.jwk']\n")).unwrap();
    server.signal("HUP");
    server.until_complaint("reloaded: changed joining.token_key_files");
    let refused = join(&address, "Mallory", &["lobby"]).end();
    assert!(refused.err.join("\n").contains("join token"), "{:?}", refused.err);
    let made = Program::start(&["token", "new", "--signing-key", &secret, "--name", "Bob"]).end();
    made.assert_well();
    let token = folder.write("token", made.out.join("\n").as_bytes());
    let quiet = ["--microphone", "none", "--loudspeaker", "none", "--listen", "lobby", "--json"];
    let with_token = ["join", &address, "--name", "Bob", "--token-file", &token];
    let bob = Program::start(&[&with_token[..], &quiet].concat());
    // A text goes to the listeners that its sender knows.
    alice.until_event(&json!({"event": "entered_room", "name": "Bob", "room": "lobby"}));
    alice.type_line(b"welcome");
    bob.until_event(&json!({"event": "text", "name": "Alice", "text": "welcome"}));
}

#[test]
fn a_renewed_certificate_is_shown_to_newcomers_and_disconnects_no_player() {
    let folder = Folder::new();
    write_certificate(&folder);
    let file = folder.write("voice.toml", format!("{LISTEN}{}", certificate("0.1")).as_bytes());
    let (server, former) = serve(&file);
    let alice = join(&former, "Alice", &["lobby"]);
    alice.until_event(&json!({"event": "players_synced"}));
    write_certificate(&folder);
    let line = server.until_complaint("newcomers see the certificate sha256=");
    let address = line.split(' ').next_back().unwrap();
    assert_ne!(address, former);
    let bob = join(address, "Bob", &["lobby"]);
    bob.until_event(&json!({"event": "entered_room", "name": "Alice", "room": "lobby"}));
    alice.until_event(&json!({"event": "player_joined", "name": "Bob"}));
    let refused = join(&former, "Carol", &["lobby"]).end();
    assert!(refused.err.join("\n").contains("certificate"), "{:?}", refused.err);
}

#[test]
fn a_certificate_that_is_renewed_before_a_reload_that_fails_is_shown_all_the_same() {
    let folder = Folder::new();
    write_certificate(&folder);
    // Long enough that the reload comes before the files are checked.
    let settings = format!("{LISTEN}{}", certificate("3"));
    let file = folder.write("voice.toml", settings.as_bytes());
    let (server, _) = serve(&file);
    write_certificate(&folder);
    fs::write(&file, format!("{settings}[limits]\nlink = 1\n")).unwrap();
    server.signal("HUP");
    server.until_complaint("not reloaded, nothing has changed: ");
    server.until_complaint("the certificate's files have changed; newcomers see the certificate sha256=");
}

/// The settings for a certificate in files that are checked this often.
fn certificate(check_every_s: &str) -> String {
    format!(
        "[certificate]\nfile = 'cert.pem'\nprivate_key_file = 'key.pem'\ncheck_every_s = {check_every_s}\n"
    )
}

pub(crate) fn write_certificate(folder: &Folder) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    folder.write("key.pem", made.signing_key.serialize_pem().as_bytes());
    folder.write("cert.pem", made.cert.pem().as_bytes());
}

#[cfg(target_os = "linux")]
#[test]
fn a_service_manager_is_told_that_the_server_is_ready_alive_reloading_and_stopping() {
    use std::os::unix::net::UnixDatagram;
    use std::time::Duration;

    let folder = Folder::new();
    // A socket's path is limited to 107 bytes, and the tests' folder may be deep.
    let path = std::env::temp_dir().join(format!("consonance-notify-{}", std::process::id()));
    let _ = fs::remove_file(&path);
    let manager = UnixDatagram::bind(&path).unwrap();
    manager.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let file = folder.write("voice.toml", LISTEN.as_bytes());
    let variables = [("NOTIFY_SOCKET", path.to_str().unwrap()), ("WATCHDOG_USEC", "200000")];
    let server = Program::start_in(&["serve", "--config", &file], &variables);
    let until = |words: &str| {
        let mut datagram = [0; 1024];
        loop {
            let length = manager.recv(&mut datagram).unwrap_or_else(|_| panic!("nothing of {words}"));
            if str::from_utf8(&datagram[..length]).unwrap().lines().any(|line| line == words) {
                break;
            }
        }
    };
    until("READY=1");
    server.until_line("the address", |line| line.contains("quic://"));
    until("WATCHDOG=1");
    until("WATCHDOG=1");
    server.signal("HUP");
    until("RELOADING=1");
    until("READY=1");
    server.signal("TERM");
    until("STOPPING=1");
    assert!(server.end().status.success());
    let _ = fs::remove_file(&path);
}
