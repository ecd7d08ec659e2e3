//! The diagnostics of a chat on disk: the contents of the files, and that players cannot choose their names.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use consonance::audio::{CaptureSettings, WavInput};
use consonance::{DiagnosticsError, DiagnosticsSettings, EventKind, StartError, TapSource, VoiceChat};
use consonance_testing::folder::path_of_test;
use consonance_testing::sound::{ALIKE, likeness};

use crate::fixture::Fixture;
use crate::hall::Hall;
use crate::player::{Player, entered, joined, stopped_speaking};
use crate::speech::{Speech, recording};

#[test]
fn a_whole_conversation_is_on_disk_from_the_first_packet_to_the_last() {
    let fixture = Fixture::open();
    let folder = path_of_test("diagnostics-conversation");
    let cleaned = CaptureSettings { automatic_gain: false, ..CaptureSettings::default() };
    let chat = fixture.chat().listen_to_room("lobby").speak_in_room("lobby").capture(cleaned);
    let mut alice = Player::join("Alice", chat.diagnostics(&folder));
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby").speak_in_room("lobby"));
    alice.until(&entered("Bob", "lobby"));
    bob.until(&entered("Alice", "lobby"));
    let (from_alice, from_bob) = (recording(1, 0.2, 1.7), recording(3, 0.2, 1.7));
    bob.voice.microphone().set_input(Speech::once(&from_bob));
    alice.until(&stopped_speaking("Bob"));
    alice.voice.microphone().set_input(Speech::once(&from_alice));
    bob.until(&stopped_speaking("Alice"));
    alice.ear.listen_for(0.3);
    alice.voice.leave().unwrap();

    let files = files(&folder);
    let sound = |name: &str| WavInput::open(folder.join(name)).unwrap();
    let raw = files.iter().find(|file| file.ends_with("microphone-raw.wav")).unwrap();
    let bobs = files.iter().find(|file| file.ends_with("player-1.wav")).unwrap();
    assert!(likeness(&from_alice, sound(raw).samples()) > ALIKE);
    assert!(likeness(&from_bob, sound(bobs).samples()) > ALIKE);
    assert!(likeness(&from_bob, sound("01-mix.wav").samples()) > ALIKE);
    assert!(files.iter().any(|file| file.ends_with("-microphone.wav")), "{files:?}");
    assert_eq!(read(&folder, "players.txt"), "player-1 \"Bob\"\n");

    let events = read(&folder, "events.txt");
    for words in
        ["the player \"Alice\"", "Joined\n", "StartedSpeaking { name: \"Bob\" }", "the chat has ended"]
    {
        assert!(events.contains(words), "{words}: {events}");
    }
    let packets = fs::read(folder.join("packets.pcapng")).unwrap();
    for words in [
        "HandshakeRequest: \"Alice\" wants to join",
        "HandshakeResponse: you are #",
        "VoiceData from \"Bob\" #",
        "(room \"lobby\")",
        "VoiceData from \"Alice\" #",
    ] {
        let is_there = packets.windows(words.len()).any(|window| window == words.as_bytes());
        assert!(is_there, "{words}");
    }
}

#[test]
fn a_recording_that_begins_later_knows_the_present_players_and_ends_on_request() {
    let hall = Hall::open();
    let mut alice = Player::join("Alice", hall.chat().0.listen_to_room("lobby"));
    let _bob = Player::join("Bob", hall.chat().0.listen_to_room("lobby"));
    alice.until(&entered("Bob", "lobby"));
    let folder = path_of_test("diagnostics-later");
    let diagnostics = alice.voice.record_diagnostics(&folder).unwrap();
    let mut carol = Player::join("Carol", hall.chat().0.listen_to_room("lobby").speak_in_room("lobby"));
    carol.until(&entered("Alice", "lobby"));
    carol.voice.microphone().set_input(Speech::once(&recording(2, 0.2, 0.7)));
    alice.until(&stopped_speaking("Carol"));
    let report = diagnostics.stop().unwrap();
    assert!(report.packets.packets > 20 && report.packets.dropped == 0, "{report:?}");
    let sources: BTreeSet<_> = report.sound.iter().map(|tap| format!("{:?}", tap.source)).collect();
    for source in [TapSource::Mix, TapSource::Player("Bob".into()), TapSource::Player("Carol".into())] {
        assert!(sources.contains(&format!("{source:?}")), "{sources:?}");
    }
    assert_eq!(read(&folder, "players.txt"), "player-1 \"Bob\"\nplayer-2 \"Carol\"\n");
    assert!(read(&folder, "events.txt").contains("stopped"));
    // The chat continues.
    alice.voice.room("elsewhere").listen();
    alice.until(&entered("Alice", "elsewhere"));
}

#[test]
fn player_names_get_into_no_file_names_and_inject_no_terminal_sequences() {
    let hall = Hall::open();
    let folder = path_of_test("diagnostics-hostile");
    let mut alice = Player::join("Alice", hall.chat().0.diagnostics(&folder));
    let hostile = [
        "../../escaped",
        "/etc/absolute",
        "nul\0byte",
        "CON",
        "lpt1.wav",
        "a\u{1b}[2Jb\r\n",
        "\u{202e}gpj.exe",
    ];
    let longest = "😀".repeat(32);
    let names: Vec<&str> = hostile.into_iter().chain([&*longest]).collect();
    let players: Vec<_> = names.iter().map(|name| Player::join(name, hall.chat().0)).collect();
    for name in &names {
        alice.until(&joined(name));
    }
    alice.ear.listen_for(0.2);
    drop(players);
    alice.voice.leave().unwrap();

    let allowed = |name: &str| {
        name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte))
    };
    let files = files(&folder);
    assert!(files.iter().all(|file| allowed(file)), "{files:?}");
    assert!(!folder.parent().unwrap().parent().unwrap().join("escaped.wav").exists());
    let players = read(&folder, "players.txt");
    assert_eq!(players.lines().count(), names.len());
    assert!(players.contains(r#"player-1 "../../escaped""#) && players.contains(r"nul\0byte"), "{players}");
    for text in [players, read(&folder, "events.txt")] {
        assert!(text.chars().all(|c| c == '\n' || (!c.is_control() && c != '\u{202e}')), "{text:?}");
    }
}

#[test]
fn what_is_beyond_the_bounds_is_left_out_and_said() {
    let hall = Hall::open();
    let folder = path_of_test("diagnostics-bounded");
    let settings = DiagnosticsSettings {
        max_players: 1,
        max_packet_bytes: 2_000,
        max_event_bytes: 300,
        ..DiagnosticsSettings::default()
    };
    let mut alice = Player::join("Alice", hall.chat().0.diagnostics_with(&folder, settings));
    for name in ["Bob", "Carol", "Dave"] {
        drop(Player::join(name, hall.chat().0.listen_to_room("lobby")));
        alice.until(&EventKind::PlayerLeft { name: name.into() });
    }
    alice.voice.leave().unwrap();
    let events = read(&folder, "events.txt");
    assert!(events.contains("events found no room in this file"), "{events}");
    assert!(events.contains("2 players without a file"), "{events}");
    assert!(!events.contains("beyond_limits: 0"), "{events}");
    assert!(fs::metadata(folder.join("packets.pcapng")).unwrap().len() < 3_000);
    assert!(files(&folder).iter().filter(|file| file.contains("player-")).count() <= 1);
}

#[test]
fn without_a_bound_for_players_each_gets_a_file() {
    let hall = Hall::open();
    let folder = path_of_test("diagnostics-boundless");
    let settings = DiagnosticsSettings { max_players: usize::MAX, ..DiagnosticsSettings::default() };
    let mut alice = Player::join("Alice", hall.chat().0.diagnostics_with(&folder, settings));
    let mut bob = Player::join("Bob", hall.chat().0.listen_to_room("lobby"));
    alice.until(&joined("Bob"));
    alice.voice.leave().unwrap();
    bob.until(&EventKind::PlayerLeft { name: "Alice".into() });
    let files = files(&folder);
    assert_eq!(files.iter().filter(|file| file.contains(".wav")).count(), 4, "{files:?}");
}

#[test]
fn nothing_is_overwritten() {
    let hall = Hall::open();
    let folder = path_of_test("diagnostics-taken");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("packets.pcapng"), "an earlier capture").unwrap();
    let error = VoiceChat::over(Box::new(hall.intruder())).name("Alice").diagnostics(&folder).start();
    let Err(StartError::Diagnostics(DiagnosticsError::Packets(error))) = error else {
        panic!("it must not start: {error:?}")
    };
    assert!(error.to_string().contains("packets.pcapng"), "{error}");
    assert_eq!(read(&folder, "packets.pcapng"), "an earlier capture");
}

fn files(folder: &Path) -> Vec<String> {
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    files
}

fn read(folder: &Path, file: &str) -> String {
    fs::read_to_string(folder.join(file)).unwrap()
}
