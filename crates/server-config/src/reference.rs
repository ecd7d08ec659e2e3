//! The table of keys for people: the file with all defaults, and the page of documentation.

use std::fmt::Write as _;

use crate::Config;
use crate::keys::{KEYS, Key, SECTIONS, Takes};
use crate::listening::{COMMON_KEYS, ListenerConfig, NETWORKS, NetworkRow, SPLICE_KEYS};

/// A file that says what holds without a file, with a comment for each key. Keys without a value are commented out.
pub fn default_file() -> String {
    let mut file = String::from(
        "# What a Consonance server does when it is told nothing; each key may be left out.\n\
         # docs/configuration.md says the same as a page.\n",
    );
    for (section, about) in SECTIONS {
        if !section.is_empty() {
            let _ = write!(file, "\n{}[{section}]\n", comment(about));
        }
        for key in keys_of(section) {
            let _ = write!(file, "\n{}{}\n", comment(key.about), line_of(key));
        }
    }
    file
}

/// The page `docs/configuration.md`.
pub fn reference_page() -> String {
    let mut page = String::from(INTRODUCTION);
    for (section, about) in SECTIONS {
        let heading =
            if section.is_empty() { "At the top of the file".to_owned() } else { format!("`[{section}]`") };
        let _ = write!(page, "\n## {heading}\n");
        if !about.is_empty() {
            let _ = write!(page, "\n{}\n", one_sentence_per_line(about));
        }
        page.push_str("\n| key | without it | allowed | taken over by a reload | |\n|---|---|---|---|---|\n");
        for key in keys_of(section) {
            page.push_str(&row(key));
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

<!-- Generated from crates/server-config/src/keys.rs; `UPDATE_DOCS=1 cargo test -p consonance-server-config --test config` writes it anew. -->

`consonance serve --config voice.toml` reads its settings from a [TOML](https://toml.io) file.
Every key may be left out.
A key that does not exist is an error that names the line and the key that was probably meant.

* **Arguments override the environment, and that overrides the file**, key by key.
  `consonance serve --help` lists the arguments.
  Those about rooms (`--needs`, `--proximity`, …) come before the file's rules; a rule of the same room is changed.
* **Each key has an environment variable**: `CONSONANCE_`, then section and key in capital letters with `_` between them, for example `CONSONANCE_LIMITS_LINKS=100`.
  The value is written as in the file; a text needs no quotes, and one text does for a list of one.
  A variable that is nearly a key's is pointed out and passed over.
* **Units stand in the names**: `_s` are seconds, fractions allowed, `_bytes` bytes, `_m` metres.
* **Paths** in the file are relative to its folder.
* `consonance serve --check` says what would run, or everything that is wrong, and exits with 0 or 1; it opens no port.
* `consonance serve --print-config` prints the file with all defaults.

A running server that was started with `--config` **reads everything again when it gets the signal HUP** (`systemctl reload consonance`, `kill -HUP`).
Nobody is disconnected: who may not listen to a room any more is taken out of the room.
It says in a line which keys it has taken over, and which ones wait for the next start.
A file with a mistake changes nothing.
A server without `--config` is ended by this signal in order, as when its terminal is closed.
Certificates are also read again by themselves when their files change.
With a new certificate the fingerprint in the addresses changes; who is there stays, and who has only the former address needs the new one, which is printed.

`packaging/` in the repository has a unit for systemd and a Containerfile.
[limits.md](limits.md) lists what each limit does to whoever exceeds it, and where that is counted.
";

/// Which networks a listener may be for, and which keys each has.
fn listeners() -> String {
    let mut part = String::from(LISTENERS);
    part.push_str(&listener_table(COMMON_KEYS));
    part.push_str(SPLICES);
    let spliced: Vec<_> = NETWORKS.iter().filter(|row| row.has_splice).map(|row| row.name).collect();
    let _ = writeln!(part, "These networks have it, with the keys below: `{}`.", spliced.join("`, `"));
    part.push_str(&listener_table(SPLICE_KEYS));
    for NetworkRow { name, about, keys, server_keys, splice_keys, .. } in NETWORKS {
        let _ = write!(part, "\n### `network = \"{name}\"`\n\n{}\n", one_sentence_per_line(about));
        part.push_str(&listener_table(keys));
        part.extend(server_keys.iter().map(|key| listener_row(key, " Not with `upstream`.")));
        part.extend(splice_keys.iter().map(|key| listener_row(key, " Only with `upstream`.")));
    }
    part
}

const LISTENERS: &str = "
## `[[listen]]`

Listeners for other networks than QUIC: each is a table, and all of them stand where `listen` would, with those for QUIC among them.

```toml
[[listen]]
network = \"quic\"
address = \"[::]:7777\"

[[listen]]
network = \"sidecar\"
address = \"127.0.0.1:7790\"
session = \"main\"
```

* Every table has `network` and `address`, and what is said below; `quic` has nothing else, since `[quic]` is for all its listeners.
* `--listen` and `CONSONANCE_LISTEN` take the place of all of them.
  The variable may hold tables, too: `CONSONANCE_LISTEN='[\"[::]:7777\", { network = \"sidecar\", address = \"127.0.0.1:7790\" }]'`.
* Nothing of a listener is taken over by a reload: it says so, and the next start follows.
* Clients of games show neither join tokens nor passwords.
  Where [`[joining]`](#joining) asks for one, nobody gets in over such a listener, and `--check` says so.
* None of these networks is encrypted, but for the voice of `webrtc-network` and whatever Steam does; it is said at the start if others reach the address.
";

const SPLICES: &str = "
### In front of a game's own server

A listener with `upstream` is a splice: clients of the game connect to it, everything goes on to the game's server and back, and voice goes to the session; [splice.md](splice.md) says more.
A server may have several, beside listeners of every other kind:

```toml
[[listen]]
network = \"mirror-kcp\"
address = \"0.0.0.0:7777\"
upstream = \"127.0.0.1:7778\"
```

";

fn listener_table(keys: &[Key<ListenerConfig>]) -> String {
    let head = "\n| key | without it | allowed | |\n|---|---|---|---|\n".to_owned();
    keys.iter().map(|key| listener_row(key, "")).fold(head, |table, row| table + &row)
}

fn listener_row(key: &Key<ListenerConfig>, more: &str) -> String {
    let Key { about, field, .. } = key;
    let value = value_without(key);
    format!("| `{}` | {value} | {} | {about}{more} |\n", key.name(), field.in_words())
}

fn keys_of(section: &str) -> impl Iterator<Item = &'static Key> {
    KEYS.iter().filter(move |key| key.section() == section)
}

fn line_of(key: &Key) -> String {
    let value = key.field.written(&mut Config::default());
    match (value, key.example) {
        (Some(value), None) => format!("{} = {value}", key.name()),
        (_, example) => format!("# {} = {}", key.name(), example.unwrap_or_default()),
    }
}

fn row(key: &Key) -> String {
    let value = value_without(key);
    let takes = if key.takes == Takes::AtOnce { "yes" } else { "no" };
    let Key { about, field, .. } = key;
    format!("| `{}` | {value} | {} | {takes} | {about} |\n", key.name(), field.in_words())
}

/// What holds if nobody gives the key.
fn value_without<C: Default>(key: &Key<C>) -> String {
    match (key.field.written(&mut C::default()), key.example) {
        (Some(value), None) => format!("`{value}`"),
        (_, example) => format!("nothing; for example `{}`", example.unwrap_or_default()),
    }
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
