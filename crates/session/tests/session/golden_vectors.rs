//! The engine compared to the original: runs each recorded script through `Server` or `Client`, on injected time.
//!
//! Reads the folder named by `CONSONANCE_VECTORS`, else the project's own copy.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a vector that is not as expected fails the test, which says what it ran"
)]

mod client_ids;
mod driver;
mod heard;
mod malformed;
mod malformed_server;
mod outcome;
mod recording;
mod replay;
mod room_order;
mod trace_client;
mod traces;
mod voice_receiver;
mod voice_sender;

use std::path::{Path, PathBuf};

use serde_json::Value;

type Runner = (&'static str, fn(&Value));

/// The files of this crate and their runners.
const RUNNERS: [Runner; 6] = [
    ("client_ids", client_ids::run),
    ("malformed", malformed::run),
    ("room_order", room_order::run),
    ("traces", traces::run),
    ("voice_receiver", voice_receiver::run),
    ("voice_sender", voice_sender::run),
];

/// The files of the wire crate, run by its test of the same name.
const OF_WIRE: [&str; 9] = [
    "bitfield_decode",
    "bitfield_encode",
    "packets",
    "room_ids",
    "utf8_decode",
    "voice_options",
    "wrapped_delta",
    "wrapped_relays",
    "writer_limits",
];

#[test]
fn golden_vectors() {
    let folder = std::env::var_os("CONSONANCE_VECTORS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors"), PathBuf::from);
    let listing = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for file in listing {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            run_file(&path);
        }
    }
}

fn run_file(path: &Path) {
    let file = path.file_stem().and_then(|stem| stem.to_str()).expect("a file name in UTF-8");
    let Some((_, run)) = RUNNERS.iter().find(|(name, _)| *name == file) else {
        assert!(OF_WIRE.contains(&file), "{file}: no test runs this file");
        return;
    };
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{file}: {error}"));
    let entries: Vec<Value> = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
    for (index, entry) in entries.iter().enumerate() {
        let name = entry["name"]
            .as_str()
            .or(entry["what"].as_str())
            .map_or_else(|| index.to_string(), str::to_owned);
        driver::naming_failures(&format!("{file}, entry {name}"), || run(entry));
    }
    println!("golden vectors: {file}: {}", entries.len());
}
