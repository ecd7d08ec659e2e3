//! The schema as text: the file with all defaults, and the reference page.

use std::fmt::Write as _;

use serde_json::Value as Json;

use crate::check::allowed;
use crate::listening::{COMMON_KEYS, NETWORKS, NetworkRow, PROXY_KEYS, last, schema_of};
use crate::schema::{Kind, SECTIONS, Section, about, kind};
use crate::written::{written, written_example};

/// A file with all defaults and a comment for each key. Keys without a value are commented out.
pub fn default_file() -> String {
    let mut file = String::from(
        "#:schema ./consonance.schema.json\n\
         # The defaults of a Consonance server; every key is optional.\n\
         # Reference: docs/configuration.md\n",
    );
    for Section { path, about: about_section, keys } in &*SECTIONS {
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
pub fn reference_page() -> String {
    let mut page = String::from(INTRODUCTION);
    for section in &*SECTIONS {
        let heading = match &*section.path {
            "" => "Top of the file".to_owned(),
            path => format!("`[{path}]`"),
        };
        let _ = write!(page, "\n## {heading}\n\n{}", keys_of(section));
    }
    page.push_str(&listeners());
    page
}

const INTRODUCTION: &str = include_str!("reference/introduction.txt");

/// What a section is about, and the table of its keys, with a column on reloads only where the keys differ.
fn keys_of(section: &Section) -> String {
    let (sentence, title, rule) = match section.keys.iter().filter(|key| key.is_reloadable).count() {
        0 => ("No key is reloadable.", "", ""),
        all if all == section.keys.len() => ("All keys are reloadable.", "", ""),
        _ => ("", " reloadable |", "---|"),
    };
    let paragraph = [&one_sentence_per_line(section.about), sentence].map(str::trim).join("\n");
    let mut text = paragraph.trim().to_owned();
    if !text.is_empty() {
        text.push_str("\n\n");
    }
    let _ = write!(text, "| key | default | allowed |{title} |\n|---|---|---|{rule}---|\n");
    for key in &section.keys {
        let reloadable = match (title, key.is_reloadable) {
            ("", _) => "",
            (_, true) => " yes |",
            (_, false) => " no |",
        };
        text.push_str(&row(key.name(), key.schema, reloadable, ""));
    }
    text
}

/// The networks of listeners, and the keys of each.
fn listeners() -> String {
    let mut part = String::from(LISTENERS);
    let shared = shared_keys();
    part.push_str(&listener_table(&shared));
    part.push_str(PROXIES);
    let proxied: Vec<_> = NETWORKS.iter().filter(|row| row.proxy.is_some()).collect();
    let names: Vec<_> = proxied.iter().map(|row| row.name).collect();
    let _ = writeln!(part, "Networks with a proxy: `{}`.", names.join("`, `"));
    let keys = proxied.first().map(|row| PROXY_KEYS.iter().map(move |path| ListenerKey::new(row, path, "")));
    part.push_str(&listener_table(&keys.into_iter().flatten().collect::<Vec<_>>()));
    for network in NETWORKS {
        let about = one_sentence_per_line(network.about.trim());
        let _ = write!(part, "\n### `network = \"{}\"`\n\n{about}\n", network.name);
        let is_shared = |key: &ListenerKey| shared.iter().any(|shared| shared.path == key.path);
        let (shared, own): (Vec<_>, Vec<_>) = own_keys(network).partition(is_shared);
        let names: Vec<_> = shared.iter().map(|key| last(key.path)).collect();
        if !names.is_empty() {
            let _ = writeln!(part, "[Shared keys](#keys-of-several-networks): `{}`.", names.join("`, `"));
        }
        part.push_str(&listener_table(&own));
    }
    part
}

const LISTENERS: &str = include_str!("reference/listeners.txt");

const PROXIES: &str = include_str!("reference/proxies.txt");

/// A key of a network's listeners, with a sentence on where it holds.
#[derive(Clone, Copy)]
struct ListenerKey {
    network: &'static NetworkRow,
    path: &'static str,
    where_it_holds: &'static str,
}

impl ListenerKey {
    fn new(network: &'static NetworkRow, path: &'static str, where_it_holds: &'static str) -> Self {
        Self { network, path, where_it_holds }
    }
}

/// The keys of a network besides those of all networks and of all proxies.
fn own_keys(network: &'static NetworkRow) -> impl Iterator<Item = ListenerKey> {
    let keys = move |paths: &'static [&'static str], where_it_holds| {
        paths.iter().map(move |path| ListenerKey::new(network, path, where_it_holds))
    };
    keys(network.keys, "")
        .chain(keys(network.server_keys, " Not with `upstream`."))
        .chain(keys(network.proxy.unwrap_or_default(), " Only with `upstream`."))
}

/// The keys of all networks, and those that two or more networks have.
fn shared_keys() -> Vec<ListenerKey> {
    let of_all = NETWORKS.first().into_iter();
    let mut shared: Vec<_> =
        of_all.flat_map(|row| COMMON_KEYS.iter().map(move |path| ListenerKey::new(row, path, ""))).collect();
    for key in NETWORKS.iter().flat_map(own_keys) {
        let networks = NETWORKS.iter().filter(|row| own_keys(row).any(|own| own.path == key.path));
        if networks.count() > 1 && !shared.iter().any(|known| known.path == key.path) {
            shared.push(key);
        }
    }
    shared
}

/// Empty if there are no keys.
fn listener_table(keys: &[ListenerKey]) -> String {
    if keys.is_empty() {
        return String::new();
    }
    let head = "\n| key | default | allowed | |\n|---|---|---|---|\n".to_owned();
    keys.iter().fold(head, |table, ListenerKey { network, path, where_it_holds }| {
        table + &row(last(path), schema_of(network, path), "", where_it_holds)
    })
}

fn row(name: &str, schema: &Json, reloadable: &str, more: &str) -> String {
    let value = match default_and_example(schema) {
        (Some(value), None) => format!("`{value}`"),
        (_, example) => format!("none, e.g. `{}`", example.unwrap_or_default()),
    };
    format!(
        "| `{name}` | {value} | {} |{reloadable} {}{more} |\n",
        in_short(&kind(schema), name),
        about(schema)
    )
}

/// The allowed values of a key, shortened for a table.
fn in_short(kind: &Kind, name: &str) -> String {
    match kind {
        Kind::Whole { least, most } => format!("{least}–{most}"),
        Kind::Decimal { least, most } => {
            let unit = ["_s", "_m"].into_iter().find(|unit| name.ends_with(unit)).unwrap_or_default();
            format!("{least}–{most}{}", unit.replace('_', " "))
        }
        Kind::Flag => "boolean".into(),
        Kind::Listeners => "addresses with ports, or tables".into(),
        kind => {
            let allowed = allowed(kind, name);
            let short = allowed.strip_prefix("a list of ").or_else(|| allowed.strip_prefix("a "));
            short.or_else(|| allowed.strip_prefix("an ")).unwrap_or(&allowed).to_owned()
        }
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
