//! `consonance join`: when a player is heard, and the result of processing a file.

use serde_json::json;

use consonance_testing::command::Program;
use consonance_testing::command::{Folder, read_output, until_written};

/// Mono, 16 bits.
const TWO_SECONDS_BYTES: u64 = 2 * 48_000 * 2;

#[test]
fn with_push_to_talk_enter_begins_and_ends_it() {
    let folder = Folder::new();
    let (_server, address) = Program::serve(&["main"]);
    let listener = Program::start(&["join", &address, "--name", "Bob", "--listen", "lobby", "--json"]);
    listener.until_event(&json!({"event": "players_synced"}));
    let speech = folder.speech(20);
    let file = ["--input", &speech, "--activation", "push-to-talk"];
    let join = ["join", &address, "--name", "Alice", "--speak", "lobby", "--json"];
    let mut speaker = Program::start(&[&join[..], &file[..]].concat());
    speaker.until_event(&json!({"event": "players_synced"}));
    speaker.type_line(b"");
    speaker.until_event(&json!({"event": "push_to_talk", "pressed": true}));
    listener.until_event(&json!({"event": "started_speaking", "name": "Alice"}));
    speaker.type_line(b"");
    speaker.until_event(&json!({"event": "push_to_talk", "pressed": false}));
    listener.until_event(&json!({"event": "stopped_speaking", "name": "Alice"}));
}

#[test]
fn a_file_is_heard_as_it_is_or_processed_as_a_microphone_is() {
    let folder = Folder::new();
    let speech = folder.speech_times(4, 0.1);
    let heard_with = |words: &[&str], name: &str| {
        let heard = folder.file(name);
        let (_server, address) = Program::serve(&["main"]);
        let join = ["join", &address, "--json"];
        let bob = ["--name", "Bob", "--listen", "lobby", "--output", &heard];
        let bob = Program::start(&[&join[..], &bob[..]].concat());
        bob.until_event(&json!({"event": "players_synced"}));
        let alice = ["--name", "Alice", "--speak", "lobby", "--input", &speech, "--output"];
        let silent = folder.file("silent.wav");
        let alice = Program::start(&[&join[..], &alice[..], &[&silent, "--duration", "4.5"], words].concat());
        alice.end().assert_well();
        bob.until_event(&json!({"event": "player_left", "name": "Alice"}));
        bob.interrupt().assert_well();
        let sound = read_output(&heard, true);
        sound.iter().map(|sample| sample * sample).sum::<f32>()
    };
    let (plain, processed) =
        (heard_with(&[], "plain.wav"), heard_with(&["--process-input"], "processed.wav"));
    assert!(plain > 1.0, "{plain}");
    assert!(processed > 1.25 * plain, "the automatic gain raises a quiet recording: {plain} to {processed}");
}

#[test]
fn a_tone_is_heard_as_a_tone() {
    let folder = Folder::new();
    let heard = folder.file("heard.wav");
    let (_server, address) = Program::serve(&["main"]);
    let join = ["join", &address, "--json", "--name"];
    let bob = ["Bob", "--listen", "lobby", "--output", &heard];
    let bob = Program::start(&[&join[..], &bob[..]].concat());
    bob.until_event(&json!({"event": "players_synced"}));
    let alice = ["Alice", "--speak", "lobby", "--tone", "400", "--null-devices"];
    let alice = Program::start(&[&join[..], &alice[..]].concat());
    bob.until_event(&json!({"event": "started_speaking", "name": "Alice"}));
    until_written(&heard, std::fs::metadata(&heard).unwrap().len() + TWO_SECONDS_BYTES);
    bob.interrupt().assert_well();
    drop(alice);
    let sound = read_output(&heard, true);
    let loud = &sound[sound.iter().position(|sample| sample.abs() > 0.1).unwrap()..];
    let turns = |sound: &[f32]| sound.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
    let turns: Vec<usize> = loud.chunks_exact(9_600).map(turns).collect();
    // Frames may be late if the machine stalls: then other parts of the sound show the tone.
    assert!(turns.iter().any(|turns| (79..=81).contains(turns)), "{turns:?} turns in 0.2 s each");
}
