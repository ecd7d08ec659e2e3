//! `consonance-bench lab capture`: echo is removed, and the output is aligned with the input.

use serde_json::Value;

use consonance_testing::command::Program;
use consonance_testing::command::{Folder, RECORDING, read_output};

#[test]
fn a_recorded_microphone_is_cleaned_from_the_echo_of_what_was_played() {
    let folder = Folder::new();
    let played = folder.speech(5);
    let clean = folder.file("clean.wav");
    let arguments = ["lab", "capture", "--input", &played, "--render", &played, "--output", &clean];
    let ended = Program::bench(&arguments).end();
    ended.assert_well();
    let figures: Value = serde_json::from_str(&ended.out[0]).unwrap();
    assert_eq!((&figures["removed_delay_ms"], &figures["blocks"]), (&10.into(), &501.into()));
    assert_eq!(figures["echo"]["delay_ms"], 0);
    let (before, after) = (read_output(&played, true), read_output(&clean, true));
    assert_eq!(before.len(), after.len());
    let energy = |sound: &[f32]| sound[96_000..].iter().map(|sample| sample * sample).sum::<f32>();
    assert!(energy(&after) < 0.001 * energy(&before), "the microphone heard nothing but the loudspeaker");
}

#[test]
fn with_everything_off_the_sound_lies_where_it_lay() {
    let folder = Folder::new();
    let input = folder.speech(2);
    let output = folder.file("same.wav");
    let paths = ["lab", "capture", "--input", &input, "--output", &output];
    let off = ["--echo", "off", "--noise", "off", "--no-gain", "--no-high-pass"];
    Program::bench(&[&paths[..], &off].concat()).end().assert_well();
    assert_same(&read_output(&input, true), &read_output(&output, true));
    // A fixture that delays but changes nothing: the command removes the delay.
    let delayed = [&paths[..], &off, &["--voice-isolation", "0"]].concat();
    Program::bench(&delayed).end().assert_well();
    assert_same(&read_output(&input, true), &read_output(&output, true));
}

/// Compares two sounds, allowing for the rounding to 16 bits.
fn assert_same(before: &[f32], after: &[f32]) {
    assert_eq!(before.len(), after.len());
    let error = before.iter().zip(after).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(error < 0.0002, "{error}");
}

#[test]
fn a_lab_without_a_file_says_so() {
    let folder = Folder::new();
    let (missing, output) = (folder.file("none.wav"), folder.file("out.wav"));
    let paths = ["lab", "capture", "--input", &missing, "--output", &output];
    let ended = Program::bench(&paths).end();
    assert!(ended.complaint().starts_with("cannot read "), "{}", ended.complaint());
    let paths = ["lab", "capture", "--input", RECORDING, "--output", &output, "--voice-isolation", "2"];
    assert_eq!(Program::bench(&paths).end().status.code(), Some(2));
}
