//! The schema as text: the file with all defaults, and the reference page.

use std::fmt::Write as _;

use consonance_link::listener::NetworkTable;
use serde_json::Value as Json;

use crate::check::allowed;
use crate::file_schema::SECTIONS;
use crate::listening::{COMMON_KEYS, NetworkKeys, NetworkTables, PROXY_KEYS};
use crate::schema::{Kind, Section, Setting, about, kind, properties};
use crate::written::{written, written_example};

/// A file with all defaults and a comment for each key. Keys without a value are commented out.
pub fn default_file() -> String {
    file_of(&SECTIONS)
}

/// Such a file with these tables.
pub(super) fn file_of(sections: &[Section]) -> String {
    let mut file = String::from(
        "#:schema ./consonance.schema.json\n\
         # The defaults of a Consonance server; every key is optional.\n\
         # Reference: docs/configuration.md\n",
    );
    for Section { path, about: about_section, keys } in sections {
        if !path.is_empty() {
            let _ = write!(file, "\n{}[{path}]\n", comment(about_section));
        }
        for key in keys {
            let line = match default_and_example(key.schema) {
                (Some(value), None) => format!("{} = {value}", key.name()),
                (_, example) => format!("# {} = {}", key.name(), example.unwrap_or_default()),
            };
            let _ = write!(file, "\n{}{line}\n", comment(about(key.schema)));
        }
    }
    file
}

/// The page `docs/configuration.md`.
pub fn reference_page(networks: NetworkTables) -> String {
    let mut page = String::from(INTRODUCTION);
    for section in &*SECTIONS {
        let heading = match &*section.path {
            "" => "Top of the file".to_owned(),
            path => format!("`[{path}]`"),
        };
        let _ = write!(page, "\n## {heading}\n\n{}", keys_of(section));
    }
    page.push_str(&listeners(networks));
    page
}

const INTRODUCTION: &str = include_str!("reference/introduction.txt");

/// What a section is about, which of its keys a reload applies, and the table of its keys.
pub(super) fn keys_of(section: &Section) -> String {
    let reloadable: Vec<_> = section.keys.iter().filter(|key| key.is_reloadable).map(Setting::name).collect();
    let reloads = match reloadable.len() {
        0 => String::new(),
        all if all == section.keys.len() => "All keys are reloadable.".to_owned(),
        _ => format!("Reloadable: `{}`.", reloadable.join("`, `")),
    };
    let paragraph = [&*one_sentence_per_line(section.about), &reloads].join("\n");
    let mut text = format!("{}\n\n{TABLE_HEAD}", paragraph.trim());
    text.extend(section.keys.iter().map(|key| row(key.name(), key.schema, "")));
    text
}

const TABLE_HEAD: &str = "| key | default | |\n|---|---|---|\n";

/// The networks of listeners, and the keys of each.
fn listeners(networks: NetworkTables) -> String {
    let mut part = String::from(LISTENERS);
    let all: Vec<_> = networks.iter().map(|network| NetworkKeys::of(network)).collect();
    let shared = shared_keys(&all);
    part.push_str(&listener_table(&shared));
    part.push_str(PROXIES);
    let names: Vec<_> = networks.iter().filter(|it| it.has_proxy()).map(|it| it.name).collect();
    let _ = writeln!(part, "Networks with a proxy: `{}`.", names.join("`, `"));
    let keys = properties(&PROXY_KEYS).map(|(name, schema)| ListenerKey { name, schema, where_it_holds: "" });
    part.push_str(&listener_table(&keys.collect::<Vec<_>>()));
    for keys in &all {
        let NetworkTable { name, about, .. } = keys.network;
        let about = one_sentence_per_line(about.trim());
        let _ = write!(part, "\n### `network = \"{name}\"`\n\n{about}\n");
        let keys: Vec<_> = own_keys(keys).collect();
        let names: Vec<_> = shared.iter().filter(|key| keys.contains(key)).map(|key| key.name).collect();
        if !names.is_empty() {
            let _ = writeln!(part, "[Shared keys](#keys-of-several-networks): `{}`.", names.join("`, `"));
        }
        let own: Vec<_> = keys.into_iter().filter(|key| !shared.contains(key)).collect();
        part.push_str(&listener_table(&own));
    }
    part
}

const LISTENERS: &str = include_str!("reference/listeners.txt");

const PROXIES: &str = include_str!("reference/proxies.txt");

/// A key of a network's listeners, with a sentence on where it holds.
#[derive(Clone, Copy, PartialEq)]
struct ListenerKey<'k> {
    name: &'k str,
    schema: &'k Json,
    where_it_holds: &'static str,
}

/// The keys of a network besides those of all networks and of all proxies.
fn own_keys(keys: &NetworkKeys) -> impl Iterator<Item = ListenerKey<'_>> {
    let NetworkTable { with_upstream, without_upstream, .. } = keys.network;
    let key = move |(name, schema)| {
        let where_it_holds = match with_upstream {
            _ if without_upstream.contains(&name) => " Not with `upstream`.",
            Some(keys) if keys.contains(&name) => " Only with `upstream`.",
            _ => "",
        };
        ListenerKey { name, schema, where_it_holds }
    };
    keys.own().map(key)
}

/// The keys of all networks, and those that two or more networks have.
fn shared_keys(networks: &[NetworkKeys]) -> Vec<ListenerKey<'_>> {
    let of_all = properties(&COMMON_KEYS).filter(|(name, _)| *name != "address");
    let mut shared: Vec<_> =
        of_all.map(|(name, schema)| ListenerKey { name, schema, where_it_holds: "" }).collect();
    for key in networks.iter().flat_map(own_keys) {
        let has_it = |network: &&NetworkKeys| own_keys(network).any(|own| own == key);
        if networks.iter().filter(has_it).count() > 1 && !shared.contains(&key) {
            shared.push(key);
        }
    }
    shared
}

/// Empty if there are no keys.
fn listener_table(keys: &[ListenerKey<'_>]) -> String {
    if keys.is_empty() {
        return String::new();
    }
    let rows =
        keys.iter().map(|ListenerKey { name, schema, where_it_holds }| row(name, schema, where_it_holds));
    format!("\n{TABLE_HEAD}{}", rows.collect::<String>())
}

fn row(name: &str, schema: &Json, more: &str) -> String {
    let value = match default_and_example(schema) {
        (Some(value), None) => format!("`{value}`"),
        (_, example) => format!("e.g. `{}`", example.unwrap_or_default()),
    };
    format!("| `{name}` | {value}{} | {}{more} |\n", in_short(&kind(schema), name), about(schema))
}

/// The allowed values of a key in brackets, where its default or example does not show them.
fn in_short(kind: &Kind, name: &str) -> String {
    match kind {
        Kind::Whole(range) => format!(" ({}–{})", range.start(), range.end()),
        Kind::Decimal(range) => format!(" ({}–{})", range.start(), range.end()),
        Kind::Choice(_) => format!(" ({})", allowed(kind, name)),
        _ => String::new(),
    }
}

/// In the syntax of the file.
fn default_and_example(schema: &Json) -> (Option<String>, Option<String>) {
    (written(schema, &schema["default"]), written_example(schema, &schema["examples"][0]))
}

/// Wrapped to [`COMMENT_COLUMNS`].
fn comment(text: &str) -> String {
    let mut lines = vec![String::from("#")];
    for word in text.split(' ') {
        let line = lines.last_mut().filter(|line| line.len() + word.len() < COMMENT_COLUMNS);
        match line {
            Some(line) => line.extend([" ", word]),
            None => lines.push(format!("# {word}")),
        }
    }
    lines.into_iter().map(|line| line + "\n").collect()
}

const COMMENT_COLUMNS: usize = 100;

fn one_sentence_per_line(text: &str) -> String {
    text.replace(". ", ".\n")
}
