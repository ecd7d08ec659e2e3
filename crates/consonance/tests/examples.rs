//! Every example runs by itself, ends within seconds, and prints its expected line.
//!
//! They are run as programs, which `cargo test` has built next to this test.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs, thread};

/// Each example, and a line that it prints.
const EXAMPLES: &[(&str, &str)] = &[
    ("bot", "the music box plays to lobby"),
    ("custom_microphone", "Bob hears the siren"),
    ("custom_playback", "####"),
    ("engine_sound", "Alice is heard on the left"),
    ("global", "Carol hears Alice"),
    ("offline", "Loopback: and what I write"),
    ("positional", "second half: left ear"),
    ("record", "02-Alice.opus"),
    ("teams", "Blanche hears what Ruby says to everyone"),
    ("whisper", "Carol hears nothing of it"),
];

/// Examples that are tests of their own.
const WITH_TESTS: &[&str] = &["proximity", "push_to_talk"];

#[test]
fn every_example_shows_what_it_is_about() {
    // Two at a time, so that test machines keep up with the sound.
    for pair in EXAMPLES.chunks(2) {
        thread::scope(|scope| {
            let running: Vec<_> = pair.iter().map(|(name, _)| scope.spawn(move || run(name))).collect();
            for ((name, line), run) in pair.iter().zip(running) {
                let output = run.join().unwrap();
                let told = String::from_utf8_lossy(&output.stdout);
                let complaint = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success(), "{name}: {complaint}\n{told}");
                assert!(told.contains(line), "{name}: {told}");
            }
        });
    }
}

#[test]
fn no_example_is_left_out() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let sources = files.filter(|file| file.extension().is_some_and(|extension| extension == "rs"));
    let mut names: Vec<_> =
        sources.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    let mut run: Vec<_> = EXAMPLES.iter().map(|(name, _)| *name).chain(WITH_TESTS.iter().copied()).collect();
    run.sort_unstable();
    assert_eq!(names, run);
}

fn run(name: &str) -> Output {
    let program = folder().join(name).with_extension(env::consts::EXE_EXTENSION);
    // The recordings are kept there as build output.
    let output = Command::new(&program).env("TMPDIR", env!("CARGO_TARGET_TMPDIR")).output();
    output.unwrap_or_else(|error| {
        panic!("{}: {error}; cargo build --examples makes it", program.display());
    })
}

/// The folder in which cargo puts examples: beside that of the tests.
fn folder() -> PathBuf {
    env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("examples")
}
