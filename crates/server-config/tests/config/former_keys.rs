//! Keys of earlier versions: the message for a file or a variable that has one.

use std::path::Path;

use consonance_server_config::ConfigSources;

use crate::{complaints, tables, variables};

#[test]
fn notes_a_variable_of_a_removed_key_with_the_reason() {
    let mut sources = ConfigSources::new(tables());
    sources.add_environment(variables(&[("CONSONANCE_FAST_PATH_ALLOW_PLAIN", "true")]));
    let notes = sources.load().unwrap().notes;
    let expected = "CONSONANCE_FAST_PATH_ALLOW_PLAIN is no longer a setting: voice is always encrypted";
    assert!(matches!(&notes[..], [note] if note.starts_with(expected)), "{notes:?}");
}

#[test]
fn rejects_a_key_of_an_earlier_version_with_its_present_name() {
    for (file, complaint) in [
        (
            "[watching]\ninspector_port = 7779",
            "voice.toml:2: the key watching.inspector_port is now diagnostics.inspector_port",
        ),
        ("[ending]\ndrain_s = 5\n", "voice.toml:2: the key ending.drain_s is now shutdown.drain_s"),
        ("[ending]\nonward = 'x'\n", "voice.toml:2: the key ending.onward is now shutdown.redirect"),
        ("[web]\nkey_file = 'k'", "voice.toml:2: the key web.key_file is now web.private_key_file"),
        ("[[access]]\nroom = 'vip'\nneeds = ['gold']", "voice.toml:3: access: the key needs is now tokens"),
        (
            "[[listen]]\nnetwork = 'sidecar'\naddress = '127.0.0.1:5'\nstrangers_max = 5",
            "voice.toml:4: listen: the key strangers_max is now handshakes_max",
        ),
    ] {
        assert_eq!(complaints(file), [complaint], "{file}");
    }
    let mut sources = ConfigSources::new(tables());
    sources.add_environment(variables(&[
        ("CONSONANCE_OVERLOAD_SHED", "false"),
        ("CONSONANCE_WATCHING_MONITOR_CHANNELS", "true"),
    ]));
    let error = sources.load().unwrap_err().to_string();
    let expected = "CONSONANCE_OVERLOAD_SHED: this variable is now CONSONANCE_OVERLOAD_ENABLED\n\
                    CONSONANCE_WATCHING_MONITOR_CHANNELS: this variable is now CONSONANCE_DIAGNOSTICS_MONITOR_CHANNELS";
    assert_eq!(error, expected);
}

#[test]
fn the_changelog_lists_the_renamed_keys_that_the_server_reports() {
    let changelog = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../CHANGELOG.md");
    let changelog = std::fs::read_to_string(changelog).unwrap();
    let keys = changelog.split("\n#### ").find(|section| section.starts_with("Configuration keys\n"));
    let rows = keys
        .expect("a section with renamed keys")
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.strip_suffix("` |")?.split_once("` | `"));
    let mut count = 0;
    for (old, new) in rows.filter(|(old, _)| old.contains('.') && !old.contains([' ', '/'])) {
        // A date is wrong for every key.
        let complaint = |path: &str| {
            let (table, key) = path.rsplit_once('.').unwrap();
            let head =
                if table == "access" { "[[access]]\nroom = 'r'".to_owned() } else { format!("[{table}]") };
            complaints(&format!("{head}\n{key} = 2026-01-01")).remove(0)
        };
        let named = new.strip_prefix("access.").unwrap_or(new);
        assert!(complaint(old).ends_with(&format!("is now {named}")), "{old}: {}", complaint(old));
        assert!(complaint(new).contains("expected "), "{new}: {}", complaint(new));
        count += 1;
    }
    assert!(count > 35, "{count}");
}

#[test]
fn reads_a_key_of_0_2_as_the_present_one_and_says_so() {
    let listener = "[[listen]]\nnetwork = 'mirror-kcp'\naddress = '127.0.0.1:5'\n";
    let mut sources = ConfigSources::new(tables());
    sources.add_file(Path::new("voice.toml"), &format!("{listener}silence_timeout_s = 30\n"));
    let loaded = sources.load().unwrap();
    let mut present = ConfigSources::new(tables());
    present.add_file(Path::new("voice.toml"), &format!("{listener}idle_timeout_s = 30\n"));
    assert_eq!(loaded.config, present.load().unwrap().config);
    let note = "listen: the key silence_timeout_s is now idle_timeout_s; the old name still works";
    assert!(loaded.notes.iter().any(|line| line == note), "{:?}", loaded.notes);
    let both = format!("{listener}silence_timeout_s = 30\nidle_timeout_s = 30\n");
    let refused = "voice.toml:4: listen: the key silence_timeout_s is now idle_timeout_s";
    assert_eq!(complaints(&both), [refused]);
}
