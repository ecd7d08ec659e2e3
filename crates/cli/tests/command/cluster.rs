//! Several servers as processes of their own, on real NATS servers: `cargo xtask check cluster` runs these tests.

mod lost_streams;

use std::time::{Duration, Instant};

use serde_json::json;

use consonance_testing::command::{Folder, Program};
use consonance_testing::nats::NatsServer;

use crate::reload::write_certificate;

/// A server among others, and its address.
fn serve(name: &str, nats: &[NatsServer]) -> (Program, String) {
    serve_with(name, nats, &[], &[])
}

fn serve_with(
    name: &str,
    nats: &[NatsServer],
    more: &[&str],
    variables: &[(&str, &str)],
) -> (Program, String) {
    let mut arguments = vec!["serve", "--listen", "127.0.0.1:0", "--node", name];
    arguments.extend(more);
    let urls: Vec<String> = nats.iter().map(NatsServer::url).collect();
    arguments.extend(urls.iter().flat_map(|url| ["--nats", url]));
    let replicas = nats.len().to_string();
    let always = [("CONSONANCE_CLUSTER_STORE_REPLICAS", &*replicas), ("RUST_LOG", "info")];
    let server = Program::start_in(&arguments, &[&always, variables].concat());
    let line = server.until_line("the address", |line| line.contains("quic://"));
    let address = line.split(' ').next_back().unwrap().to_owned();
    server.until_logged("connected to NATS");
    (server, address)
}

/// The same with a database, and a listener for operators: a URL and the file of its token.
fn serve_with_admin(name: &str, nats: &[NatsServer], folder: &Folder) -> (Program, String, [String; 2]) {
    let token = folder.file(&format!("token of {name}"));
    let more = ["--admin=127.0.0.1:0", "--admin-token-file", &token];
    let storage = folder.file(&format!("storage of {name}"));
    let (server, address) = serve_with(name, nats, &more, &[("CONSONANCE_STORAGE_FOLDER", &*storage)]);
    let url = format!("http://{}", server.until_admin());
    (server, address, [url, token])
}

/// The output of an operator's command.
fn admin([url, token]: &[String; 2], words: &[&str]) -> String {
    let ended = Program::start(&[&["admin", "--server", url, "--token-file", token], words].concat()).end();
    [ended.out, ended.err].concat().join("\n") + "\n"
}

fn until(what: &str, say: impl Fn() -> String) {
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        let said = say();
        if said.contains(what) {
            return;
        }
        assert!(Instant::now() < deadline, "never came: {what}, only {said}");
    }
}

/// Three servers that show the same certificate and know each other, and their addresses.
fn serve_three(nats: &[NatsServer], folder: &Folder) -> [(Program, String); 3] {
    write_certificate(folder);
    let (certificate, key) = (folder.file("cert.pem"), folder.file("key.pem"));
    let more = ["--cert", &*certificate, "--private-key", &*key];
    let servers = ["one", "two", "three"].map(|name| serve_with(name, nats, &more, &[]));
    let deadline = Instant::now() + Duration::from_mins(1);
    for (server, _) in &servers {
        while server.count_logged("node found") < 2 {
            assert!(Instant::now() < deadline, "a server has not found both others");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    servers
}

fn listener(address: &str, name: &str) -> Program {
    let player =
        Program::start(&["join", address, "--name", name, "--listen", "lobby", "--json", "--null-devices"]);
    player.until_event(&json!({"event": "players_synced"}));
    player
}

fn speaker(address: &str, name: &str) -> Program {
    let join =
        ["join", address, "--name", name, "--speak", "lobby", "--tone", "400", "--json", "--null-devices"];
    let player = Program::start(&join);
    player.until_event(&json!({"event": "players_synced"}));
    player
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn players_of_two_servers_hear_each_other() {
    let nats = [NatsServer::start()];
    let ((one, address), (two, other)) = (serve("one", &nats), serve("two", &nats));
    one.until_logged("node found");
    let bob = listener(&address, "Bob");
    let _alice = speaker(&other, "Alice");
    bob.until_event(&json!({"event": "started_speaking", "name": "Alice"}));
    drop((one, two));
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn players_go_on_when_the_server_that_owns_their_session_is_killed() {
    let nats = NatsServer::start_cluster(3);
    let servers = ["one", "two", "three"].map(|name| serve(name, &nats));
    let [(one, first), (two, second), (three, third)] = servers;
    let _owner = listener(&first, "Owner");
    let bob = listener(&second, "Bob");
    let alice = speaker(&third, "Alice");
    bob.until_event(&json!({"event": "started_speaking", "name": "Alice"}));
    one.signal("KILL");
    // One of the other nodes then owns the session.
    let carol = listener(&third, "Carol");
    carol.until_event(&json!({"event": "started_speaking", "name": "Alice"}));
    drop(alice);
    bob.until_event(&json!({"event": "player_left", "name": "Alice"}));
    let ended = bob.interrupt();
    ended.assert_well();
    let heard = ended.events();
    let told = |event: &str, name: &str| heard.iter().any(|it| it["event"] == event && it["name"] == name);
    assert!(!told("player_left", "Bob") && told("player_joined", "Carol"));
    assert!(
        heard.iter().filter(|it| it["event"] == "joined").count() == 1,
        "he has noticed nothing: {heard:?}"
    );
    drop((two, three));
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn an_encrypted_session_spans_servers_and_goes_on_when_its_owner_is_killed() {
    let nats = NatsServer::start_cluster(3);
    let required = ["--encryption", "required"];
    let servers = ["one", "two", "three"].map(|name| serve_with(name, &nats, &required, &[]));
    let [(one, first), (two, second), (three, third)] = servers;
    // A player does not hear frames that it cannot decrypt: it gets no event that another one speaks.
    let is_on = json!({"event": "encryption", "state": "on"});
    let owner = listener(&first, "Owner");
    owner.until_event(&is_on);
    let bob = listener(&second, "Bob");
    let alice = speaker(&third, "Alice");
    for player in [&bob, &alice] {
        player.until_event(&is_on);
    }
    bob.until_event(&json!({"event": "started_speaking", "name": "Alice"}));
    owner.until_event(&json!({"event": "started_speaking", "name": "Alice"}));
    one.signal("KILL");
    let carol = listener(&third, "Carol");
    carol.until_event(&is_on);
    carol.until_event(&json!({"event": "started_speaking", "name": "Alice"}));
    bob.until_event(&json!({"event": "started_speaking", "name": "Alice"}));
    drop((two, three));
}

fn all_hear_alice(players: &[Program]) {
    for player in players {
        player.until_event(&json!({"event": "started_speaking", "name": "Alice"}));
    }
}

/// Alice has resumed her place at another server, a newcomer at `address` hears her, and the others only noticed a
/// pause.
fn is_heard_again(alice: &Program, others: Vec<Program>, address: &str) {
    alice.until_event(&json!({"event": "server_changed"}));
    alice.until_event(&json!({"event": "resumed"}));
    let newcomer = listener(address, "Newcomer");
    newcomer.until_event(&json!({"event": "started_speaking", "name": "Alice"}));
    let has_left = |it: &serde_json::Value| it["event"] == "player_left" && it["name"] == "Alice";
    for other in others {
        let ended = other.interrupt();
        ended.assert_well();
        assert!(!ended.events().iter().any(has_left), "{:?}", ended.out);
    }
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn a_player_of_a_server_that_is_killed_is_heard_again_at_another_one_by_itself() {
    let (nats, folder) = ([NatsServer::start()], Folder::new());
    let [(_one, first), (_two, second), (three, third)] = serve_three(&nats, &folder);
    let others = vec![listener(&first, "Owner"), listener(&second, "Bob")];
    let alice = speaker(&third, "Alice");
    all_hear_alice(&others);
    three.signal("KILL");
    is_heard_again(&alice, others, &first);
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn a_player_of_the_owner_that_is_killed_is_heard_again_at_another_server_by_itself() {
    let (nats, folder) = ([NatsServer::start()], Folder::new());
    let [(one, first), (_two, second), (_three, third)] = serve_three(&nats, &folder);
    let alice = speaker(&first, "Alice");
    let others = vec![listener(&second, "Bob"), listener(&third, "Carol")];
    all_hear_alice(&others);
    one.signal("KILL");
    is_heard_again(&alice, others, &second);
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn a_player_of_a_server_that_shuts_down_goes_to_another_one_at_once() {
    let (nats, folder) = ([NatsServer::start()], Folder::new());
    let [(_one, first), (_two, second), (three, third)] = serve_three(&nats, &folder);
    let others = vec![listener(&first, "Owner"), listener(&second, "Bob")];
    let alice = speaker(&third, "Alice");
    all_hear_alice(&others);
    three.signal("TERM");
    is_heard_again(&alice, others, &first);
    let ended = three.end();
    assert!(ended.status.success(), "{:?}", ended.err);
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn any_server_shows_moderates_and_drains_all_of_them() {
    let (nats, folder) = ([NatsServer::start()], Folder::new());
    let [(one, first, at_one), (two, second, at_two), (three, third, at_three)] =
        ["one", "two", "three"].map(|name| serve_with_admin(name, &nats, &folder));
    // The third one owns the session, and a player of the second one is muted at the first one.
    let owner = listener(&third, "Owner");
    let bob = speaker(&second, "Bob");
    owner.until_event(&json!({"event": "started_speaking", "name": "Bob"}));
    for at in [&at_one, &at_two, &at_three] {
        until("main     2        three", || admin(at, &["sessions"]));
    }
    // A node's name is known once the node has been heard from.
    until("one ", || admin(&at_three, &["nodes"]));
    let muted = admin(&at_one, &["mute", "main", "Bob", "--reason", "too loud"]);
    assert!(muted.starts_with("done, and the player was notified"), "{muted}");
    until("muted", || admin(&at_two, &["players", "main"]));
    let log = admin(&at_three, &["audit"]);
    assert!(log.contains("mute") && log.contains("by node one") && log.contains("too loud"), "{log}");
    until("too loud", || admin(&at_one, &["audit"]));
    let recorded = admin(&at_one, &["recordings", "start", "main"]);
    assert!(recorded.contains("at the node that owns it"), "{recorded}");

    let drained = admin(&at_one, &["drain", "--node", "three", "--within", "3600"]);
    assert_eq!(drained, "draining; 1 players notified\n");
    owner.until_event(&json!({"event": "draining"}));
    until("draining", || admin(&at_two, &["nodes"]));
    let refused = Program::start(&["join", &third, "--name", "Late", "--null-devices"]).end();
    assert!(!refused.status.success());
    drop(owner);
    assert!(three.end().status.success(), "its last player has gone");
    until("main     1        two", || admin(&at_one, &["sessions"]));
    let carol = listener(&first, "Carol");
    assert!(admin(&at_one, &["unmute", "main", "Bob"]).starts_with("done"));
    carol.until_event(&json!({"event": "started_speaking", "name": "Bob"}));
    drop((bob, one, two));
}

#[test]
fn a_server_that_does_not_reach_nats_says_so_once_and_goes_on_trying() {
    let server = Program::start(&["serve", "--listen", "127.0.0.1:0", "--nats", "nats://127.0.0.1:1"]);
    server.until_line("the address", |line| line.contains("quic://"));
    server.until_logged("NATS unreachable");
    std::thread::sleep(Duration::from_secs(1));
    let ended = server.interrupt();
    assert!(ended.status.success());
    assert_eq!(ended.err.iter().filter(|line| line.contains("NATS")).count(), 1, "{:?}", ended.err);
}

#[test]
fn a_server_that_cannot_be_one_of_several_says_why() {
    let folder = Folder::new();
    for (settings, complaint) in [
        ("nats = ['nats://nats.example.org']", "expected tls:// and credentials"),
        ("nats = ['http://127.0.0.1']", "invalid NATS server"),
        ("nats = ['nats://voice:sesame@127.0.0.1']", "cluster.password_file"),
        ("nats = ['nats://127.0.0.1']\nname = 'a.b'", "invalid cluster name"),
        ("nats = ['nats://127.0.0.1']\naddress = 'voice'", "expected host:port"),
        ("nats = ['nats://127.0.0.1']\nuser = 'x'", "cluster.password_file is missing"),
        ("nats = ['nats://127.0.0.1']\ncredentials_file = 'missing'", "cannot read"),
    ] {
        let file = folder
            .write("voice.toml", format!("listen = ['127.0.0.1:0']\n[cluster]\n{settings}\n").as_bytes());
        let ended = Program::start(&["serve", "--config", &file]).end();
        assert!(!ended.status.success(), "{settings}");
        let err = ended.err.join("\n");
        assert!(err.contains(complaint), "{settings}: {err}");
        assert!(!err.contains("sesame"), "{settings}: {err}");
    }
}

/// The settings of a server with a secret in everything that can hold one.
fn write_secrets(folder: &Folder, nats: &str) -> String {
    let password = folder.write("password", b"sesame-of-nats");
    let secret = folder.write("secret", b"sesame-of-hooks");
    folder.write(
        "voice.toml",
        format!(
            "listen = ['127.0.0.1:0']\n[cluster]\nnats = ['{nats}']\nuser = 'voice'\npassword_file = {password:?}\n\
             [joining.hook]\nurl = 'http://127.0.0.1:1/sesame-of-the-path?key=sesame'\n\
             hmac_secret_file = {secret:?}\nbearer_token_file = {secret:?}\n\
             [[webhooks]]\nurl = 'http://127.0.0.1:1/services/sesame'\nhmac_secret_file = {secret:?}\n\
             [telemetry]\notlp_endpoint = 'http://127.0.0.1:1/sesame'\n"
        )
        .as_bytes(),
    )
}

#[test]
fn the_command_before_a_start_of_the_packaged_units_shows_no_secret() {
    let folder = Folder::new();
    let file = write_secrets(&folder, "tls://nats.example.org:4222");
    for unit in ["consonance.service", "consonance@.service"] {
        let unit = format!("{}/../../packaging/{unit}", env!("CARGO_MANIFEST_DIR"));
        let unit = std::fs::read_to_string(unit).unwrap();
        let command = unit.lines().find_map(|line| line.strip_prefix("ExecStartPre=")).unwrap();
        let mut words: Vec<&str> = command.split(' ').skip(1).collect();
        *words.last_mut().unwrap() = &file;
        let ended = Program::start(&words).end();
        assert!(ended.status.success(), "{:?}", ended.err);
        let said = [ended.out, ended.err].concat().join("\n");
        assert!(!said.contains("sesame"), "{said}");
        for shown in ["tls://nats.example.org:4222", "http://127.0.0.1:1/…"] {
            assert!(said.contains(shown), "{shown}: {said}");
        }
    }
}

#[test]
fn the_permissions_of_a_cluster_are_printed() {
    let ended =
        Program::start_in(&["serve", "--print-nats-permissions"], &[("CONSONANCE_CLUSTER_NAME", "arena")])
            .end();
    ended.assert_well();
    let said = ended.out.join("\n");
    assert!(said.contains("\"$KV.consonance-v1-arena-bans.*\"") && said.contains("--allow-sub"), "{said}");
    assert!(said.starts_with("# For an account that has only this cluster"), "{said}");
    assert!(!said.contains("$JS.API.>") && !said.contains("_INBOX"), "{said}");
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn the_log_shows_no_secret_at_any_level() {
    let folder = Folder::new();
    let nats = NatsServer::start_configured(
        "authorization { users: [ { user: voice, password: \"sesame-of-nats\" } ] }",
    );
    let file = write_secrets(&folder, &nats.url());
    let server = Program::start_in(&["serve", "--config", &file], &[("RUST_LOG", "trace")]);
    server.until_logged("NATS's store answers");
    let address = server.until_line("the address", |line| line.contains("quic://"));
    let address = address.split(' ').next_back().unwrap().to_owned();
    // The hook is asked, and the webhook told.
    Program::start(&["join", &address, "--name", "Bob", "--null-devices"]).end();
    let ended = server.interrupt();
    let said = [ended.out, ended.err].concat();
    let found: Vec<_> = said.iter().filter(|line| line.contains("sesame")).collect();
    assert!(found.is_empty(), "{found:?}");
    assert!(said.iter().any(|line| line.contains("async_nats")), "it logs at all");
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn a_ban_at_one_server_removes_a_player_of_another_and_holds_at_one_that_was_down() {
    let (mut nats, folder) = ([NatsServer::start()], Folder::new());
    let (one, _, at_one) = serve_with_admin("one", &nats, &folder);
    let (_two, other, at_two) = serve_with_admin("two", &nats, &folder);
    let bob = listener(&other, "Bob");
    admin(&at_one, &["ban", "Bob", "--reason", "spam"]);
    until("name Bob", || admin(&at_two, &["bans"]));
    bob.until_event(&json!({"event": "ended"}));

    // Decisions while NATS is down hold here, and elsewhere once it is back, also at a server that was down.
    assert!(one.interrupt().status.success());
    nats[0].kill();
    admin(&at_two, &["ban", "Carol"]);
    let bans = admin(&at_two, &["bans"]);
    let of_bob = bans.lines().find(|line| line.contains("name Bob")).unwrap();
    let pardoned = admin(&at_two, &["unban", of_bob.split(' ').next().unwrap()]);
    assert!(pardoned.starts_with("done"), "{pardoned}");
    nats[0].restart();
    let (_one, _, at_one) = serve_with_admin("one", &nats, &folder);
    for at in [&at_one, &at_two] {
        until("name Carol", || admin(at, &["bans"]));
        let is_pardoned = || !admin(at, &["bans"]).contains("name Bob");
        until("true", || is_pardoned().to_string());
        for words in ["unban", "at one", "at two"] {
            until(words, || admin(at, &["audit"]));
        }
    }
    until("true", || (admin(&at_one, &["audit"]) == admin(&at_two, &["audit"])).to_string());
}
