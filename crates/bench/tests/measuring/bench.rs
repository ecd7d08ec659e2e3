//! `consonance-bench`: the fields that scripts read.

use consonance_testing::command::Program;
use serde_json::Value;

use crate::machine::{shared_machine, whole_machine};

/// The first row of a bench, which is then stopped: only the names matter here, not the figures.
fn first_row(bench: &str) -> Value {
    let _machine = shared_machine();
    let program = Program::bench(&[bench, "--json"]);
    let line = program.until_line("a row", |_| true);
    serde_json::from_str(&line).unwrap()
}

fn assert_fields(row: &Value, expected: &[&str]) {
    let row = row.as_object().unwrap();
    let names: std::collections::BTreeSet<_> = row.keys().map(String::as_str).collect();
    assert_eq!(names, expected.iter().copied().collect());
    assert!(row.values().all(Value::is_number), "{row:?}");
}

#[test]
fn a_relay_row_has_its_fields_and_allocates_nothing() {
    let row = first_row("relay");
    let rates = ["packets_out_per_s", "encrypted_packets_out_per_s", "bare_packets_per_s"];
    assert_fields(&row, &[&["listeners", "allocations_per_packet"][..], &rates].concat());
    assert_eq!((&row["listeners"], &row["allocations_per_packet"]), (&1.into(), &0.into()));
}

#[test]
fn a_join_row_has_its_fields() {
    let row = first_row("join");
    let fields = ["present", "ns_per_join", "packets_per_join", "ns_per_packet", "bare_ns_per_packet"];
    assert_fields(&row, &fields);
    assert_eq!(row["present"], 1);
}

#[test]
fn a_ban_row_has_its_fields_and_is_not_compared_with_itself() {
    let row = first_row("bans");
    let fields = ["bans", "name_ns", "subject_ns", "ipv4_ns", "ipv6_ns", "lookup_ns", "of_none"];
    assert_fields(&row, &fields);
    assert_eq!((&row["bans"], &row["of_none"]), (&0.into(), &1.into()));
}

#[test]
fn a_keeping_row_has_its_fields_and_leaves_nothing_out() {
    let row = first_row("keeping");
    let fields =
        ["listeners", "ns_per_frame", "kept_ns", "recorded_ns", "kept_ratio", "recorded_ratio", "left_out"];
    assert_fields(&row, &fields);
    assert_eq!((&row["listeners"], &row["left_out"]), (&1.into(), &0.into()));
}

#[test]
fn a_proximity_row_has_its_fields_and_allocates_nothing() {
    let row = first_row("proximity");
    let fields = [
        "players",
        "percent_of_core",
        "us_per_player_second",
        "ns_per_position",
        "ns_per_frame",
        "in_range_per_speaker",
        "heard_per_speaker",
        "allocations_per_packet",
        "bare_ns_per_frame",
    ];
    assert_fields(&row, &fields);
    assert_eq!((&row["players"], &row["allocations_per_packet"]), (&1000.into(), &0.into()));
    let [in_range, heard] =
        ["in_range_per_speaker", "heard_per_speaker"].map(|field| row[field].as_f64().unwrap());
    assert!((40.0..60.0).contains(&in_range) && (30.0..in_range).contains(&heard), "{row}");
}

/// As `docs/server-cost.md` promises of clients that do nothing.
#[test]
fn an_idle_client_takes_less_than_four_kilobytes_of_the_engine_in_few_sessions_and_in_many() {
    let _machine = shared_machine();
    let ended = Program::bench(&["memory", "--json"]).end();
    ended.assert_well();
    let rows: Vec<Value> = ended.out.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    for row in &rows {
        let fields = [
            "sessions",
            "clients_per_session",
            "of_ours",
            "bytes_per_client",
            "allocations_per_client",
            "plain_bytes_per_client",
        ];
        assert_fields(row, &fields);
        let bytes = row["bytes_per_client"].as_f64().unwrap();
        assert!((100.0..4096.0).contains(&bytes), "{row}");
    }
    assert_eq!(rows.len(), 6);
}

#[test]
fn an_audio_row_has_its_fields() {
    let row = first_row("audio");
    let names: Vec<_> = row.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["percent_of_core", "stage", "target_percent", "us_per_block"]);
    assert!(row["stage"].is_string() && row["us_per_block"].as_f64().unwrap() > 0.0);
}

#[test]
fn sound_through_an_engine_is_heard_and_compared_with_devices() {
    let _machine = whole_machine();
    let ended =
        Program::bench(&["mouth-to-ear", "--engine", "--settle", "3", "--seconds", "2", "--json"]).end();
    ended.assert_well();
    let rows: Vec<Value> = ended.out.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 3);
    for (row, through) in rows.iter().zip(["0", "1", "2"]) {
        assert_fields(row, &["through", "chirps", "not_heard", "p50_ms", "p95_ms", "p99_ms"]);
        assert_eq!(row["through"].as_f64().unwrap().to_string(), through);
        assert!(row["p50_ms"].as_f64().unwrap() > 20.0, "{row}");
    }
}

#[test]
fn chirps_are_heard_and_the_parts_of_their_delay_make_up_the_whole() {
    let _machine = whole_machine();
    let ended = Program::bench(&["mouth-to-ear", "--seconds", "2", "--json"]).end();
    ended.assert_well();
    let rows: Vec<Value> = ended.out.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 2);
    for (row, is_cleaned) in rows.iter().zip([0, 1]) {
        let fields = [
            "is_cleaned",
            "chirps",
            "not_heard",
            "p50_ms",
            "p95_ms",
            "p99_ms",
            "cleaning_ms",
            "frame_ms",
            "way_ms",
            "buffer_ms",
            "codec_ms",
            "unavoidable_ms",
        ];
        assert_fields(row, &fields);
        let [chirps, not_heard, cleaning] =
            ["chirps", "not_heard", "cleaning_ms"].map(|field| row[field].as_f64().unwrap());
        assert!(not_heard < chirps, "{row}");
        assert_eq!((&row["is_cleaned"], cleaning > 0.0), (&is_cleaned.into(), is_cleaned == 1), "{row}");
    }
}

#[test]
fn a_floor_row_has_its_fields_and_there_is_one_for_each_loop_of_the_system() {
    let _machine = whole_machine();
    let program = Program::bench(&["floor", "--listeners", "10", "--rounds", "2", "--json"]);
    let loops: &[&str] = if cfg!(target_os = "linux") {
        &["sendto", "connected", "sendmmsg", "gso4"]
    } else {
        &["sendto", "connected"]
    };
    let sealed = loops.iter().map(|name| format!("sealed-{name}"));
    let quinn = cfg!(target_os = "linux").then(|| "quinn".to_owned());
    for name in loops.iter().map(|name| (*name).to_owned()).chain(sealed).chain(quinn) {
        let is_it = |line: &str| line.contains(&format!("\"loop\":\"{name}\""));
        let row: Value = serde_json::from_str(&program.until_line(&name, is_it)).unwrap();
        let names: Vec<_> = row.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["loop", "lost", "packets_per_cpu_s", "ratio_to_sendto"]);
        assert_eq!(row["lost"], 0.0);
        assert!(row["packets_per_cpu_s"].as_u64().unwrap() > 0);
    }
}
