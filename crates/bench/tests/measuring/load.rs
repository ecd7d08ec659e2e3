//! `consonance-bench load`: the fields that scripts read, and that no server is left behind.

use consonance_testing::command::Program;
use serde_json::Value;

use crate::machine::shared_machine;

const FIELDS: &[&str] = &[
    "bytes_per_client",
    "clients",
    "clients_cpu_share",
    "clients_late_p99_us",
    "clients_sockets_dropped",
    "delay_clients_late_p99_us",
    "delay_frames_per_s_each",
    "delay_p50_us",
    "delay_p95_us",
    "delay_p99_us",
    "frame_bytes",
    "frames_out_per_s",
    "frames_out_per_server_cpu_s",
    "frames_per_s_each",
    "limited_by",
    "loss",
    "mode",
    "rooms",
    "server_cpu_s",
    "server_cpu_share",
    "speakers",
];

/// The last line of output for four clients in two rooms, two of which speak, for a second.
fn load(more: &[&str]) -> Value {
    let figures = load_with("1", more);
    let names: Vec<_> = figures.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, FIELDS);
    figures
}

/// The same for this many seconds, with other fields.
fn load_with(seconds: &str, more: &[&str]) -> Value {
    let mut arguments = vec!["load", "--clients", "4", "--speakers", "2", "--rooms", "2"];
    arguments.extend(["--seconds", seconds, "--skip-memory", "--json"]);
    arguments.extend(more);
    let _machine = shared_machine();
    let ended = Program::bench(&arguments).end();
    ended.assert_well();
    let figures: Value = serde_json::from_str(ended.out.last().unwrap()).unwrap();
    assert_eq!((&figures["clients"], &figures["speakers"]), (&4.into(), &2.into()));
    assert!(figures["frames_out_per_s"].as_u64().unwrap() > 0, "{figures}");
    assert!(figures["delay_p50_us"].as_f64().unwrap() > 0.0, "{figures}");
    figures
}

#[test]
fn frames_flow_and_the_time_that_the_server_took_for_them_is_told() {
    let figures = load(&["--quic"]);
    assert_eq!(figures["mode"], "quic");
    assert!(figures["frames_out_per_server_cpu_s"].as_u64().unwrap() > 0, "{figures}");
}

#[test]
fn voice_takes_the_way_that_was_asked_for_and_by_default_that_of_any_client() {
    for (arguments, mode) in [(&["--fast"][..], "fast"), (&[], "fast")] {
        assert_eq!(load(arguments)["mode"], mode, "{arguments:?}");
    }
}

#[cfg(feature = "plain-cipher")]
#[test]
fn plain_voice_is_measured_by_a_build_that_has_it() {
    assert_eq!(load(&["--udp-plain"])["mode"], "udp-plain");
}

#[cfg(not(feature = "plain-cipher"))]
#[test]
fn the_build_of_players_has_no_plain_voice() {
    let ended = Program::bench(&["load", "--udp-plain"]).end();
    assert!(
        ended.err.iter().any(|line| line.contains("unexpected argument '--udp-plain'")),
        "{:?}",
        ended.err
    );
}

#[test]
fn what_happens_besides_is_counted_and_its_promise_judged() {
    let cases: [(&[&str], &str, &str); 3] = [
        (&["--joins-per-second", "30"], "joins", "joins_failed"),
        (&["--flood"], "flood_frames", "flooder_thrown_out"),
        (&["--garbage", "1000"], "garbage_datagrams", "garbage_datagrams"),
    ];
    for (arguments, done, also) in cases {
        // Long enough for others to join, even on a busy machine.
        let figures = load_with("3", arguments);
        assert!(figures[done].as_u64().unwrap() > 0 && figures[also].is_u64(), "{figures}");
        assert!(figures["promise"].is_string() && figures.get("holds").is_some(), "{figures}");
    }
}

#[test]
fn idle_clients_are_counted_in_bytes_and_in_their_share_of_a_core() {
    let _machine = shared_machine();
    let arguments = ["load", "--idle", "6", "--sessions", "3", "--seconds", "0.2", "--json"];
    let ended = Program::bench(&arguments).end();
    ended.assert_well();
    let figures: Value = serde_json::from_str(ended.out.last().unwrap()).unwrap();
    assert_eq!((&figures["idle_clients"], &figures["sessions"]), (&6.into(), &3.into()));
    assert!(
        figures["anonymous_bytes"].as_u64().unwrap() > 0 && figures["server_cpu_share"].is_f64(),
        "{figures}"
    );
}

#[test]
fn another_server_is_loaded_too_but_its_processor_time_is_not_visible() {
    let (_server, address) = Program::serve(&["main"]);
    let figures = load(&["--quic", "--server", &address]);
    assert_eq!(figures["frames_out_per_server_cpu_s"], Value::Null);
}

#[test]
fn what_cannot_be_is_refused_before_anything_starts() {
    let cases: [(&[&str], &str); 2] = [
        (&["--clients", "4", "--speakers", "5"], "5 of 4 clients cannot speak; give fewer --speakers"),
        (&["--clients", "4", "--rooms", "3"], "a single player in one of 3 rooms; give fewer --rooms"),
    ];
    for (arguments, words) in cases {
        let ended = Program::bench(&[&["load"], arguments].concat()).end();
        assert!(ended.complaint().contains(words), "{}", ended.complaint());
    }
}

#[test]
fn a_server_started_by_a_program_ends_with_its_input() {
    let mut server = Program::start(&["serve", "--listen", "127.0.0.1:0", "--end-with-input"]);
    server.until_line("the session's address", |line| line.contains("quic://"));
    server.end_input();
    server.end().assert_well();
}
