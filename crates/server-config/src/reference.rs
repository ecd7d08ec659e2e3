//! The schema as text: the file with all defaults, and the reference page.

use std::fmt::Write as _;

use serde_json::Value as Json;

use crate::check::allowed;
use crate::listening::{COMMON_KEYS, NETWORKS, NetworkRow, SPLICE_KEYS, last, schema_of};
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

const INTRODUCTION: &str = "\
# Configuration of a server

<!-- Generated from the structs in crates/server-config/src: `UPDATE_DOCS=1 cargo test -p consonance-server-config --test config` writes it. -->

`consonance serve --config voice.toml` reads its settings from a [TOML](https://toml.io) file.
Every key may be left out.
A key that does not exist is an error that names the line and the key that was probably meant.

* **Arguments override the environment, and that overrides the file**, key by key.
  `consonance serve --help` lists the arguments.
  Those about rooms (`--needs`, `--proximity`, …) take precedence over the file's rules; a rule for the same room is changed.
* **Each key has an environment variable**: `CONSONANCE_`, then section and key in capital letters with `_` between them, for example `CONSONANCE_LIMITS_LINKS=100`.
  The value is written as in the file; a string needs no quotes, and a single string is a list of one.
  A variable whose name is nearly a key's is reported and ignored.
* **Units are in the names**: `_s` are seconds, fractions allowed, `_bytes` bytes, `_m` metres.
* **Paths** in the file are relative to its folder.
* `consonance serve --check` prints what would run, or everything that is wrong, and exits with 0 or 1; it opens no port.
* `consonance serve --print-config` prints the file with all defaults.
* `consonance serve --print-schema` prints the JSON Schema of the file, with which [editors complete and check it](guide/running-a-server.md#edit-the-file).

A running server that was started with `--config` **reads everything again when it gets the signal HUP** (`systemctl reload consonance`, `kill -HUP`).
No player is disconnected; a player who may no longer listen to a room is taken out of it.
The server prints which keys it has applied, and which ones wait for the next start.
A file with a mistake changes nothing.
A server without `--config` shuts down in order on this signal, as when its terminal is closed.
Certificates are also read again when their files change.
With a new certificate the fingerprint in the addresses changes; players who are online stay, and players who have only the old address need the new one, which is printed.

`packaging/` in the repository has a unit for systemd and a Containerfile.
[limits.md](limits.md) lists what each limit does when it is exceeded, and where that is counted.
";

/// Which networks a listener may be for, and which keys each has.
fn listeners() -> String {
    let mut part = String::from(LISTENERS);
    let listener_table = |row, keys: &[&str]| {
        let head = "\n| key | default | allowed | |\n|---|---|---|---|\n".to_owned();
        keys.iter().fold(head, |table, path| table + &listener_row(row, path, ""))
    };
    // What several networks have is alike in all of them.
    let of_any = NETWORKS.iter().find(|row| row.splice.is_some());
    part.extend(of_any.map(|row| listener_table(row, COMMON_KEYS)));
    part.push_str(SPLICES);
    let spliced: Vec<_> = NETWORKS.iter().filter(|row| row.splice.is_some()).map(|row| row.name).collect();
    let _ = writeln!(part, "These networks have it, with the keys below: `{}`.", spliced.join("`, `"));
    part.extend(of_any.map(|row| listener_table(row, SPLICE_KEYS)));
    for row in NETWORKS {
        let NetworkRow { name, about, keys, server_keys, splice, .. } = row;
        let _ = write!(part, "\n### `network = \"{name}\"`\n\n{}\n", one_sentence_per_line(about.trim()));
        part.push_str(&listener_table(row, keys));
        part.extend(server_keys.iter().map(|path| listener_row(row, path, " Not with `upstream`.")));
        let splice = splice.iter().copied().flatten();
        part.extend(splice.map(|path| listener_row(row, path, " Only with `upstream`.")));
    }
    part
}

const LISTENERS: &str = "
## `[[listen]]`

Listeners for other networks than QUIC: each is a table, and all of them replace `listen`, with those for QUIC among them.

```toml
[[listen]]
network = \"quic\"
address = \"[::]:7777\"

[[listen]]
network = \"sidecar\"
address = \"127.0.0.1:7790\"
session = \"main\"
```

* Every table has `network` and `address`, and the keys below; `quic` has nothing else, since `[quic]` is for all its listeners.
* `--listen` and `CONSONANCE_LISTEN` replace all of them.
  The variable may hold tables, too: `CONSONANCE_LISTEN='[\"[::]:7777\", { network = \"sidecar\", address = \"127.0.0.1:7790\" }]'`.
* No key of a listener is reloadable: a reload says so, and the next start applies it.
* Clients of games show neither join tokens nor passwords.
  Where [`[joining]`](#joining) requires one, no client is admitted over such a listener, and `--check` says so.
* None of these networks is encrypted, except the voice of `webrtc-network` and what Steam encrypts; the server warns at the start if other machines reach the address.
";

const SPLICES: &str = "
### In front of a game's own server

A listener with `upstream` is a splice: clients of the game connect to it, everything is passed to the game's server and back, and voice goes to the session; [splice.md](splice.md) says more.
A server may have several, next to listeners of any other kind:

```toml
[[listen]]
network = \"mirror-kcp\"
address = \"0.0.0.0:7777\"
upstream = \"127.0.0.1:7778\"
```

";

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
