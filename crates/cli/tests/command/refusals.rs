//! Impossible requests: one line that says what to do instead, a non-zero exit code, and no panic.

use std::fs;
use std::net::UdpSocket;

use consonance_quic::{Fingerprint, QuicAddress};

use consonance_testing::command::{Ended, Program};
use consonance_testing::command::{Folder, RECORDING};

/// An address for commands that are rejected before they send anything.
const ANYWHERE: &str = "quic://127.0.0.1:9/main";

/// Runs the command, which must fail with a complaint that has these words.
fn assert_refused(arguments: &[&str], words: &str) {
    let ended = Program::start(arguments).end();
    let complaint = ended.complaint();
    assert!(complaint.contains(words), "{arguments:?}: {complaint}");
    assert_eq!(ended.out, [""; 0], "{arguments:?}");
}

/// Joins with further arguments, which must be rejected with these words.
fn assert_join_refused(arguments: &[&str], words: &str) {
    assert_refused(&[&["join", ANYWHERE, "--name", "Alice"], arguments].concat(), words);
}

#[test]
fn an_address_is_refused_with_the_part_that_is_wrong() {
    for (address, words) in [
        ("", "start with quic://"),
        ("127.0.0.1:7777/main", "start with quic://"),
        ("http://127.0.0.1:7777/main", "is the page for browsers"),
        ("udp://127.0.0.1:7777/main", "expected quic://, wss:// or ws://"),
        ("quic://127.0.0.1:7777", "the session is missing"),
        ("quic://127.0.0.1:7777/", "the session"),
        ("quic://127.0.0.1/main", "the port is missing"),
        ("quic://127.0.0.1:seven/main", "the port “seven”"),
        ("quic://127.0.0.1:77777/main", "the port “77777”"),
        ("quic://:7777/main", "the host is missing"),
        ("quic://[::1:7777/main", "closing bracket"),
        ("quic://::1:7777/main", "brackets"),
        ("quic://127.0.0.1:7777/main#md5=00", "a fingerprint after #"),
        ("quic://127.0.0.1:7777/main#sha256=00", "the fingerprint"),
    ] {
        assert_refused(&["join", address, "--name", "Alice"], words);
    }
}

#[test]
fn a_former_flag_is_refused_with_its_new_name() {
    for (words, hint) in [
        (&["serve", "--needs", "vip=gold"][..], "'--needs' is now '--room-token'"),
        (&["admin", "mute", "main", "Alice", "--for", "60"], "'--for' is now '--duration'"),
        (&["token", "new", "--key", "secret.jwk"], "'--signing-key'"),
    ] {
        let ended = Program::start(words).end();
        assert!(ended.err.join("\n").contains(hint), "{words:?}: {:?}", ended.err);
    }
}

#[test]
fn a_proximity_room_is_refused_without_a_range_that_makes_sense() {
    for (room, words) in [
        ("world", "world=25"),
        ("world=", "invalid range \"\""),
        ("world=far", "invalid range \"far\""),
        ("world=-5", "0.1 to 1000000"),
        ("world=nan", "0.1 to 1000000"),
        ("world=inf", "0.1 to 1000000"),
    ] {
        let ended = Program::start(&["serve", "--proximity", room]).end();
        assert!(ended.err.join("\n").contains(words), "{room}: {:?}", ended.err);
    }
}

#[test]
fn a_name_is_refused_if_it_is_empty_or_too_long() {
    assert_refused(&["join", ANYWHERE, "--name", ""], "empty");
    assert_refused(&["join", ANYWHERE, "--name", &"x".repeat(200)], "200 bytes, at most 128");
    assert_refused(&["join", ANYWHERE, "--name", &"é".repeat(100)], "200 bytes, at most 128");
}

#[test]
fn rooms_and_players_are_refused_if_they_are_not_written_as_such() {
    let long = "x".repeat(200);
    for (arguments, words) in [
        (["--speak", "@"], "@Bob"),
        (["--speak", ""], "the room has no name"),
        (["--speak", &long], "200 bytes, at most 128"),
        (["--speak", &format!("@{long}")], "200 bytes, at most 128"),
        (["--listen", "@bob"], "expected a room, not a player"),
        (["--listen", ""], "the room has no name"),
        (["--listen", &long], "200 bytes, at most 128"),
    ] {
        assert_join_refused(&arguments, words);
    }
}

#[test]
fn a_time_to_stay_is_a_number_of_seconds_above_nothing() {
    for seconds in ["0", "-1", "nan", "inf", "1e18", "1e19", "1e-12"] {
        assert_join_refused(&["--duration", seconds], "give a number of seconds");
    }
}

#[test]
fn a_wav_file_that_cannot_be_read_is_named() {
    let folder = Folder::new();
    let text = folder.write("text.wav", b"these are words");
    let recording = fs::read(RECORDING).unwrap();
    let cut_off = folder.write("cut.wav", &recording[..recording.len() / 2]);
    let header = folder.write("header.wav", &recording[..30]);
    for (input, words) in [
        (&folder.file("missing.wav"), "cannot read"),
        (&text, "is not a readable WAV file"),
        (&cut_off, "is truncated"),
        (&header, "truncated"),
    ] {
        assert_join_refused(&["--input", input], words);
        assert_join_refused(&["--input", input], input);
    }
}

#[test]
fn an_output_that_cannot_be_written_is_named() {
    let folder = Folder::new();
    let output = folder.file("missing/heard.wav");
    assert_join_refused(&["--output", &output], "check that the folder exists");
    assert_join_refused(&["--output", &output], &output);
}

#[test]
fn what_is_spoken_is_not_overwritten_by_what_is_heard() {
    let folder = Folder::new();
    let speech = folder.speech(1);
    let before = fs::read(&speech).unwrap();
    let detour = folder.file("./speech.wav");
    assert_join_refused(&["--input", &speech, "--output", &detour], "same file");
    assert_eq!(fs::read(&speech).unwrap(), before);
}

#[test]
fn another_certificate_and_an_unknown_session_are_refused() {
    let (_server, address) = Program::serve(&["main", "other"]);
    let here: QuicAddress = address.parse().unwrap();
    let join = |session: &str, fingerprint| {
        let address = QuicAddress::new(here.host(), here.port(), session, fingerprint).unwrap();
        Program::start(&["join", &address.to_string(), "--name", "Alice", "--json"]).end()
    };
    let words = |ended: &Ended| {
        // For scripts the reason is an event as well.
        assert_eq!(ended.events().last().unwrap()["reason"], ended.complaint());
        ended.complaint().to_owned()
    };
    let other = Fingerprint::of_certificate(b"another certificate");
    let complaint = words(&join("main", Some(other)));
    assert!(
        complaint.contains("certificate is not trusted") && complaint.contains(&other.to_string()),
        "{complaint}"
    );
    let complaint = words(&join("main", None));
    assert!(complaint.contains("certificate is not trusted"), "{complaint}");
    let complaint = words(&join("mian", here.fingerprint()));
    assert!(complaint.contains("unknown session, available: main, other"), "{complaint}");
}

#[test]
fn an_unreachable_address_is_reported_once() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let place = silent.local_addr().unwrap().to_string();
    let ended = Program::start(&["join", &format!("quic://{place}/main"), "--name", "Alice"]).end();
    let complaint = ended.complaint();
    assert!(complaint.contains("cannot reach the server") && complaint.contains(&place), "{complaint}");
    assert_eq!(ended.out, [""; 0]);
}

#[test]
fn options_of_the_server_are_refused_by_name() {
    let folder = Folder::new();
    let text = folder.write("text.pem", b"these are words");
    let missing = folder.file("missing.pem");
    for (arguments, words) in [
        (&["--listen", "nonsense"][..], "\"nonsense\""),
        (&["--listen", "127.0.0.1"], "an address looks like"),
        (&["--session", ""], "--session"),
        (&["--session", "a", "--session", "a"], "listed twice"),
        (&["--session", &"x".repeat(65)], "--session"),
        (&["--host", "a b"], "--host"),
        (&["--cert", &missing, "--private-key", &missing], "missing.pem"),
        (&["--cert", &text, "--private-key", &text], "certificate"),
    ] {
        let anywhere: &[&str] =
            if arguments[0] == "--listen" { &["serve"] } else { &["serve", "--listen", "127.0.0.1:0"] };
        assert_refused(&[anywhere, arguments].concat(), words);
    }
}

#[test]
fn a_demonstration_needs_possible_conditions_and_a_folder() {
    let folder = Folder::new();
    let file = folder.write("file", b"");
    assert_refused(&["demo", "--loss", "101"], "--loss 101");
    assert_refused(&["demo", "--loss", "nan"], "--loss");
    assert_refused(&["demo", "--jitter=-3"], "--jitter -3");
    assert_refused(&["demo", "--out", &file], "could not create the folder");
}

#[test]
fn wrong_usage_is_explained() {
    for arguments in [&["frobnicate"][..], &["join"], &["serve", "--cert", "x"], &["bench"]] {
        let ended = Program::start(arguments).end();
        assert_eq!(ended.status.code(), Some(2), "{arguments:?}");
        assert!(ended.err.iter().any(|line| line.starts_with("Usage: consonance")), "{:?}", ended.err);
    }
}
