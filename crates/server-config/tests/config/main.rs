//! The configuration of a server: accepted files, errors and their places, and that its page is up to date.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod defaults;
mod former_keys;
mod limits;
mod listening;
mod networks;
mod schema;
mod secrets;
mod web;
mod webhooks;

use std::path::Path;

use consonance_server_config::{
    Config, ConfigSources, LoadedConfig, NETWORKS, NetworkTables, Networks, TakesEffect, default_file,
    reference_page,
};
use consonance_session::Rate;

/// The networks of a server.
fn tables() -> NetworkTables {
    Networks::new(NETWORKS).tables()
}

fn of_file(text: &str) -> ConfigSources {
    let mut sources = ConfigSources::new(tables());
    sources.add_file(Path::new("/etc/consonance/voice.toml"), text);
    sources
}

fn load(text: &str) -> Config {
    of_file(text).load().unwrap().config
}

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect()
}

/// The errors in a file, without its folder.
fn complaints(text: &str) -> Vec<String> {
    let error = of_file(text).load().unwrap_err();
    error.problems().iter().map(|problem| problem.to_string().replace("/etc/consonance/", "")).collect()
}

#[test]
fn words_of_other_servers_lead_to_the_keys_that_are_meant() {
    for (file, complaint) in [
        (
            "[server]\nport = 7777",
            "voice.toml:2: unknown key server.port; did you mean listen? it takes an address and a port, such as \
             listen = \"0.0.0.0:7777\"",
        ),
        (
            "[limits]\nmax_players = 5",
            "voice.toml:2: unknown key limits.max_players; did you mean limits.links?",
        ),
        (
            "host = 'https://voice.example.org/'",
            "voice.toml:1: host: only the name belongs here, without scheme, port and path: \"voice.example.org\"",
        ),
        (
            "host = 'voice.example.org:7777'",
            "voice.toml:1: host: only the name belongs here, without scheme, port and path: \"voice.example.org\"",
        ),
    ] {
        assert_eq!(complaints(file), [complaint], "{file}");
    }
}

#[test]
fn reports_every_mistake_with_line_and_correction() {
    for (file, complaint) in [
        ("lisetn = []", "voice.toml:1: unknown key lisetn; did you mean listen?"),
        ("[limits]\n\nlink = 5", "voice.toml:3: unknown key limits.link; did you mean limits.links?"),
        ("links = 5", "voice.toml:1: unknown key links; did you mean limits.links?"),
        (
            "[limits]\nhost = ''",
            "voice.toml:2: unknown key limits.host; host belongs above the first [section]",
        ),
        ("[web]\n[admin]\n[web]", "voice.toml:3: web occurs twice in this file: merge the two"),
        ("listen = []\n[[listen]]", "voice.toml:2: listen occurs twice in this file: merge the two"),
        ("[limit]\nlinks = 5", "voice.toml:2: unknown key limit.links; did you mean limits.links?"),
        ("[colours]", "voice.toml:1: unknown key colours"),
        (
            "[fast_path]\nallow_plain = false",
            "voice.toml:2: the key fast_path.allow_plain was removed: voice is always encrypted; \
             remove it (docs/server-cost.md says how to measure without encryption)",
        ),
        ("limits = 5", "voice.toml:1: unknown key limits"),
        (
            "[limits]\nlinks = 'many'",
            "voice.toml:2: limits.links: expected a whole number from 1 to 65535, not \"many\"",
        ),
        ("[limits]\nlinks = 0", "voice.toml:2: limits.links: expected a whole number from 1 to 65535, not 0"),
        (
            "[limits]\nlinks = -1",
            "voice.toml:2: limits.links: expected a whole number from 1 to 65535, not -1",
        ),
        (
            "[limits]\nlinks = 99999999999999999999",
            "voice.toml:2: limits.links: expected a whole number from 1 to 65535, not 99999999999999999999",
        ),
        (
            "[limits]\nresume_s = nan",
            "voice.toml:2: limits.resume_s: expected a number of seconds from 0 to 3600, not nan",
        ),
        ("host = 2026-01-01", "voice.toml:1: host: expected a string, not 2026-01-01"),
        ("host = { a = 1 }", "voice.toml:1: host: expected a string, not a table"),
        ("listen = [2026-01-01]", "voice.toml:1: listen: expected an address or a table, not 2026-01-01"),
        ("sessions = [\n'a',\n5]", "voice.toml:3: sessions: expected a string, not 5"),
        (
            "sessions = []",
            "voice.toml:1: sessions: no sessions configured, expected at least one, here or in sessions_on_demand",
        ),
        ("sessions = ['a', 'a']", "voice.toml:1: sessions: the session \"a\" is listed twice: remove one"),
        ("listen = []", "voice.toml:1: listen: no address to listen on: set at least one"),
        ("listen = ['[::]:1', '[::]:1']", "voice.toml:1: listen: [::]:1 is used twice"),
        (
            "listen = ['here']",
            "voice.toml:1: listen: cannot listen on \"here\": an address looks like 0.0.0.0:7777, [::]:7777 \
             or 127.0.0.1:0",
        ),
        (
            "[certificate]\nfile = 'a.pem'",
            "voice.toml:2: certificate.file: certificate.private_key_file is missing: set both or neither",
        ),
        (
            "[certificate]\nfile = ''\nprivate_key_file = 'k'",
            "voice.toml:2: certificate.file: the path is empty: name a file, or remove the key",
        ),
    ] {
        assert_eq!(complaints(file), [complaint], "{file}");
    }
}

#[test]
fn rejects_a_redirect_that_does_not_fit_a_packet() {
    let onward = |bytes: usize| format!("[shutdown]\nredirect = '{}'", "x".repeat(bytes));
    let complaint = "voice.toml:2: shutdown.redirect: is empty or longer than 512 bytes: expected an \
                     address such as quic://host:7777/{session}";
    assert_eq!(complaints(&onward(0)), [complaint]);
    assert_eq!(complaints(&onward(513)), [complaint]);
    assert_eq!(load(&onward(512)).shutdown.draining.redirect.map(|address| address.len()), Some(512));
}

#[test]
fn reports_a_mistake_in_a_room_rule_with_its_own_line() {
    for (file, complaint) in [
        ("access = 'vip'", "voice.toml:1: access: expected a list of tables, not \"vip\""),
        ("\n[[access]]\ntokens = ['gold']", "voice.toml:2: access: the key room is missing"),
        (
            "[[access]]\nroom = 'vip'",
            "voice.toml:1: access: the rule requires no token: set tokens = [\"…\"]",
        ),
        (
            "[[access]]\nroom = 'vip'\ntokens = []",
            "voice.toml:3: access: tokens: the list is empty: expected at least one item",
        ),
        (
            "[[access]]\nroom = 'vip'\ntoken = ['gold']",
            "voice.toml:3: access: unknown key token here; did you mean tokens?",
        ),
        (
            "[[access]]\nroom = 'vip'\ntokens = ['a']\n[[access]]\nroom = 'vip'\ntokens = ['b']",
            "voice.toml:4: access: the room vip has two rules: merge them",
        ),
        (
            "[[access]]\nroom = 'vip'\ntokens = ['a']\nspeak_tokens = ['b']",
            "voice.toml:1: access: tokens cannot be combined with listen_tokens and speak_tokens: set it, \
             or these two",
        ),
        ("[[proximity]]\nroom = 'w'", "voice.toml:1: proximity: the key range_m is missing"),
        (
            "[[proximity]]\nroom = 'w'\nrange_m = -5",
            "voice.toml:3: proximity: range_m: expected a number of metres from 0.1 to 1000000, not -5",
        ),
    ] {
        assert_eq!(complaints(file), [complaint], "{file}");
    }
}

#[test]
fn rejects_invalid_toml_with_its_line() {
    for (file, line) in [("listen = [", 1), ("a = 1\n\n= 2", 3), ("host = 'a'\nhost = 'b'", 2), ("x", 1)] {
        let complaints = complaints(file);
        assert!(complaints[0].starts_with(&format!("voice.toml:{line}: ")), "{file}: {complaints:?}");
    }
}

#[test]
fn reports_all_mistakes_at_once_in_the_order_of_the_file() {
    let complaints = complaints("hots = 'a'\nsessions = 5\n[limits]\nlinks = 0\n[quic]\nidle = 3");
    let starts: Vec<_> = complaints.iter().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(
        starts,
        ["voice.toml:1:", "voice.toml:2:", "voice.toml:4:", "voice.toml:6:"],
        "{complaints:?}"
    );
}

#[test]
fn rejects_garbage_without_a_panic() {
    // Table by table: errors in one do not affect the others, and damaging the whole file takes too long.
    let file = default_file();
    for table in file.split_inclusive("\n\n") {
        for end in (0..table.len()).filter(|end| table.is_char_boundary(*end)).step_by(31) {
            let _ = of_file(&table[..end]).load();
            let mut swapped = table.to_owned();
            swapped.insert(end, '[');
            let _ = of_file(&swapped).load();
        }
    }
}

#[test]
fn a_file_sets_what_it_names_and_nothing_else() {
    let config = load(
        "listen = ['127.0.0.1:0', '[::1]:0']\n\
         [certificate]\nfile = 'full.pem'\nprivate_key_file = '/keys/key.pem'\n\
         [limits]\nvoice_packets_per_second = 60\nresume_s = 1.5\n\
         [[access]]\nroom = 'b*'\nspeak_tokens = 'singer'\n[[access]]\nroom = 'a'\ntokens = ['gold', 'silver']\n\
         [[proximity]]\nroom = 'world'\nrange_m = 25\nstreams_max = 4\n",
    );
    assert_eq!(config.listen.quic.len(), 2);
    assert_eq!(
        config.certificate.file.as_deref(),
        Some(Path::new("/etc/consonance/full.pem")),
        "by the file's folder"
    );
    assert_eq!(config.certificate.private_key_file.as_deref(), Some(Path::new("/keys/key.pem")));
    assert_eq!(config.limits.voice_packets, Rate { per_second: 60, burst: 1000 });
    assert_eq!(config.limits.resume.as_millis(), 1500);
    let rules: Vec<_> = config
        .access_rules()
        .iter()
        .map(|(room, rule)| (room.to_string(), rule.listen.len(), rule.speak.len()))
        .collect();
    assert_eq!(rules, [("b*".into(), 0, 1), ("a".into(), 2, 2)], "in the order of the file");
    assert_eq!((config.proximity[0].settings.range_m, config.proximity[0].settings.max_streams), (25.0, 4));
    let made: Vec<_> = config.settings_made().into_iter().map(|(key, _)| key).collect();
    let expected = [
        "listen",
        "access",
        "proximity",
        "certificate.file",
        "certificate.private_key_file",
        "limits.resume_s",
        "limits.voice_packets_per_second",
    ];
    assert_eq!(made, expected);
}

#[test]
fn arguments_override_the_environment_and_that_overrides_the_file() {
    let file = "host = 'file'\nsessions = ['file']\n[limits]\nlinks = 1\nrooms = 1";
    let mut sources = of_file(file);
    sources.add_environment(variables(&[
        ("CONSONANCE_HOST", "environment"),
        ("CONSONANCE_LIMITS_LINKS", "2"),
        ("PATH", "/bin"),
    ]));
    sources.add_argument("--host", "host", "argument");
    let LoadedConfig { config, notes, .. } = sources.load().unwrap();
    assert_eq!(config.host.as_deref(), Some("argument"));
    assert_eq!((config.limits.links, config.limits.rooms), (2, 1));
    assert_eq!((&*config.sessions, &*notes), (&["file".to_owned()][..], &[][..]));
}

#[test]
fn does_not_check_overridden_values() {
    let mut sources = of_file("sessions = 5");
    sources.add_argument("--session", "sessions", vec!["a", "b"]);
    assert_eq!(sources.load().unwrap().config.sessions, ["a", "b"]);
}

#[test]
fn a_variable_has_a_value_as_in_the_file_and_a_text_needs_no_quotes() {
    let mut sources = ConfigSources::new(tables());
    sources.add_environment(variables(&[
        ("CONSONANCE_LISTEN", "[::]:7000"),
        ("CONSONANCE_SESSIONS", "['a', \"b\"]"),
        ("CONSONANCE_HOST", "10"),
        ("CONSONANCE_CERTIFICATE_FILE", "\"cert.pem\""),
        ("CONSONANCE_CERTIFICATE_PRIVATE_KEY_FILE", "key.pem"),
        ("CONSONANCE_CERTIFICATE_CHECK_EVERY_S", "0.5"),
        ("CONSONANCE_DIAGNOSTICS_MONITOR_CHANNELS", "true"),
        ("CONSONANCE_ACCESS", "[{room = 'vip', tokens = 'gold'}]"),
    ]));
    let config = sources.load().unwrap().config;
    assert_eq!(config.listen.quic, ["[::]:7000".parse::<std::net::SocketAddr>().unwrap()]);
    assert_eq!((&*config.sessions[1], config.host.as_deref()), ("b", Some("10")));
    let certificate = &config.certificate;
    assert_eq!(certificate.file.as_deref(), Some(Path::new("cert.pem")));
    assert_eq!(certificate.private_key_file.as_deref(), Some(Path::new("key.pem")));
    assert_eq!(certificate.check_every_s.0.as_millis(), 500);
    assert!(config.diagnostics.monitoring.always);
    assert_eq!(config.access_rules()[0].1.listen, [Box::from("gold")]);
}

#[test]
fn reports_an_invalid_variable_or_argument_by_name() {
    let mut sources = ConfigSources::new(tables());
    sources.add_environment(variables(&[("CONSONANCE_LIMITS_LINKS", "many\nmore = 1")]));
    sources.add_argument("--listen", "listen", vec!["nonsense"]);
    let complaints = sources.load().unwrap_err().to_string();
    let lines: Vec<_> = complaints.lines().collect();
    assert!(lines[0].starts_with("CONSONANCE_LIMITS_LINKS: expected a whole number"), "{complaints}");
    assert!(lines[1].starts_with("--listen: cannot listen on \"nonsense\""), "{complaints}");
}

#[test]
fn notes_a_misspelt_variable_but_not_one_of_another_program() {
    let mut sources = ConfigSources::new(tables());
    sources.add_environment(variables(&[
        ("CONSONANCE_LISTN", "[::]:1"),
        // Orchestrators set such variables for a service named consonance.
        ("CONSONANCE_SERVICE_PORT_VOICE", "7777"),
    ]));
    let notes = sources.load().unwrap().notes;
    assert_eq!(notes, ["CONSONANCE_LISTN is not a setting; did you mean CONSONANCE_LISTEN?"]);
}

#[test]
fn the_printed_file_contains_the_defaults() {
    let file = default_file();
    assert_eq!(load(&file), Config::default());
    // Commented-out examples are valid when they are uncommented.
    let comments_out =
        |line: &str| line.strip_prefix("# ").filter(|line| line.contains(" = ")).map(str::to_owned);
    let with_examples: String =
        file.lines().map(|line| comments_out(line).unwrap_or(line.into()) + "\n").collect();
    let config = load(&with_examples);
    assert_eq!((config.access.len(), config.proximity.len()), (2, 1));
    assert_eq!(
        (config.diagnostics.inspector_port, config.host.as_deref()),
        (Some(7779), Some("voice.example.org"))
    );
}

#[test]
fn changes_say_when_they_take_effect() {
    let former = Config::default();
    let config =
        load("listen = ['[::]:1']\n[limits]\nlinks = 7\n[[access]]\nroom = 'vip'\ntokens = ['gold']");
    let changes = config.changes(&former);
    let expected = [
        ("listen", TakesEffect::AtNextStart),
        ("access", TakesEffect::AtOnce),
        ("limits.links", TakesEffect::AtOnce),
    ];
    assert_eq!(changes, expected);
    assert_eq!(former.changes(&former), []);
}

#[test]
fn the_page_of_documentation_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, reference_page(tables())).unwrap();
    }
    let page = std::fs::read_to_string(path).unwrap_or_default();
    let is_same = page.replace("\r\n", "\n") == reference_page(tables());
    assert!(is_same, "write it again: UPDATE_DOCS=1 cargo test -p consonance-server-config --test config");
}

#[test]
fn paths_in_lists_are_relative_to_the_files_folder_too() {
    let config = load("[joining]\ntoken_key_files = ['a.jwk', '/b.jwk']\n");
    assert_eq!(config.joining.token_key_files, [Path::new("/etc/consonance/a.jwk"), Path::new("/b.jwk")]);
}

#[cfg(unix)]
#[test]
fn rejects_a_path_that_is_not_utf_8() {
    let folder: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(b"/etc/\xff");
    let mut sources = ConfigSources::new(tables());
    sources.add_file(&Path::new(folder).join("voice.toml"), "[storage]\nfolder = 'here'");
    let error = sources.load().unwrap_err().to_string();
    assert!(error.contains("storage.folder: the path") && error.contains("not valid UTF-8"), "{error}");
}
