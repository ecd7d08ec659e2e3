//! The schema as text: the file with all defaults, and the reference page.

use std::fmt::Write as _;

use serde_json::Value as Json;

use crate::check::allowed;
use crate::listening::{COMMON_KEYS, NETWORKS, NetworkRow, PROXY_KEYS, last, schema_of};
use crate::schema::{SECTIONS, Section, about, kind};
use crate::written::{written, written_example};

/// A file with all defaults and a comment for each key. Keys without a value are commented out.
pub fn default_file() -> String {
    let mut file = String::from(
        "#:schema ./consonance.schema.json\n\
         # The defaults of a Consonance server; each key may be left out.\n\
         # docs/configuration.md says the same as a page.\n",
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
    for Section { path, about, keys } in &*SECTIONS {
        let heading =
            if path.is_empty() { "At the top of the file".to_owned() } else { format!("`[{path}]`") };
        let _ = write!(page, "\n## {heading}\n");
        if !about.is_empty() {
            let _ = write!(page, "\n{}\n", one_sentence_per_line(about));
        }
        page.push_str("\n| key | default | allowed | reloadable | |\n|---|---|---|---|---|\n");
        for key in keys {
            let reloadable = if key.is_reloadable { " yes |" } else { " no |" };
            page.push_str(&row(key.name(), key.schema, reloadable, ""));
        }
    }
    page.push_str(&listeners());
    let _ = write!(
        page,
        "\n## The whole file\n\n`consonance serve --print-config` prints it.\n\n```toml\n{}```\n",
        default_file()
    );
    page
}

const INTRODUCTION: &str = include_str!("reference/introduction.txt");

/// Which networks a listener may be for, and which keys each has.
fn listeners() -> String {
    let mut part = String::from(LISTENERS);
    let listener_table = |row, keys: &[&str]| {
        let head = "\n| key | default | allowed | |\n|---|---|---|---|\n".to_owned();
        keys.iter().fold(head, |table, path| table + &listener_row(row, path, ""))
    };
    // What several networks have is alike in all of them.
    let of_any = NETWORKS.iter().find(|row| row.proxy.is_some());
    part.extend(of_any.map(|row| listener_table(row, COMMON_KEYS)));
    part.push_str(PROXIES);
    let proxied: Vec<_> = NETWORKS.iter().filter(|row| row.proxy.is_some()).map(|row| row.name).collect();
    let _ = writeln!(part, "These networks have it, with the keys below: `{}`.", proxied.join("`, `"));
    part.extend(of_any.map(|row| listener_table(row, PROXY_KEYS)));
    for row in NETWORKS {
        let NetworkRow { name, about, keys, server_keys, proxy, .. } = row;
        let _ = write!(part, "\n### `network = \"{name}\"`\n\n{}\n", one_sentence_per_line(about.trim()));
        part.push_str(&listener_table(row, keys));
        part.extend(server_keys.iter().map(|path| listener_row(row, path, " Not with `upstream`.")));
        let proxy = proxy.iter().copied().flatten();
        part.extend(proxy.map(|path| listener_row(row, path, " Only with `upstream`.")));
    }
    part
}

const LISTENERS: &str = include_str!("reference/listeners.txt");

const PROXIES: &str = include_str!("reference/proxies.txt");

fn listener_row(network: &NetworkRow, path: &str, more: &str) -> String {
    row(last(path), schema_of(network, path), "", more)
}

fn row(name: &str, schema: &Json, reloadable: &str, more: &str) -> String {
    let value = match default_and_example(schema) {
        (Some(value), None) => format!("`{value}`"),
        (_, example) => format!("none; for example `{}`", example.unwrap_or_default()),
    };
    format!(
        "| `{name}` | {value} | {} |{reloadable} {}{more} |\n",
        allowed(&kind(schema), name),
        about(schema)
    )
}

/// As a file has them.
fn default_and_example(schema: &Json) -> (Option<String>, Option<String>) {
    (written(schema, &schema["default"]), written_example(schema, &schema["examples"][0]))
}

/// In lines of a readable length.
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
