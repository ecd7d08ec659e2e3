//! Servers and what stands before them, over sockets on this machine.

use super::super::bench::{Bench, Figure, FloorIs, Row, Run};

/// The common values of all benches of a server.
const SERVER: Bench = Bench { name: "", runs: &[], figures: &[], is_real_time: true, is_exact: false };

const SENDTO: FloorIs = FloorIs::Rows("packets_per_cpu_s", &[(&[("loop", "sendto")], 1.0)]);

const fn plainest(what: &'static str, row: Row) -> Figure {
    Figure::new(what, row, "packets_per_cpu_s", "packets per CPU second").more()
}

const fn bare(what: &'static str, row: Row) -> Figure {
    plainest(what, row).floor("sendto", SENDTO)
}

pub(in super::super) const FLOOR: Bench = Bench {
    name: "floor",
    runs: &[Run::of(&[], &["--rounds", "3"])],
    figures: &[
        plainest("sendto", &[("loop", "sendto")]),
        bare("connected", &[("loop", "connected")]).detail(),
        bare("sendmmsg", &[("loop", "sendmmsg")]).detail(),
        bare("gso4", &[("loop", "gso4")]),
        bare("sealed-sendto", &[("loop", "sealed-sendto")]).detail(),
        bare("sealed-connected", &[("loop", "sealed-connected")]).detail(),
        bare("sealed-sendmmsg", &[("loop", "sealed-sendmmsg")]).detail(),
        bare("sealed-gso4", &[("loop", "sealed-gso4")]),
        bare("quinn", &[("loop", "quinn")]),
    ],
    ..SERVER
};

/// The last line of a run is its result; lines before it have no mode.
const fn load(what: &'static str, row: Row, field: &'static str, unit: &'static str) -> Figure {
    Figure::new(what, row, field, unit)
}

const FAST: Row = &[("mode", "fast")];
const PLAIN: Row = &[("mode", "udp-plain")];
const QUIC: Row = &[("mode", "quic")];
const OUT: &str = "frames_out_per_server_cpu_s";
const OUT_UNIT: &str = "frames out per CPU second";
const LATE: &str = "delay_p99_us";
const USUAL: &str = "delay_p50_us";
const CLIENT: &str = "bytes_per_client";

pub(in super::super) const LOAD: Bench = Bench {
    name: "load",
    runs: &[
        Run::of(&["--fast", "--ramp", "--floor"], HURRY),
        Run::of(&["--fast", "--speakers", "8", "--ramp", "--floor", "--skip-memory"], HURRY),
        Run::of(&["--udp-plain", "--ramp", "--floor", "--skip-memory"], HURRY),
        Run::of(&["--quic", "--ramp", "--floor"], HURRY),
    ],
    figures: &[
        load("sealed datagrams, 1 speaker", FAST, OUT, OUT_UNIT)
            .more()
            .floor("sendto", FloorIs::Field("floor_sendto"))
            .at_least_of_floor(0.85),
        load("sealed datagrams, 8 speakers", FAST, OUT, OUT_UNIT)
            .run(1)
            .more()
            .floor("sendto", FloorIs::Field("floor_sendto"))
            .at_least_of_floor(3.0),
        load("plain datagrams, 1 speaker", PLAIN, OUT, OUT_UNIT)
            .run(2)
            .more()
            .floor("best bare loop", FloorIs::Ratio("ratio_to_best_loop"))
            .at_least_of_floor(0.85),
        load("QUIC datagrams, 1 speaker", QUIC, OUT, OUT_UNIT)
            .run(3)
            .more()
            .floor("quinn", FloorIs::Field("floor_quinn"))
            .at_least_of_floor(0.9),
        load("sealed, 1 speaker: lost at 85 % of the limit", FAST, "loss", "% lost").detail().times(100.0),
        load("sealed, 8 speakers: lost at 85 %", FAST, "loss", "% lost").detail().run(1).times(100.0),
        load("plain, 1 speaker: lost at 85 %", PLAIN, "loss", "% lost").detail().run(2).times(100.0),
        load("QUIC, 1 speaker: lost at 85 %", QUIC, "loss", "% lost").detail().run(3).times(100.0),
        load("sealed, 1 speaker: p50 at 70 % of the limit", FAST, USUAL, "µs"),
        load("sealed, 1 speaker: p99", FAST, LATE, "µs").at_most(1000.0),
        load("sealed, 8 speakers: p50", FAST, USUAL, "µs").detail().run(1),
        load("sealed, 8 speakers: p99", FAST, LATE, "µs").run(1).at_most(1000.0),
        load("plain, 1 speaker: p50", PLAIN, USUAL, "µs").detail().run(2),
        load("plain, 1 speaker: p99", PLAIN, LATE, "µs").run(2).at_most(1000.0),
        load("QUIC, 1 speaker: p50", QUIC, USUAL, "µs").detail().run(3),
        load("QUIC, 1 speaker: p99", QUIC, LATE, "µs").run(3).at_most(1000.0),
        load("the server, with the fast path", FAST, CLIENT, "bytes per client").at_most(36_000.0),
        load("the server, over QUIC alone", QUIC, CLIENT, "bytes per client").run(3).at_most(36_000.0),
    ],
    ..SERVER
};

const HURRY: &[&str] = &["--seconds", "1"];

const fn added(what: &'static str, proxied: &'static str, bare: &'static str) -> Figure {
    Figure::new(what, &[], proxied, "µs").floor("a bare forwarder", FloorIs::Field(bare))
}

const fn direct(what: &'static str, field: &'static str) -> Figure {
    Figure::new(what, &[], field, "µs without a proxy")
}

const fn difference(what: &'static str, field: &'static str) -> Figure {
    Figure::new(what, &[], field, "µs, the difference").at_most(1000.0)
}

pub(in super::super) const PROXY: Bench = Bench {
    name: "proxy",
    runs: &[Run::of(&[], &["--seconds", "3", "--clients", "20", "--speakers", "2"])],
    figures: &[
        added("unreliable, p50", "unreliable_proxied_p50_us", "unreliable_bare_p50_us"),
        added("unreliable, p99", "unreliable_proxied_p99_us", "unreliable_bare_p99_us").detail(),
        added("reliable, p50", "reliable_proxied_p50_us", "reliable_bare_p50_us"),
        added("reliable, p99", "reliable_proxied_p99_us", "reliable_bare_p99_us").detail(),
        direct("unreliable, p50, straight to the game", "unreliable_direct_p50_us").detail(),
        direct("unreliable, p99, straight to the game", "unreliable_direct_p99_us").detail(),
        difference("later than straight, unreliable, p99", "unreliable_added_p99_us"),
        difference("later than straight, reliable, p99", "reliable_added_p99_us"),
        Figure::new("a message of the game", &[], "cpu_per_message_us", "µs of the processor")
            .floor("a bare forwarder", FloorIs::Field("bare_cpu_per_message_us")),
        Figure::new("messages lost", &[], "proxied_lost", "messages").at_most(0.0),
    ],
    ..SERVER
};

const fn later(what: &'static str, field: &'static str, native: &'static str) -> Figure {
    Figure::new(what, &[], field, "µs").floor("native players", FloorIs::Field(native))
}

const fn costs(what: &'static str, field: &'static str) -> Figure {
    let figure = Figure::new(what, &[], field, "µs of the server's processor per frame");
    figure.floor("a native one", FloorIs::Field("cpu_per_frame_native_speaker_us"))
}

pub(in super::super) const BROWSER: Bench = Bench {
    name: "browser",
    runs: &[Run::of(&[], &["--seconds", "6", "--browsers", "10"])],
    figures: &[
        later("browser to native, p50", "browser_to_native_p50_us", "native_to_native_p50_us"),
        later("browser to native, p99", "browser_to_native_p99_us", "native_to_native_p99_us").detail(),
        later("native to browser, p50", "native_to_browser_p50_us", "native_to_native_p50_us"),
        later("native to browser, p99", "native_to_browser_p99_us", "native_to_native_p99_us").detail(),
        Figure::new(
            "later than native, to native, p99",
            &[],
            "browser_to_native_added_p99_us",
            "µs, the difference",
        )
        .at_most(2000.0),
        Figure::new(
            "later than native, to a browser, p99",
            &[],
            "native_to_browser_added_p99_us",
            "µs, the difference",
        )
        .at_most(2000.0),
        costs("a browser speaks", "cpu_per_frame_browser_speaker_us").at_most_of_floor(3.0),
        costs("a browser listens", "cpu_per_frame_browser_listener_us").at_most_of_floor(3.0),
        Figure::new("many browsers in one session", &[], "many_cpu_percent", "% of a core").at_most(100.0),
        Figure::new("lost among many browsers", &[], "lost_in_browsers", "frames").detail().at_most(0.0),
        Figure::new("a browser that has joined", &[], "bytes_per_browser", "bytes of memory")
            .at_most(200_000.0),
    ],
    ..SERVER
};

const fn crossing(what: &'static str, run: usize, field: &'static str, unit: &'static str) -> Figure {
    Figure::new(what, &[], field, unit).run(run)
}

const CROSSING_CPU: &str = "µs of a processor per frame";

pub(in super::super) const NODE_DELAY: Bench = Bench {
    name: "node-delay",
    runs: &[
        Run::of(&["--rates", "1000"], HURRY),
        Run::of(&["--rates", "10000"], HURRY),
        Run::of(&["--rates", "50000"], HURRY),
    ],
    figures: &[
        crossing("1 000 frames per second, p50", 0, "p50_us", "µs").detail(),
        crossing("1 000 frames per second, p99", 0, "p99_us", "µs").at_most(1000.0),
        crossing("10 000 frames per second, p50", 1, "p50_us", "µs").detail(),
        crossing("10 000 frames per second, p99", 1, "p99_us", "µs").at_most(1000.0),
        crossing("50 000 frames per second, p50", 2, "p50_us", "µs").detail(),
        crossing("50 000 frames per second, p99", 2, "p99_us", "µs").at_most(5000.0),
        crossing("1 000 frames per second, both nodes", 0, "cpu_us", CROSSING_CPU),
        crossing("10 000 frames per second, both nodes", 1, "cpu_us", CROSSING_CPU).detail(),
        crossing("50 000 frames per second, both nodes", 2, "cpu_us", CROSSING_CPU),
        crossing("1 000 frames per second, NATS", 0, "nats_cpu_us", CROSSING_CPU).detail(),
        crossing("10 000 frames per second, NATS", 1, "nats_cpu_us", CROSSING_CPU).detail(),
        crossing("50 000 frames per second, NATS", 2, "nats_cpu_us", CROSSING_CPU).detail(),
    ],
    ..SERVER
};

const fn beside_murmur(what: &'static str, row: Row) -> Figure {
    Figure::new(what, row, "out_per_cpu_s", OUT_UNIT)
        .more()
        .floor("Murmur", FloorIs::Field("murmur_out_per_cpu_s"))
}

pub(in super::super) const MURMUR: Bench = Bench {
    name: "murmur",
    runs: &[Run::of(&["--rounds", "1"], HURRY)],
    figures: &[
        beside_murmur("1 speaker, 100 listeners", &[("speakers", "1")]),
        beside_murmur("8 speakers, 100 listeners each", &[("speakers", "8"), ("rooms", "1")]),
        beside_murmur("16 speakers, 100 listeners each", &[("speakers", "16")]),
        beside_murmur("8 rooms with 1 speaker and 7 listeners", &[("rooms", "8")]),
    ],
    ..SERVER
};
