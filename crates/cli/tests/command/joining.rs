//! Passwords, keys that change, and that neither is ever logged.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;

use serde_json::json;

use consonance_testing::command::Folder;
use consonance_testing::command::Program;

const LISTEN: &str = "listen = ['127.0.0.1:0']\n";

fn serve(file: &str, variables: &[(&str, &str)]) -> (Program, String) {
    let server = Program::start_in(&["serve", "--config", file], variables);
    let line = server.until_line("the address", |line| line.contains("quic://"));
    let address = line.split(' ').next_back().unwrap().to_owned();
    (server, address)
}

/// A player without sound that presents the secrets of these arguments.
fn join(address: &str, name: &str, shown: &[&str], variables: &[(&str, &str)]) -> Program {
    let player = ["join", address, "--name", name, "--json", "--microphone", "none", "--loudspeaker", "none"];
    Program::start_in(&[&player[..], shown].concat(), variables)
}

/// Makes a pair of keys of this name.
fn keygen(folder: &Folder, name: &str) -> [String; 2] {
    let [secret, public] = ["secret", "public"].map(|half| folder.file(&format!("{name}-{half}.jwk")));
    Program::start(&["token", "keygen", &secret, &public]).end().assert_well();
    [secret, public]
}

fn token(key: &str, name: &str, more: &[&str]) -> String {
    let made =
        Program::start(&[&["token", "new", "--signing-key", key, "--name", name], more].concat()).end();
    made.assert_well();
    made.out[0].clone()
}

#[test]
fn a_password_from_a_file_admits_players_that_know_it_and_others_are_told() {
    let folder = Folder::new();
    let password = folder.write("password.txt", b"correct horse\n");
    let file =
        folder.write("voice.toml", format!("{LISTEN}[joining]\npassword_file = 'password.txt'\n").as_bytes());
    let (server, address) = serve(&file, &[]);
    let well = &["--duration", "0.1"];
    for (shown, variables) in [
        (&["--password-file", &password][..], &[][..]),
        (&["--password", "correct horse"], &[]),
        (&[], &[("CONSONANCE_JOIN_PASSWORD", "correct horse")]),
    ] {
        join(&address, "Alice", &[shown, well].concat(), variables).end().assert_well();
    }
    for (shown, told) in [
        (&["--password", "battery staple"][..], "the password is wrong"),
        (&[], "this session requires a password"),
    ] {
        let refused = join(&address, "Alice", shown, &[]).end();
        assert!(!refused.status.success() && refused.err.join("\n").contains(told), "{:?}", refused.err);
    }
    fs::write(&password, "changed").unwrap();
    let alice = join(&address, "Alice", &["--password", "correct horse"], &[]);
    alice.until_event(&json!({"event": "players_synced"}));
    server.signal("HUP");
    server.until_complaint("reloaded");
    let refused = join(&address, "Bob", &["--password", "correct horse"], &[]).end();
    assert!(!refused.status.success());
    let bob = join(&address, "Bob", &["--password", "changed"], &[]);
    bob.until_event(&json!({"event": "players_synced"}));
    alice.until_event(&json!({"event": "player_joined", "name": "Bob"}));
}

/// Serves these answers, one per request, and returns the requests.
fn hook(answers: &'static [&'static str]) -> (String, std::thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/join?key=sesame-open", listener.local_addr().unwrap());
    let serve = move || {
        let one = |answer: &&str| {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"}") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                request.extend(byte);
            }
            let length = answer.len();
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{answer}"
            )
            .unwrap();
            String::from_utf8(request).unwrap()
        };
        answers.iter().map(one).collect()
    };
    (url, std::thread::spawn(serve))
}

#[test]
fn a_hook_decides_and_neither_its_secrets_nor_those_of_players_are_written_down() {
    let folder = Folder::new();
    folder.write("bearer.txt", b"bearer-of-bad-news\n");
    folder.write("hmac.txt", b"signed-and-sealed\n");
    let (url, requests) = hook(&[r#"{"allow":true}"#, r#"{"allow":false,"reason":"you are banned"}"#]);
    let text = format!(
        "{LISTEN}[joining.hook]\nurl = '{url}'\nhmac_secret_file = 'hmac.txt'\nbearer_token_file = 'bearer.txt'\nsend_secrets = true\ntimeout_s = 4\n"
    );
    let file = folder.write("voice.toml", text.as_bytes());
    let trace = [("RUST_LOG", "trace")];
    let (server, address) = serve(&file, &trace);
    let shown = ["--token", "ticket-of-alice", "--password", "password-of-alice"];
    let alice = join(&address, "Alice", &[&shown[..], &["--duration", "0.1"]].concat(), &trace).end();
    assert!(alice.status.success(), "{:?}", alice.err);
    let bob = join(&address, "Bob", &shown, &trace).end();
    assert!(bob.err.join("\n").contains("does not admit this player: you are banned"), "{:?}", bob.err);
    let asked = requests.join().unwrap().join("\n");
    server.signal("TERM");
    let printed = [server.end().err, alice.err, alice.out, bob.err, bob.out].concat().join("\n");
    assert!(printed.contains("not admitted"), "{printed}");
    for secret in ["bearer-of-bad-news", "ticket-of-alice", "password-of-alice"] {
        assert!(asked.contains(secret) && !printed.contains(secret), "{secret}");
    }
    assert!(!printed.contains("signed-and-sealed") && !printed.contains("sesame-open"));
}

#[test]
fn a_hook_that_cannot_be_asked_is_found_wrong_before_the_start() {
    let folder = Folder::new();
    folder.write("no.pem", b"no certificate");
    for (lines, told) in [
        (
            "url = 'http://example.org/'",
            "voice.toml:3: joining.hook.url: unencrypted hook on another machine",
        ),
        ("url = 'example'", "voice.toml:3: joining.hook.url: invalid address"),
        (
            "url = 'https://example.org/'\nauthorities_file = 'no.pem'",
            "voice.toml:4: joining.hook.authorities_file: ",
        ),
        (
            "url = 'https://example.org/'\nhmac_secret_file = 'none.txt'",
            "voice.toml:4: joining.hook.hmac_secret_file: ",
        ),
    ] {
        let file = folder.write("voice.toml", format!("{LISTEN}[joining.hook]\n{lines}\n").as_bytes());
        let ended = Program::start(&["serve", "--config", &file, "--check"]).end();
        assert!(ended.complaint().contains(told), "{:?}", ended.err);
    }
}

#[test]
fn keys_are_rotated_by_reloads_without_disconnecting_players() {
    let folder = Folder::new();
    let ([former, former_public], [latter, latter_public]) =
        (keygen(&folder, "former"), keygen(&folder, "latter"));
    let set = |keys: &[&str]| {
        let keys: Vec<_> =
            keys.iter().map(|key| fs::read_to_string(key).unwrap().trim().to_owned()).collect();
        folder.write("keys.jwks", format!("{{\"keys\":[{}]}}", keys.join(",")).as_bytes());
    };
    set(&[&former_public]);
    let settings = format!("{LISTEN}[joining]\ntoken_key_files = 'keys.jwks'\n");
    let file = folder.write("voice.toml", settings.as_bytes());
    let (server, address) = serve(&file, &[]);
    let player = |name, key: &str| join(&address, name, &["--token", &token(key, name, &[])], &[]);
    let alice = player("Alice", &former);
    alice.until_event(&json!({"event": "players_synced"}));
    assert!(!player("Bob", &latter).end().status.success(), "before its time");
    // Each reload changes a different setting, so that its line in the log is distinct.
    let reload = |limit: &str| {
        fs::write(&file, format!("{settings}[limits]\n{limit} = 100\n")).unwrap();
        server.signal("HUP");
        server.until_complaint(&format!("limits.{limit}"));
    };
    set(&[&former_public, &latter_public]);
    reload("rooms");
    let bob = player("Bob", &latter);
    bob.until_event(&json!({"event": "players_synced"}));
    let carol = player("Carol", &former);
    carol.until_event(&json!({"event": "players_synced"}));
    // The same key, with an end in 1970.
    let ended = fs::read_to_string(&former_public).unwrap().replacen('{', "{\"exp\":1,", 1);
    fs::write(&former_public, ended).unwrap();
    set(&[&former_public, &latter_public]);
    reload("links");
    let refused = player("Dave", &former).end();
    assert!(refused.err.join("\n").contains("has expired"), "{:?}", refused.err);
    let eve = player("Eve", &latter);
    for player in [&alice, &bob, &carol] {
        player.until_event(&json!({"event": "player_joined", "name": "Eve"}));
    }
    drop(eve);
}

#[test]
fn no_secret_is_logged_at_any_level_and_in_any_format_for_any_way_of_joining() {
    for format in ["text", "json"] {
        no_secret_is_written_down(format);
    }
}

fn no_secret_is_written_down(format: &str) {
    let folder = Folder::new();
    let [secret, public] = keygen(&folder, "own");
    let [other, _] = keygen(&folder, "other");
    let password = "correct-horse-battery-staple";
    let text = format!(
        "{LISTEN}[log]\nformat = '{format}'\n[joining]\ntoken_key_files = ['{secret}', '{public}']\npasswords = [{{ session = 'main', password = '{password}' }}]\nrequire_both = true\nfree_password_attempts = 1000\n"
    );
    let file = folder.write("voice.toml", text.as_bytes());
    let checked = Program::start(&["serve", "--config", &file, "--check"]).end();
    assert!(checked.status.success(), "{:?}", checked.err);
    let [warning] = &checked.err[..] else { panic!("{:?}", checked.err) };
    assert!(warning.contains("is a private key"), "{warning}");
    let trace = [("RUST_LOG", "trace")];
    let (server, address) = serve(&file, &trace);
    let good = token(&secret, "Alice", &[]);
    let expired = token(&secret, "Alice", &["--valid-for", "0"]);
    let forged = token(&other, "Alice", &[]);
    let mut printed = vec![checked.out, checked.err];
    let mut secrets = vec![password.to_owned(), "wrong-guess-of-mallory".to_owned()];
    for (token, password) in [
        (&good, password),
        (&good, "wrong-guess-of-mallory"),
        (&expired, password),
        (&forged, password),
        (&"not.a.token-at-all".to_owned(), password),
    ] {
        let shown = [("CONSONANCE_JOIN_TOKEN", token.as_str()), ("CONSONANCE_JOIN_PASSWORD", password)];
        let ended = join(&address, "Alice", &["--duration", "0.1"], &[&trace[..], &shown].concat()).end();
        printed.extend([ended.out, ended.err]);
        // Signature and claims are secrets by themselves; the header is the same for all.
        secrets.extend(token.split('.').skip(1).map(str::to_owned));
    }
    fs::write(&file, text.replace(password, "another-password-of-main")).unwrap();
    secrets.push("another-password-of-main".into());
    let jwk: serde_json::Value = serde_json::from_str(&fs::read_to_string(&secret).unwrap()).unwrap();
    secrets.push(jwk["d"].as_str().unwrap().to_owned());
    server.signal("HUP");
    let line = server.until_logged("reloaded");
    assert!(line.contains("joining.passwords"), "a secret that changes is a change: {line}");
    server.signal("TERM");
    let ended = server.end();
    printed.extend([ended.out, ended.err]);
    let printed = printed.concat().join("\n");
    assert!(printed.contains("not admitted") && printed.contains("TRACE"), "the log is a full one");
    for secret in secrets.iter().filter(|secret| secret.len() > 6) {
        assert!(!printed.contains(secret.as_str()), "{secret}");
    }
}
