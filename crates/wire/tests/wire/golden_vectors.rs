//! Bytes that the original writes and accepts: see `vectors/README.md`.

mod arithmetic;
mod entry;
mod malformed;
mod packets;
mod strings;
mod wrapped_relays;
mod writer_limits;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::Value;

use entry::{Entry, Verdict};

/// The files that the session crate tests, and the page about all of them.
const OTHERS: [&str; 6] = [
    "client_ids.json",
    "voice_sender.json",
    "voice_receiver.json",
    "room_order.json",
    "traces.json",
    "README.md",
];

#[test]
fn golden_vectors() {
    let folder = folder();
    let (report, failures) = run(&folder);
    println!("{}", report.join("\n"));
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn an_empty_folder_is_a_failure() {
    assert_fails("empty", &[], "holds no vectors");
}

#[test]
fn an_unknown_file_is_a_failure() {
    assert_fails("unknown_file", &[("surprise.json", "[]")], "surprise.json: no runner for this file");
}

#[test]
fn a_file_that_is_no_array_is_a_failure() {
    assert_fails("no_array", &[("packets.json", "{}")], "packets.json: not a JSON array");
    assert_fails("no_json", &[("packets.json", "[")], "packets.json: not a JSON array");
}

#[test]
fn an_unknown_kind_of_entry_is_a_failure() {
    let packet = r#"[{"type":"surprise","hex":"8bc70600000000"}]"#;
    assert_fails(
        "unknown_type",
        &[("packets.json", packet)],
        "packets.json: entry 0: unknown type `surprise`",
    );
    let limit = r#"[{"what":"surprise in 1024","result":7}]"#;
    assert_fails(
        "unknown_what",
        &[("writer_limits.json", limit)],
        "entry 0: unknown what `surprise in 1024`",
    );
    let damage = r#"[{"what":"voice: surprise","hex":"8b","reader":{"throws":""},"server":{},"client":{}}]"#;
    assert_fails("unknown_damage", &[("malformed.json", damage)], "entry 0: unknown what `voice: surprise`");
    let field = r#"[{"a":0,"b":0,"d16":0,"d7":0,"d2":0,"d3":0}]"#;
    assert_fails("unknown_field", &[("wrapped_delta.json", field)], "entry 0: unknown field `d3`");
}

#[test]
fn a_wrong_entry_is_a_failure_that_says_what_differs() {
    let delta = r#"[{"a":0,"b":0,"d16":0,"d7":0,"d2":0},{"a":0,"b":1,"d16":2,"d7":1,"d2":1}]"#;
    assert_fails(
        "wrong_entry",
        &[("wrapped_delta.json", delta)],
        "wrapped_delta.json: entry 1: d16: expected 2, found 1",
    );
}

/// Runs every file in the folder; returns one line per file that was run, and one per failure.
fn run(folder: &Path) -> (Vec<String>, Vec<String>) {
    let names = match names(folder) {
        Ok(names) => names,
        Err(failure) => return (Vec::new(), vec![failure]),
    };
    let (mut report, mut failures) = (Vec::new(), Vec::new());
    for name in names.iter().filter(|name| !OTHERS.contains(&name.as_str())) {
        let Some(check) = check_for(name) else {
            failures.push(format!("{name}: no runner for this file"));
            continue;
        };
        match entries(&folder.join(name)) {
            Ok(entries) => {
                let verdicts = entries.iter().map(|entry| check(Entry(entry))).enumerate();
                failures.extend(verdicts.filter_map(|(index, verdict)| {
                    verdict.err().map(|failure| format!("{name}: entry {index}: {failure}"))
                }));
                report.push(format!("golden vectors: {}: {}", name.trim_end_matches(".json"), entries.len()));
            }
            Err(failure) => failures.push(format!("{name}: {failure}")),
        }
    }
    (report, failures)
}

/// The check for each entry of a file; `None` if the file is not for this crate.
fn check_for(file: &str) -> Option<fn(Entry<'_>) -> Verdict> {
    Some(match file {
        "room_ids.json" => strings::room_id,
        "packets.json" => packets::packet,
        "malformed.json" => malformed::malformed,
        "bitfield_encode.json" => arithmetic::bitfield_encode,
        "bitfield_decode.json" => arithmetic::bitfield_decode,
        "wrapped_delta.json" => arithmetic::wrapped_delta,
        "voice_options.json" => arithmetic::voice_options,
        "utf8_decode.json" => strings::utf8_decode,
        "wrapped_relays.json" => wrapped_relays::wrapped_relay,
        "writer_limits.json" => writer_limits::writer_limit,
        _ => return None,
    })
}

fn folder() -> PathBuf {
    match env::var_os("CONSONANCE_VECTORS") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors"),
    }
}

fn names(folder: &Path) -> Result<BTreeSet<String>, String> {
    let listing = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let names: BTreeSet<String> =
        listing.flatten().map(|file| file.file_name().to_string_lossy().into_owned()).collect();
    if names.iter().all(|name| name == "README.md") {
        return Err(format!("{} holds no vectors", folder.display()));
    }
    Ok(names)
}

fn entries(file: &Path) -> Result<Vec<Value>, String> {
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    match serde_json::from_str(&text) {
        Ok(Value::Array(entries)) => Ok(entries),
        Ok(_) => Err("not a JSON array".into()),
        Err(error) => Err(format!("not a JSON array: {error}")),
    }
}

/// Asserts that running a folder with these files fails, with these words in the only failure.
fn assert_fails(name: &str, files: &[(&str, &str)], words: &str) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("golden_vectors").join(name);
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder).expect("the target folder can be written to");
    for (file, text) in files {
        fs::write(folder.join(file), text).expect("the target folder can be written to");
    }
    let (_, failures) = run(&folder);
    assert!(
        matches!(&failures[..], [only] if only.contains(words)),
        "{words:?} is not what failed: {failures:?}"
    );
}
