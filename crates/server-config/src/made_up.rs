//! A setting is declared once: a made-up crate's struct is composed, read, printed, documented and reloaded.

use std::path::Path;
use std::sync::LazyLock;

use consonance_link::listener::{IpProtocol, ListenerKeys, NetworkSettings, NetworkTable};
use consonance_settings::settings;
use serde_json::Value as Json;

use crate::declared::Declared;
use crate::listening::{NetworkKeys, NetworkTables};
use crate::reference::{file_of, keys_of};
use crate::schema::{Section, schema_of, sections_of, settings_in};
use crate::sources::ConfigSources;
use crate::table::table;
use crate::written::written;

// What stands in the crate that uses the settings.
settings! {
    /// How a queue waits.
    #[derive(Debug, PartialEq)]
    struct QueueSettings {
        /// Messages at once. Further ones
        /// are dropped.
        ///
        /// Only programmers read this.
        pub messages_max: usize = 64, 1..=4096;
        /// How long a message may wait.
        pub patience: std::time::Duration as patience_s = std::time::Duration::from_secs(5), 0.1..=60;
        /// The room for what is dropped.
        #[example("lost")]
        pub lost_room: Option<String> = None;
        /// No operator sets it.
        pub spare: u8 as _ = 7;
        /// How often a queue is looked at.
        pub rounds: u32 as rare.rounds = 3, 1..=9;
    }
}

settings! {
    /// A store of others.
    #[derive(Debug, PartialEq)]
    struct StoreSettings {
        /// Its size.
        pub size: u32 = 5, 1..=9;
        /// Whether it is open.
        pub is_open: bool as open = true;
    }
}

// What stands here: where the table is, and whether a reload applies it.
table! {
    /// A made-up file.
    struct MadeUpFile {
        /// How messages wait.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<QueueSettings>", extend("x-reload" = true))]
        pub queue: QueueSettings = QueueSettings::default();
        /// Where messages wait.
        pub store: StoreTable = StoreTable::default();
        /// Stores of others.
        pub others: Vec<OtherStore> = Vec::new();
    }
}

table! {
    /// A table with keys of its own around those of the made-up crate.
    struct StoreTable {
        /// Before all others.
        pub first: bool = false;
        /// What a queue needs.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<QueueSettings>", extend("x-flat" = true))]
        pub queue: QueueSettings = QueueSettings::default();
        /// Between those of the queue.
        #[schemars(extend("x-after" = "messages_max"))]
        pub between: bool = false;
        /// After all others.
        pub last: bool = false;
        /// What few need.
        pub rare: RareTable = RareTable::default();
    }
}

table! {
    /// A table with keys of its own after those of the made-up crate.
    struct RareTable {
        /// A key of its own.
        pub own: bool = false;
    }
}

table! {
    /// An item of a list, with the keys of the made-up crate.
    struct OtherStore {
        /// What a queue needs.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<StoreSettings>", extend("x-flat" = true))]
        pub settings: StoreSettings = StoreSettings::default();
        /// A key of its own.
        pub name: String = String::new();
    }
}

settings! {
    /// The keys of a made-up network's listeners.
    #[derive(Debug, PartialEq)]
    struct MadeUpKeys {
        /// The keys of the network's own settings.
        pub store: StoreSettings as .. = StoreSettings::default();
        /// A key of its own.
        pub own: bool = false;
    }
}

impl NetworkSettings for MadeUpKeys {}

static NETWORK: NetworkTable = NetworkTable {
    name: "made-up",
    about: "Nothing.",
    ip_protocol: IpProtocol::Tcp,
    names_sessions: false,
    keys: ListenerKeys::of::<MadeUpKeys>,
    without_upstream: &[],
    with_upstream: None,
};

static NETWORKS: NetworkTables = &[&NETWORK];

static SCHEMA: LazyLock<Json> = LazyLock::new(schema_of::<MadeUpFile>);
static SECTIONS: LazyLock<Vec<Section>> = LazyLock::new(|| sections_of(&SCHEMA));

/// The configuration of a file, or its mistakes.
fn read(text: &str, variables: &[(&str, &str)]) -> Result<MadeUpFile, Vec<String>> {
    let mut sources = ConfigSources::of_sections(&SECTIONS, &[]);
    sources.add_file(Path::new("made-up.toml"), text);
    sources.add_environment(variables.iter().map(|(name, text)| ((*name).into(), (*text).into())));
    let mut config = serde_json::to_value(MadeUpFile::default()).map_err(|error| vec![error.to_string()])?;
    let problems = sources.read_into(&mut config).problems;
    if problems.is_empty() {
        serde_json::from_value(config).map_err(|error| vec![error.to_string()])
    } else {
        Err(problems.iter().map(ToString::to_string).collect())
    }
}

#[test]
fn a_declared_setting_is_read_from_files_and_variables() {
    let file = "[queue]\npatience_s = 0.5\n[store]\nmessages_max = 5\nbetween = true\nlost_room = 'a'\n\
                [store.rare]\nrounds = 4\nown = true\n[[others]]\nname = 'b'\nsize = 6";
    let config = read(file, &[("CONSONANCE_QUEUE_MESSAGES_MAX", "9")]);
    let mut expected = MadeUpFile::default();
    expected.queue.patience = std::time::Duration::from_millis(500);
    expected.queue.messages_max = 9;
    expected.store.queue.messages_max = 5;
    expected.store.queue.lost_room = Some("a".into());
    expected.store.between = true;
    (expected.store.queue.rounds, expected.store.rare.own) = (4, true);
    let settings = StoreSettings { size: 6, ..StoreSettings::default() };
    expected.others.push(OtherStore { settings, name: "b".into() });
    assert_eq!(config, Ok(expected));
}

#[test]
fn a_wrong_value_of_a_declared_setting_is_refused_with_its_line_and_range() {
    for (file, complaint) in [
        (
            "[queue]\nmessages_max = 0",
            "made-up.toml:2: queue.messages_max: expected a whole number from 1 to 4096, not 0",
        ),
        (
            "[queue]\npatience_s = 61",
            "made-up.toml:2: queue.patience_s: expected a number of seconds from 0.1 to 60, not 61",
        ),
        ("[store]\nlost_room = 5", "made-up.toml:2: store.lost_room: expected a string, not 5"),
        ("[store]\nspare = 5", "made-up.toml:2: unknown key store.spare"),
        (
            "[store]\nmessage_max = 5",
            "made-up.toml:2: unknown key store.message_max; did you mean store.messages_max?",
        ),
        (
            "[store.queue]\nlast = true",
            "made-up.toml:2: unknown key store.queue.last; did you mean store.last?",
        ),
        (
            "[store.rare]\nrounds = 0",
            "made-up.toml:2: store.rare.rounds: expected a whole number from 1 to 9, not 0",
        ),
        ("[[others]]\nsize = 0", "made-up.toml:2: others: size: expected a whole number from 1 to 9, not 0"),
        ("[[others]]\nsizes = 5", "made-up.toml:2: others: unknown key sizes here; did you mean size?"),
    ] {
        assert_eq!(read(file, &[]), Err(vec![complaint.to_owned()]), "{file}");
    }
}

#[test]
fn declared_settings_are_printed_with_their_defaults_and_documentation() {
    let file = file_of(&SECTIONS);
    let (_, tables) = file.split_once("\n[queue]").unwrap_or_default();
    let expected = "\n\n# Messages at once. Further ones are dropped.\nmessages_max = 64\n\n\
        # How long a message may wait.\npatience_s = 5\n\n\
        # The room for what is dropped.\n# lost_room = \"lost\"\n";
    assert!(tables.starts_with(expected), "{tables}");
    let keys = |section: usize| SECTIONS[section].keys.iter().map(|key| &*key.path).collect::<Vec<_>>();
    let expected = ["first", "messages_max", "between", "patience_s", "lost_room", "last"];
    assert_eq!(keys(3), expected.map(|key| format!("store.{key}")));
    assert_eq!(keys(4), ["store.rare.rounds", "store.rare.own"]);
}

#[test]
fn declared_settings_are_documented_with_their_ranges_and_whether_a_reload_applies_them() {
    let expected = "How messages wait.\nAll keys are reloadable.\n\n| key | default | |\n|---|---|---|\n\
        | `messages_max` | `64` (1–4096) | Messages at once. Further ones are dropped. |\n\
        | `patience_s` | `5` (0.1–60) | How long a message may wait. |\n\
        | `lost_room` | e.g. `\"lost\"` | The room for what is dropped. |\n";
    assert_eq!(keys_of(&SECTIONS[1]), expected);
    assert!(SECTIONS[2].keys.iter().all(|key| key.is_reloadable), "{:?}", SECTIONS[2]);
    let others = SECTIONS[3..].iter().flat_map(|section| &section.keys);
    assert!(!others.clone().any(|key| key.is_reloadable), "the table around it decides");
}

#[test]
fn a_reload_applies_a_declared_setting_where_the_table_around_it_says_so() {
    let json = |file| serde_json::to_value(read(file, &[]).unwrap_or_default()).unwrap_or_default();
    let (old, new) = (json(""), json("[queue]\nmessages_max = 9\n[store]\nmessages_max = 9"));
    let changed = settings_in(&SECTIONS).filter(|key| key.value_in(&new) != key.value_in(&old));
    let changed: Vec<_> = changed.map(|key| (&*key.path, key.is_reloadable)).collect();
    assert_eq!(changed, [("queue.messages_max", true), ("store.messages_max", false)]);
}

#[test]
fn a_network_declares_the_keys_of_its_listeners() {
    let listeners = |keys: &str| {
        let mut sources = ConfigSources::new(NETWORKS);
        let file = format!("[[listen]]\nnetwork = 'made-up'\naddress = '127.0.0.1:1'\n{keys}");
        sources.add_file(Path::new("made-up.toml"), &file);
        sources.load().map(|loaded| loaded.config.listen.others).map_err(|error| error.to_string())
    };
    let valid = listeners("size = 6\nown = true").unwrap();
    let [listener] = &valid[..] else { panic!("there is one: {valid:?}") };
    let store = StoreSettings { size: 6, ..StoreSettings::default() };
    assert_eq!(listener.keys.get(), Some(&MadeUpKeys { store, own: true }));
    assert_eq!((listener.value("size"), listener.value("open")), (6.into(), true.into()));
    let keys = NetworkKeys::of(&NETWORK);
    let keys: Vec<_> = keys.own().map(|(key, _)| key).collect();
    assert_eq!(keys, ["size", "open", "own"]);
    let error = listeners("size = 0").unwrap_err();
    assert!(error.contains("size: expected a whole number from 1 to 9, not 0"), "{error}");
}

#[test]
fn an_item_with_declared_settings_is_written_as_in_a_file() {
    let Ok(config) = read("[[others]]\nname = 'b'\nopen = false\nsize = 5", &[]) else {
        panic!("it is valid");
    };
    let config = serde_json::to_value(config).unwrap_or_default();
    let others = SECTIONS[0].keys.iter().find(|key| key.path == "others");
    let text = others.and_then(|key| written(key.schema, key.value_in(&config)));
    assert_eq!(text.as_deref(), Some("[{ open = false, name = \"b\" }]"));
}
