//! `consonance join`: two players, their events, their texts and their files.

use std::process::{Command, Stdio};

use consonance_audio::SAMPLE_RATE_HZ;
use serde_json::json;

use consonance_testing::command::Program;
use consonance_testing::command::{Folder, read_output};

#[test]
fn without_files_there_are_devices_and_the_player_is_told_which() {
    let (_server, address) = Program::serve(&["main"]);
    let alice = Program::start(&[
        "join",
        &address,
        "--name",
        "Alice",
        "--speak",
        "lobby",
        "--null-devices",
        "--duration",
        "2",
        "--json",
    ]);
    for direction in ["input", "output"] {
        alice.until_event(&json!({"event": "device", "direction": direction, "state": "running"}));
    }
    let alice = alice.end();
    alice.assert_well();
    assert_eq!(alice.events()[0]["event"], "joined");
}

#[test]
fn what_begins_with_a_slash_is_answered_and_never_sent() {
    let (_server, address) = Program::serve(&["main"]);
    let devices = ["--microphone", "none", "--loudspeaker", "none", "--json"];
    let reader = [&["join", &address, "--name", "Bob", "--listen", "lobby"], &devices[..]].concat();
    let reader = Program::start(&reader);
    reader.until_event(&json!({"event": "players_synced"}));
    let writer = [&["join", &address, "--name", "Alice", "--speak", "lobby"], &devices[..]].concat();
    let mut writer = Program::start(&writer);
    writer.until_event(&json!({"event": "players_synced"}));
    for line in ["/help", "/verfiy Bob", "/", "/verify", "/report"] {
        writer.type_line(line.as_bytes());
    }
    writer.until_event(
        &json!({"event": "answer", "text": "unknown command /verfiy: /help lists them; nothing was sent"}),
    );
    writer.until_event(&json!({"event": "answer", "text": "usage: /verify NAME; nothing was sent"}));
    writer.type_line(b"good evening");
    reader.until_event(&json!({"event": "text", "name": "Alice", "text": "good evening"}));
    reader.signal("INT");
    let texts = reader.end().events();
    let texts: Vec<_> = texts.iter().filter(|event| event["event"] == "text").map(|it| &it["text"]).collect();
    assert_eq!(texts, ["good evening"]);
}

#[test]
fn a_player_without_rooms_or_a_name_is_told_so_and_joins() {
    let (_server, address) = Program::serve(&["main"]);
    let words =
        ["join", &address, "--microphone", "none", "--loudspeaker", "none", "--duration", "0.5", "--json"];
    let joined = Program::start_in(&words, &[("USER", "ann"), ("LOGNAME", "ann")]).end();
    assert!(joined.status.success(), "{:?}", joined.err);
    let [named] = &joined.err[..] else { panic!("{:?}", joined.err) };
    assert!(named.contains("your name is ann; choose another"), "{named}");
    let is_told = |event: &serde_json::Value| {
        event["text"].as_str().is_some_and(|text| text.contains("you listen to no room"))
    };
    assert!(joined.events().iter().any(is_told), "{:?}", joined.events());
}

#[test]
fn a_device_that_is_not_there_costs_a_line_and_not_the_session() {
    let (_server, address) = Program::serve(&["main"]);
    let words = ["--null-devices", "--loudspeaker", "Trumpet", "--duration", "1", "--json"];
    let alice = Program::start(&[&["join", &address, "--name", "Alice"], &words[..]].concat());
    alice.until_complaint("Trumpet");
    alice.until_event(&json!({"event": "device", "direction": "output", "state": "running"}));
    assert!(alice.end().status.success());
}

#[test]
fn the_way_that_voice_takes_is_told_and_can_be_chosen() {
    let (_server, address) = Program::serve(&["main"]);
    let words = ["--null-devices", "--json", "--name"];
    let alice = Program::start(&[&["join", &address], &words[..], &["Alice"]].concat());
    alice.until_event(&json!({"event": "voice_path", "path": "fast"}));
    let bob = ["Bob", "--no-fast-path", "--duration", "2"];
    let bob = Program::start(&[&["join", &address], &words[..], &bob].concat()).end();
    bob.assert_well();
    assert!(bob.events().iter().all(|event| event["event"] != "voice_path"));
}

#[cfg(unix)]
#[test]
fn two_players_meet_one_speaks_a_file_the_other_writes_down_what_it_hears() {
    let folder = Folder::new();
    let (heard, silent) = (folder.file("heard.wav"), folder.file("silent.wav"));
    let (_server, address) = Program::serve(&["main"]);
    let speech = folder.speech(1);
    let alice = Program::start(&[
        "join", &address, "--name", "Alice", "--listen", "lobby", "--output", &heard, "--json",
    ]);
    alice.until_event(&json!({"event": "entered_room", "name": "Alice", "room": "lobby"}));
    let bob = Program::start(&[
        "join",
        &address,
        "--name",
        "Bob",
        "--speak",
        "lobby",
        "--input",
        &speech,
        "--output",
        &silent,
        "--duration",
        "1.5",
        "--json",
    ]);
    let bob = bob.end();
    bob.assert_well();
    alice.until_event(&json!({"event": "player_left", "name": "Bob"}));
    let alice = alice.interrupt();
    alice.assert_well();

    // The voice path may be reported at any time.
    let mut events = alice.events();
    events.retain(|event| event["event"] != "voice_path");
    let mut names: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    // If the machine stalls, the utterance may be split in two.
    let speaking: Vec<&str> = names.extract_if(.., |name| name.ends_with("_speaking")).collect();
    assert_eq!(names, ["joined", "entered_room", "players_synced", "player_joined", "player_left"]);
    assert!(!speaking.is_empty(), "{events:?}");
    let in_turn = ["started_speaking", "stopped_speaking"];
    assert!(speaking.chunks(2).all(|utterance| utterance == in_turn), "{speaking:?}");
    assert!(events[3..].iter().all(|event| event["name"] == "Bob"), "{events:?}");
    assert!(events.is_sorted_by_key(|event| event["at"].as_f64().unwrap()), "{events:?}");

    let (heard, silent) = (read_output(&heard, true), read_output(&silent, true));
    let seconds = |sound: &[f32]| sound.len() as f64 / f64::from(SAMPLE_RATE_HZ);
    for sound in [&heard, &silent] {
        let written = seconds(sound);
        assert!(written > 1.4, "{written} s, and Bob was there for 1.5 s");
    }
    let loud = heard.iter().filter(|sample| sample.abs() > 0.01).count();
    assert!(loud > SAMPLE_RATE_HZ as usize / 4, "{loud} samples of speech");
    assert!(silent.iter().all(|sample| sample.abs() < 1e-3), "no player spoke to Bob");
}

#[test]
fn what_is_typed_goes_to_the_first_talk_room_and_the_end_of_it_ends_nothing() {
    let (_server, address) = Program::serve(&["main"]);
    let mut alice = Program::start(&[
        "join", &address, "--name", "Alice", "--speak", "lobby", "--speak", "@Bob", "--json",
    ]);
    alice.until_event(&json!({"event": "players_synced"}));
    let bob = Program::start(&["join", &address, "--name", "Bob", "--listen", "lobby", "--json"]);
    alice.until_event(&json!({"event": "entered_room", "name": "Bob"}));

    let text = |text: &str| json!({"event": "text", "name": "Alice", "room": "lobby", "text": text});
    alice.type_line(b"hello there");
    bob.until_event(&text("hello there"));
    // A line that is not UTF-8, is empty or is too long affects no other line.
    alice.type_line(b"caf\xe9");
    alice.type_line(b"");
    alice.type_line(&[b'x'; 10_000]);
    alice.type_line("still here \u{1f600}\r".as_bytes());
    alice.end_input();
    bob.until_event(&text("caf\u{fffd}"));
    bob.until_event(&text("still here \u{1f600}"));
    alice.until_event(&json!({"event": "problem"}));

    // Alice stays after the end of her input.
    let carol = Program::start(&["join", &address, "--name", "Carol", "--duration", "0.1", "--json"]);
    alice.until_event(&json!({"event": "player_left", "name": "Carol"}));
    carol.end().assert_well();
}

#[test]
fn people_get_words_and_no_colours() {
    let (_server, address) = Program::serve(&["main"]);
    let mut alice = Program::start(&["join", &address, "--name", "Alice", "--listen", "lobby"]);
    alice.until_line("joined", |line| line.ends_with("  you joined as Alice"));
    alice.until_line("entered", |line| line.ends_with("  Alice entered room lobby"));
    let bob = Program::start(&["join", &address, "--name", "Bob", "--duration", "0.2"]);
    alice.until_line("joined", |line| line.ends_with("  Bob joined"));
    alice.until_line("left", |line| line.ends_with("  Bob left"));
    let ended = bob.end();
    ended.assert_well();
    assert!(!ended.out.iter().any(|line| line.contains('\x1b')), "{:?}", ended.out);
    // Text without a recipient gets an error, and is not lost silently.
    alice.type_line(b"hello");
    alice.until_complaint("--speak");
}

#[test]
fn a_second_player_of_a_name_in_use_is_refused_with_the_reason_and_the_first_one_stays() {
    let (_server, address) = Program::serve(&["main"]);
    let first = Program::start(&["join", &address, "--name", "Alice", "--json"]);
    first.until_event(&json!({"event": "players_synced"}));
    let second = Program::start(&["join", &address, "--name", "alice", "--json"]).end();
    assert!(second.complaint().contains("this name is in use"), "{:?}", second.err);
    first.signal("INT");
    let events = first.end().events();
    assert!(!events.iter().any(|event| event["event"] == "connection_lost"), "{events:?}");
}

#[test]
fn where_the_newest_has_the_name_the_first_one_ends_with_the_reason() {
    let folder = Folder::new();
    let settings = "listen = ['127.0.0.1:0']\n[joining]\nname_taken = 'newest'\n";
    let file = folder.write("voice.toml", settings.as_bytes());
    let server = Program::start(&["serve", "--config", &file]);
    let line = server.until_line("the session's address", |line| line.contains("quic://"));
    let address = line.split(' ').next_back().unwrap();
    let first = Program::start(&["join", address, "--name", "Alice", "--json"]);
    first.until_event(&json!({"event": "players_synced"}));
    let second = Program::start(&["join", address, "--name", "Alice", "--duration", "0.5", "--json"]);
    let ended = first.end();
    assert!(ended.complaint().contains("same name"), "{:?}", ended.err);
    assert_eq!(ended.events().last().unwrap()["event"], "ended");
    second.end().assert_well();
}

#[test]
fn a_reader_that_has_read_enough_is_no_fault() {
    let (_server, address) = Program::serve(&["main"]);
    let folder = Folder::new();
    let heard = folder.file("heard.wav");
    let mut child = Command::new(env!("CARGO_BIN_EXE_consonance"))
        .args(["join", &address, "--name", "Alice", "--listen", "lobby", "--output", &heard])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert!(ended.status.success(), "{}", ended.status);
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    read_output(&heard, true);
}

#[test]
fn an_unread_complaint_does_not_panic() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_consonance"))
        .args(["join", "nonsense", "--name", "Alice"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
}
