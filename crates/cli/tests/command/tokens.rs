//! `consonance token`, `serve --token-key` and `join --token-file`: admission by token.

use std::fs;

use consonance_testing::command::Folder;
use consonance_testing::command::Program;

/// Runs a command that must succeed; returns its output.
fn run(arguments: &[&str]) -> Vec<String> {
    let ended = Program::start(arguments).end();
    ended.assert_well();
    ended.out
}

/// A pair of keys in a folder, and a token for Alice that is valid for this long.
fn keys_and_token(folder: &Folder, seconds: &str) -> [String; 3] {
    let [secret, public, token] = ["secret.jwk", "public.jwk", "token"].map(|name| folder.file(name));
    run(&["token", "keygen", &secret, &public]);
    let about = ["--name", "Alice", "--token", "gold", "--valid-for", seconds];
    let made = run(&[&["token", "new", "--signing-key", &secret][..], &about].concat());
    folder.write("token", made.join("\n").as_bytes());
    [secret, public, token]
}

#[test]
fn a_server_with_a_key_admits_only_players_with_a_token() {
    let folder = Folder::new();
    let [_, public, token] = keys_and_token(&folder, "3600");
    let server = Program::start(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--token-key",
        &public,
        "--room-token",
        "vip=gold",
        "--speak-token",
        "stage=singer",
        "--proximity",
        "world=25",
    ]);
    let line = server.until_line("the address", |line| line.contains("quic://"));
    let address = line.split(' ').next_back().unwrap();
    let join = |name: &str, more: &[&str]| {
        let quiet = ["join", address, "--name", name, "--duration", "0.2", "--microphone", "none"];
        Program::start(&[&quiet[..], &["--loudspeaker", "none", "--listen", "vip"], more].concat()).end()
    };
    join("Alice", &["--token-file", &token]).assert_well();
    for (name, more) in [("Alice", &[][..]), ("Bob", &["--token-file", &token])] {
        let refused = join(name, more);
        assert!(!refused.status.success(), "{name}");
        assert!(refused.err.join("\n").contains("join token"), "{:?}", refused.err);
    }
}

#[test]
fn a_token_can_be_looked_at() {
    let folder = Folder::new();
    let [_, public, token] = keys_and_token(&folder, "3600");
    let words = run(&["token", "show", &token, "--token-key", &public]).join("\n");
    assert!(words.starts_with("for the player \"Alice\"") && words.ends_with("signature: valid"), "{words}");
    let unchecked = run(&["token", "show", &token]).join("\n");
    assert!(unchecked.contains("do not trust the claims"), "{unchecked}");
    let shown = run(&["token", "show", &token, "--json"]).join("\n");
    let claims: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!((&claims["name"], &claims["tokens"][0]), (&"Alice".into(), &"gold".into()));
    let other = folder.file("other.jwk");
    run(&["token", "keygen", &other, "--hs256"]);
    let ended = Program::start(&["token", "show", &token, "--token-key", &other]).end();
    assert!(ended.complaint().contains("not signed"), "{:?}", ended.err);
}

#[test]
fn a_token_that_has_ended_is_shown_and_complained_of() {
    let folder = Folder::new();
    let [_, public, token] = keys_and_token(&folder, "0");
    let ended = Program::start(&["token", "show", &token, "--token-key", &public]).end();
    assert!(!ended.status.success() && ended.out.join("\n").contains("Alice"), "{:?}", ended.out);
    assert!(ended.err.join("\n").contains("get a new"), "{:?}", ended.err);
}

#[test]
fn no_key_is_written_over_and_a_public_one_signs_nothing() {
    let folder = Folder::new();
    let [secret, public, _] = keys_and_token(&folder, "60");
    let before = fs::read(&secret).unwrap();
    let ended = Program::start(&["token", "keygen", &secret, &public]).end();
    assert!(ended.complaint().contains("cannot write"), "{:?}", ended.err);
    assert_eq!(fs::read(&secret).unwrap(), before);
    let ended = Program::start(&["token", "new", "--signing-key", &public]).end();
    assert!(ended.complaint().contains("cannot sign"), "{:?}", ended.err);
}

#[test]
fn a_secret_key_is_for_its_owners_eyes_and_secrets_need_not_stand_among_arguments() {
    let folder = Folder::new();
    let [secret, _, token] = keys_and_token(&folder, "3600");
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::MetadataExt::mode(&fs::metadata(&secret).unwrap());
        assert_eq!(mode & 0o777, 0o600);
    }
    let key = fs::read_to_string(&secret).unwrap();
    let variables = [("CONSONANCE_SIGNING_KEY", key.trim())];
    let made = Program::start_in(&["token", "new", "--name", "Bob", "--moderator"], &variables).end();
    made.assert_well();
    let mut shown = Program::start_in(&["token", "show"], &variables);
    shown.type_line(made.out[0].as_bytes());
    let shown = shown.end();
    shown.assert_well();
    assert!(shown.out.contains(&"moderator: yes".to_owned()), "{:?}", shown.out);
    let nothing = Program::start(&["token", "new", "--name", "Bob"]).end();
    assert!(nothing.complaint().contains("--signing-key"), "{:?}", nothing.err);

    let server = Program::start(&["serve", "--listen", "127.0.0.1:0", "--token-key", &secret]);
    let line = server.until_line("the address", |line| line.contains("quic://"));
    let address = line.split(' ').next_back().unwrap();
    let quiet = ["--microphone", "none", "--loudspeaker", "none", "--duration", "0.1"];
    let join = [&["join", address, "--name", "Alice"][..], &quiet].concat();
    let token = fs::read_to_string(&token).unwrap();
    Program::start_in(&join, &[("CONSONANCE_JOIN_TOKEN", token.trim())]).end().assert_well();
    let mut typed = Program::start(&[&join[..], &["--token-file", "-"]].concat());
    typed.type_line(token.trim().as_bytes());
    typed.end().assert_well();
    Program::start(&[&join[..], &["--token", token.trim()]].concat()).end().assert_well();
}
