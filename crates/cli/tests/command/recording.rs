//! `consonance join --record`: a session in files.

use consonance_audio::WavInput;
use serde_json::json;

use consonance_testing::command::Folder;
use consonance_testing::command::Program;

#[test]
fn a_session_is_recorded_with_a_file_for_each_voice() {
    for (format, extension) in [("wav", "wav"), ("opus", "opus")] {
        let folder = Folder::new();
        let (_server, address) = Program::serve(&["main"]);
        let (heard, records) = (folder.file("heard.wav"), folder.file("records"));
        let join = ["join", &address, "--json", "--name"];
        let speech = folder.speech(2);
        let record = ["--record", &records, "--record-format", format, "--output", &heard];
        let bob = ["Bob", "--listen", "lobby"];
        let bob = Program::start(&[&join[..], &bob[..], &record[..]].concat());
        bob.until_event(&json!({"event": "players_synced"}));
        let silent = folder.file("silent.wav");
        let alice =
            ["Alice/../x", "--speak", "lobby", "--input", &speech, "--output", &silent, "--duration", "5"];
        Program::start(&[&join[..], &alice[..]].concat()).end().assert_well();
        bob.until_event(&json!({"event": "player_left"}));
        let bob = bob.interrupt();
        bob.assert_well();
        let events = bob.events();
        let recorded: Vec<&str> = events
            .iter()
            .filter(|event| event["event"] == "recorded")
            .map(|event| event["file"].as_str().unwrap())
            .collect();
        let [mix, voice] = recorded[..] else { panic!("{recorded:?}") };
        for file in [mix, voice] {
            assert!(file.starts_with(&records) && file.ends_with(extension), "{file}");
            assert!(!file.contains(".."), "{file}");
            assert!(std::fs::metadata(file).unwrap().len() > 1_000, "{file}");
        }
        if format == "wav" {
            let energy = |file: &str| {
                WavInput::open(file).unwrap().samples().iter().map(|sample| sample * sample).sum::<f32>()
            };
            let (mix, voice) = (energy(mix), energy(voice));
            assert!(voice > 10.0 && (mix / voice - 1.0).abs() < 0.2, "{mix} {voice}");
        }
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = Folder::new();
    let file = folder.write("file", b"in the way");
    let (_server, address) = Program::serve(&["main"]);
    let arguments = ["join", &address, "--name", "Bob", "--null-devices", "--record", &file];
    let ended = Program::start(&arguments).end();
    assert!(ended.complaint().contains(&file), "{:?}", ended.err);
}
