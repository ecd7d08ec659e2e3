//! A server that records, and `consonance recordings`, which lists the recordings.

use std::fs;

use consonance_audio::WavInput;
use consonance_testing::sound::decode;
use serde_json::{Value, json};

use consonance_testing::command::Folder;
use consonance_testing::command::Program;

/// A server with everything recorded to this folder, and its address.
fn serve(folder: &Folder, records: &str) -> (Program, String) {
    serve_with(folder, records, "")
}

/// The same with further keys of the configuration.
fn serve_with(folder: &Folder, records: &str, keys: &str) -> (Program, String) {
    let config = format!("{keys}[recording]\nfolder = '{records}'\nsessions = ['*']\nfree_bytes_min = 0\n");
    let config = folder.write("voice.toml", config.as_bytes());
    let server = Program::start(&["serve", "--listen", "127.0.0.1:0", "--config", &config]);
    let line = server.until_line("the session's address", |line| line.contains("quic://"));
    let address = line.split(' ').next_back().unwrap().to_owned();
    (server, address)
}

fn energy(sound: &[f32]) -> f32 {
    sound.iter().map(|sample| sample * sample).sum()
}

#[cfg(unix)]
#[test]
fn a_server_records_speakers_and_the_command_shows_it() {
    let folder = Folder::new();
    let records = folder.file("records");
    let (server, address) = serve(&folder, &records);
    let heard = folder.file("heard.wav");
    let bob = ["join", &address, "--json", "--name", "Bob", "--listen", "lobby", "--output", &heard];
    let (speech, silent) = (folder.speech(2), folder.file("silent.wav"));
    let bob = Program::start(&bob);
    bob.until_event(&json!({"event": "players_synced"}));
    let alice = ["join", &address, "--name", "Alice", "--speak", "lobby", "--duration", "5"];
    Program::start(&[&alice[..], &["--input", &speech, "--output", &silent]].concat()).end().assert_well();
    bob.until_event(&json!({"event": "player_left", "name": "Alice"}));
    bob.interrupt().assert_well();
    server.interrupt().assert_well();

    let listed = Program::start(&["recordings", "list", &records, "--json"]).end();
    listed.assert_well();
    let [line] = &listed.out[..] else { panic!("{:?}", listed.out) };
    let recording: Value = serde_json::from_str(line).unwrap();
    assert_eq!(recording["index"]["session"], "main");
    let [track] = &recording["index"]["tracks"].as_array().unwrap()[..] else { panic!("{recording}") };
    assert_eq!((&track["player"], &track["spans"][0]["rooms"]), (&json!("Alice"), &json!(["lobby"])));
    let recorded = recording["folder"].as_str().unwrap();
    let file = fs::File::open(format!("{recorded}/{}", track["file"].as_str().unwrap())).unwrap();
    let sound = decode(file);
    assert_eq!(sound.len() as u64, track["duration_samples"].as_u64().unwrap());
    let ratio = energy(&sound) / energy(WavInput::open(&speech).unwrap().samples());
    assert!((0.5..1.5).contains(&ratio), "{ratio}");

    let words = Program::start(&["recordings", "list", &records]).end().out.join("\n");
    assert!(words.contains("1 voice") && words.contains(recorded), "{words}");
    let words = Program::start(&["recordings", "show", recorded]).end().out.join("\n");
    assert!(words.contains("Alice: Alice-1.opus") && words.contains(": lobby"), "{words}");
}

#[test]
fn a_folder_without_recordings_is_named() {
    let folder = Folder::new();
    let nowhere = folder.file("nowhere");
    for command in [["recordings", "list", &nowhere], ["recordings", "show", &nowhere]] {
        let ended = Program::start(&command).end();
        assert!(ended.complaint().contains(&nowhere), "{:?}", ended.err);
    }
}

#[test]
fn sessions_that_are_to_be_recorded_to_nowhere_are_a_mistake() {
    let folder = Folder::new();
    let config = folder.write("voice.toml", b"[recording]\nsessions = ['main']\n");
    let ended = Program::start(&["serve", "--check", "--config", &config]).end();
    let complaint = ended.complaint();
    assert!(
        complaint.contains("voice.toml:2: recording.sessions") && complaint.contains("recording.folder"),
        "{complaint}"
    );
}

#[cfg(unix)]
#[test]
fn what_was_recorded_of_an_encrypted_session_is_decrypted_with_a_key_log_and_players_report() {
    let folder = Folder::new();
    let (records, storage) = (folder.file("records"), folder.file("storage"));
    let moderators = folder.file("moderators");
    Program::start(&["decrypt", "--new-key", &moderators]).end().assert_well();
    let public = format!("{moderators}.pub");
    let keys = format!(
        "encryption = 'required'\n[storage]\nfolder = '{storage}'\n[moderation]\nplayer_reports = true\n"
    );
    let (server, address) = serve_with(&folder, &records, &keys);
    let key_log = folder.file("main.keys");
    let (heard, silent, speech) = (folder.file("heard.wav"), folder.file("silent.wav"), folder.speech(2));
    let bob = ["join", &address, "--json", "--name", "Bob", "--listen", "lobby", "--output", &heard];
    let mut bob = Program::start(&[&bob[..], &["--key-log", &key_log, "--moderators-key", &public]].concat());
    bob.until_event(&json!({"event": "encryption", "state": "on"}));
    let alice = ["join", &address, "--name", "Alice", "--speak", "lobby", "--duration", "5"];
    Program::start(&[&alice[..], &["--input", &speech, "--output", &silent]].concat()).end().assert_well();
    bob.until_event(&json!({"event": "player_left", "name": "Alice"}));
    bob.type_line(b"/report Alice shouting");
    bob.until_line("the report", |line| line.contains("is kept for the game's moderators"));
    bob.interrupt().assert_well();
    server.interrupt().assert_well();

    let listed = Program::start(&["recordings", "list", &records, "--json"]).end();
    let recording: Value = serde_json::from_str(&listed.out[0]).unwrap();
    let track = &recording["index"]["tracks"][0];
    assert_eq!((&track["file"], &track["sealed"]), (&json!("Alice-1.sealed"), &json!(true)));
    let recorded = recording["folder"].as_str().unwrap();
    let opened = folder.file("opened");
    let decrypt = ["decrypt", recorded, "--keys", &key_log, "--to", &opened];
    let ended = Program::start(&decrypt).end();
    ended.assert_well();
    assert!(ended.out[0].contains(" frames opened, "), "{:?}", ended.out);
    let name = std::path::Path::new(recorded).file_name().unwrap().to_str().unwrap();
    let sound = decode(fs::File::open(format!("{opened}/{name}/Alice-1.opus")).unwrap());
    let ratio = energy(&sound) / energy(WavInput::open(&speech).unwrap().samples());
    assert!((0.5..1.5).contains(&ratio), "{ratio}");
    let again = Program::start(&decrypt).end();
    assert!(again.complaint().contains("cannot create"), "what is there is not overwritten: {:?}", again.err);
    let log = fs::read_to_string(&key_log).unwrap();
    let other = folder.write("other.keys", log.replace('a', "b").as_bytes());
    let elsewhere = folder.file("elsewhere");
    let refused = Program::start(&["decrypt", recorded, "--keys", &other, "--to", &elsewhere]).end();
    assert!(refused.complaint().contains("no frame could be decrypted"), "{:?}", refused.err);

    let report = format!("{storage}/reports/1/report.sealed");
    let [cut, missing] =
        [folder.write("cut.sealed", &fs::read(&report).unwrap()[..100]), folder.file("missing")];
    let submitted = [&*cut, &*missing, &*report];
    let decrypt =
        [&["decrypt"], &submitted[..], &["--moderators-key", &moderators, "--to", &opened]].concat();
    let ended = Program::start(&decrypt).end();
    assert!(!ended.status.success(), "{:?}", ended.err);
    let told = ended.err.join("\n");
    for (code, file) in [("refused", "cut.sealed"), ("file", "missing")] {
        assert!(told.contains(&format!("[{code}]: ")) && told.contains(file), "{told}");
    }
    assert!(told.contains("2 files could not be decrypted"), "{told}");
    let text = fs::read(format!("{opened}/1/report.json")).unwrap();
    let text: Value = serde_json::from_slice(&text).unwrap();
    assert_eq!((&text["reason"], &text["reporter"]["name"]), (&json!("shouting"), &json!("Bob")));
    let voice = fs::File::open(format!("{opened}/1/{}", text["voices"][0]["file"].as_str().unwrap()));
    assert!(energy(&decode(voice.unwrap())) > 0.1);
}
