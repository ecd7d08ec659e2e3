//! `serve --config`, `--check` and `--print-config`: output before anything runs.

use consonance_testing::command::Folder;
use consonance_testing::command::{Ended, Program};

#[test]
fn a_check_says_what_would_run_and_takes_no_port() {
    let folder = Folder::new();
    // An address that this machine does not have, so listening there would fail.
    let file = folder.write(
        "voice.toml",
        b"listen = ['192.0.2.1:9']\nsessions = ['red', 'blue']\n[[access]]\nroom = 'vip'\ntokens = ['gold']\n",
    );
    let ended = Program::start(&["serve", "--check", "--config", &file, "--host", "voice.example.org"]).end();
    ended.assert_well();
    let said = ended.out.join("\n");
    for words in [
        "session \"blue\" at 192.0.2.1:9, for players at voice.example.org",
        "certificate generated at each start",
        "joining: open",
        "sessions = [\"red\", \"blue\"]",
        "access = [{ room = \"vip\", tokens = [\"gold\"] }]",
    ] {
        assert!(said.contains(words), "{words} is not in {said}");
    }
    Program::start(&["serve", "--check"]).end().assert_well();
}

#[test]
fn a_check_names_every_mistake_and_fails() {
    let folder = Folder::new();
    let key = folder.write("key.jwk", b"{}");
    let text = format!("sessions = ['']\nhost = 'a b'\n[joining]\ntoken_key_files = ['{key}']\n");
    let file = folder.write("voice.toml", text.as_bytes());
    let ended = Program::start(&["serve", "--check", "--config", &file]).end();
    assert_eq!(ended.status.code(), Some(1), "{:?}", ended.out);
    let [session, host, joining] = &ended.err[..] else { panic!("{:?}", ended.err) };
    assert!(session.contains("voice.toml:1: sessions: \"\""), "{session}");
    assert!(host.contains("voice.toml:2: host: \"a b\""), "{host}");
    assert!(
        joining.contains("voice.toml:4: joining.token_key_files: ") && joining.contains("key.jwk"),
        "{joining}"
    );
}

#[test]
fn a_check_tries_the_folders_and_leaves_them_as_they_were() {
    let folder = Folder::new();
    let in_the_way = folder.write("file", b"");
    let text =
        format!("[storage]\nfolder = '{in_the_way}/storage'\n[recording]\nfolder = '{in_the_way}/records'\n");
    let ended = check(&folder.write("bad.toml", text.as_bytes()));
    assert_eq!(ended.status.code(), Some(1), "{:?}", ended.out);
    let [storage, recording] = &ended.err[..] else { panic!("{:?}", ended.err) };
    assert!(storage.contains("bad.toml:2: storage.folder: "), "{storage}");
    assert!(recording.contains("bad.toml:4: recording.folder: "), "{recording}");

    std::fs::create_dir(folder.file("damaged")).unwrap();
    folder.write("damaged/consonance.redb", b"no database");
    let text = format!("[storage]\nfolder = '{}'\n", folder.file("damaged"));
    let ended = check(&folder.write("damaged.toml", text.as_bytes()));
    assert!(ended.complaint().contains("is damaged"), "{:?}", ended.err);

    let new = folder.file("new");
    let text = format!("[storage]\nfolder = '{new}/storage'\n[recording]\nfolder = '{new}/records'\n");
    check(&folder.write("good.toml", text.as_bytes())).assert_well();
    assert!(!std::path::Path::new(&new).exists());
}

#[test]
fn a_check_warns_of_a_plain_page_for_others_and_of_a_private_key_in_place_of_a_public_one() {
    let folder = Folder::new();
    let [secret, public] = ["secret.jwk", "public.jwk"].map(|name| folder.file(name));
    Program::start(&["token", "keygen", &secret, &public]).end().assert_well();
    let text = |listen: &str, key: &str| {
        let announced = "announced = ['192.0.2.1']";
        format!("[web]\nlisten = '{listen}'\n{announced}\n[joining]\ntoken_key_files = ['{key}']\n")
    };
    let warned = check(&folder.write("warned.toml", text("0.0.0.0:0", &secret).as_bytes()));
    assert!(warned.status.success());
    let said = |words: &str| warned.err.iter().filter(|line| line.contains(words)).count();
    assert_eq!(said("web.listen: the page at 0.0.0.0:0 is plain HTTP"), 1, "{:?}", warned.err);
    assert_eq!(said("secret.jwk is a private key"), 1, "{:?}", warned.err);
    let silent = check(&folder.write("silent.toml", text("127.0.0.1:0", &public).as_bytes()));
    silent.assert_well();
}

fn check(file: &str) -> Ended {
    Program::start(&["serve", "--check", "--config", file]).end()
}

#[test]
fn a_file_that_is_missing_or_misspelt_is_named_in_one_line() {
    let folder = Folder::new();
    let missing = folder.file("missing.toml");
    let ended = Program::start(&["serve", "--config", &missing]).end();
    assert!(ended.complaint().contains("missing.toml"), "{:?}", ended.err);
    let file = folder.write("voice.toml", b"[limits]\nlink = 5\n");
    let ended = Program::start(&["serve", "--config", &file]).end();
    let words = "voice.toml:2: unknown key limits.link; did you mean limits.links?";
    assert!(ended.complaint().ends_with(words), "{:?}", ended.err);
}

#[test]
fn arguments_override_the_environment_and_that_overrides_the_file() {
    let folder = Folder::new();
    let file = folder.write(
        "voice.toml",
        b"host = 'file'\nsessions = ['file']\n[limits]\nlinks = 1\n[[access]]\nroom = 'vip'\ntokens = ['file']\n",
    );
    let variables = [("CONSONANCE_SESSIONS", "environment"), ("CONSONANCE_LIMITS_LINKS", "2")];
    let arguments =
        ["serve", "--check", "--config", &file, "--session", "argument", "--speak-token", "vip=argument"];
    let ended = Program::start_in(&arguments, &variables).end();
    ended.assert_well();
    let said = ended.out.join("\n");
    for words in [
        "host = \"file\"",
        "sessions = [\"argument\"]",
        "limits.links = 2",
        "{ room = \"vip\", listen_tokens = [\"file\"], speak_tokens = [\"argument\"] }",
    ] {
        assert!(said.contains(words), "{words} is not in {said}");
    }
}

#[test]
fn the_printed_file_is_one_that_is_taken() {
    let folder = Folder::new();
    let printed = Program::start(&["serve", "--print-config"]).end();
    printed.assert_well();
    let file = folder.write("voice.toml", printed.out.join("\n").as_bytes());
    let default = [("CONSONANCE_OVERLOAD_ENABLED", "true")];
    let checked = Program::start_in(&["serve", "--check", "--config", &file], &default).end();
    checked.assert_well();
    let made = checked.out.iter().find(|line| line.contains(" = "));
    assert_eq!(made, None, "nothing differs from the defaults");
}

#[test]
fn the_schema_of_the_file_is_printed() {
    let printed = Program::start(&["serve", "--print-schema"]).end();
    printed.assert_well();
    let schema: serde_json::Value = serde_json::from_str(&printed.out.join("\n")).unwrap();
    assert_eq!(schema["properties"]["limits"]["additionalProperties"], false);
}

#[test]
fn a_server_runs_by_its_file_on_several_addresses() {
    let folder = Folder::new();
    let file = folder.write("voice.toml", b"listen = ['127.0.0.1:0', '127.0.0.1:0']\nsessions = ['red']\n");
    let server = Program::start(&["serve", "--config", &file]);
    let address = |line: &str| line.split(' ').next_back().unwrap().to_owned();
    let first = address(&server.until_line("an address", |line| line.contains("quic://")));
    let second = server.until_line("another", |line| line.contains("quic://") && !line.ends_with(&first));
    for address in [first, address(&second)] {
        let quiet = ["--duration", "0.1", "--microphone", "none", "--loudspeaker", "none"];
        Program::start(&[&["join", &address, "--name", "Alice"], &quiet[..]].concat()).end().assert_well();
    }
}

#[test]
fn a_service_keeps_its_state_in_its_folder_unless_another_one_is_named() {
    let folder = Folder::new();
    let (state, elsewhere) = (folder.file("state"), folder.file("elsewhere"));
    let kept = |settings: &str| {
        let file = folder.write("voice.toml", settings.as_bytes());
        let command = ["serve", "--check", "--config", &file];
        let server = Program::start_in(&command, &[("STATE_DIRECTORY", &state)]);
        server.until_line("what is kept", |line| line.starts_with("bans, mutes"))
    };
    assert!(kept("").ends_with(&format!("kept in {state}")));
    assert!(kept("storage.folder = 'elsewhere'\n").ends_with(&format!("kept in {elsewhere}")));
}

#[test]
fn what_the_packages_give_to_kubernetes_are_good_settings() {
    for text in [
        include_str!("../../../../packaging/kubernetes/config.yaml"),
        include_str!("../../../../packaging/helm/consonance/values.yaml"),
    ] {
        let folder = Folder::new();
        // The indented block after the one line that ends like this.
        let block = text.lines().skip_while(|line| !line.ends_with(": |")).skip(1);
        let block: Vec<&str> = block.take_while(|line| line.is_empty() || line.starts_with("  ")).collect();
        let settings = block.join("\n").replace("/etc/consonance/secrets", folder.path().to_str().unwrap());
        assert!(settings.contains("[cluster]"), "{settings}");
        let made = rcgen::generate_simple_self_signed(["voice.example.org".to_owned()]).unwrap();
        folder.write("tls.crt", made.cert.pem().as_bytes());
        folder.write("tls.key", made.signing_key.serialize_pem().as_bytes());
        folder.write("nats-authority.pem", made.cert.pem().as_bytes());
        folder.write("nats.creds", b"checked when the server starts");
        let file = folder.write("voice.toml", settings.as_bytes());
        Program::start(&["serve", "--config", &file, "--check"]).end().assert_well();
    }
}

#[test]
fn what_the_packages_run_is_understood() {
    let folder = Folder::new();
    let file = folder.write("voice.toml", b"");
    let unit = include_str!("../../../../packaging/consonance.service");
    let several = include_str!("../../../../packaging/consonance@.service").replace("%i.toml", "voice.toml");
    let started = unit
        .lines()
        .chain(several.lines())
        .filter_map(|line| line.strip_prefix("ExecStart")?.split_once('='));
    let mut commands: Vec<Vec<&str>> =
        started.map(|(_, command)| command.split(' ').skip(1).collect()).collect();
    let container = include_str!("../../../../packaging/Containerfile");
    let command = container.lines().find_map(|line| line.strip_prefix("CMD ")).unwrap();
    commands.push(serde_json::from_str(command).unwrap());
    assert_eq!(commands.len(), 5);
    for mut command in commands {
        let config = command.iter_mut().find(|word| **word == "/etc/consonance/voice.toml").unwrap();
        *config = &file;
        command.retain(|word| *word != "--check");
        command.push("--check");
        Program::start(&command).end().assert_well();
    }
}
