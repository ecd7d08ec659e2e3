//! The session engine in memory.

use super::super::bench::{Bench, Figure, FloorIs, Row, Run};

const ONCE: &[Run] = &[Run::of(&[], &[])];

/// The common values of all benches of the engine.
const ENGINE: Bench = Bench { name: "", runs: ONCE, figures: &[], is_real_time: false, is_exact: false };

const fn relay(what: &'static str, row: Row) -> Figure {
    let figure = Figure::new(what, row, "packets_out_per_s", "packets/s").more();
    figure.floor("a bare list", FloorIs::Field("bare_packets_per_s"))
}

pub(in super::super) const RELAY: Bench = Bench {
    name: "relay",
    figures: &[
        relay("to 1 listener", &[("listeners", "1")]).detail(),
        relay("to 10 listeners", &[("listeners", "10")]).detail(),
        relay("to 100 listeners", &[("listeners", "100")]).at_least(35e6),
        relay("to 250 listeners", &[("listeners", "250")]).detail(),
        Figure::new(
            "allocations per packet, 100 listeners",
            &[("listeners", "100")],
            "allocations_per_packet",
            "allocations",
        )
        .at_most(0.0),
    ],
    ..ENGINE
};

const fn join(what: &'static str, row: Row) -> Figure {
    let figure = Figure::new(what, row, "ns_per_packet", "ns per packet");
    figure.floor("a bare copy", FloorIs::Field("bare_ns_per_packet"))
}

pub(in super::super) const JOIN: Bench = Bench {
    name: "join",
    figures: &[
        join("1 present", &[("present", "1")]).detail(),
        join("100 present", &[("present", "100")]).detail(),
        join("1000 present", &[("present", "1000")]).detail(),
        join("5000 present", &[("present", "5000")]).detail(),
        Figure::new("a whole join, 5000 present", &[("present", "5000")], "ns_per_join", "µs").times(1e-3),
        Figure::new(
            "5000 present against 100",
            &[("present", "5000")],
            "ns_per_packet",
            "ns per packet, not growing",
        )
        .floor("100 present", FloorIs::Rows("ns_per_packet", &[(&[("present", "100")], 1.0)]))
        .at_most_of_floor(1.1),
    ],
    ..ENGINE
};

const fn memory(what: &'static str, row: Row) -> Figure {
    let figure = Figure::new(what, row, "bytes_per_client", "bytes per client");
    figure.floor("the bare data", FloorIs::Field("plain_bytes_per_client")).at_most(4096.0)
}

pub(in super::super) const MEMORY: Bench = Bench {
    name: "memory",
    figures: &[
        memory("1 × 1000, the original's clients", &[("sessions", "1"), ("of_ours", "0")]).detail(),
        memory("1 × 1000, clients of ours", &[("sessions", "1"), ("of_ours", "1")]),
        memory("10 × 100, the original's clients", &[("sessions", "10"), ("of_ours", "0")]).detail(),
        memory("10 × 100, clients of ours", &[("sessions", "10"), ("of_ours", "1")]).detail(),
        memory("1000 × 10, the original's clients", &[("sessions", "1000"), ("of_ours", "0")]).detail(),
        memory("1000 × 10, clients of ours", &[("sessions", "1000"), ("of_ours", "1")]),
    ],
    is_exact: true,
    ..ENGINE
};

const fn routing(what: &'static str, row: Row) -> Figure {
    let figure = Figure::new(what, row, "ns_routed", "ns per listener");
    figure.floor("a sender's list", FloorIs::Field("ns_relayed"))
}

pub(in super::super) const ROUTING: Bench = Bench {
    name: "routing",
    figures: &[
        routing("100 listeners", &[("listeners", "100")]).detail(),
        routing("1000 listeners", &[("listeners", "1000")]),
        routing("4000 listeners", &[("listeners", "4000")]).detail(),
    ],
    ..ENGINE
};

const fn near(what: &'static str, row: Row) -> Figure {
    let figure = Figure::new(what, row, "ns_per_frame", "ns per frame");
    figure.floor("a bare list", FloorIs::Field("bare_ns_per_frame"))
}

const fn market(what: &'static str, row: Row) -> Figure {
    Figure::new(what, row, "percent_of_core", "% of a core")
}

pub(in super::super) const PROXIMITY: Bench = Bench {
    name: "proximity",
    figures: &[
        near("1000 players", &[("players", "1000")]).detail(),
        near("3000 players", &[("players", "3000")]).detail(),
        near("10 000 players", &[("players", "10000")]).detail(),
        market("everything, 1000 players", &[("players", "1000")]),
        market("everything, 3000 players", &[("players", "3000")]).detail(),
        market("everything, 10 000 players", &[("players", "10000")]).at_most(20.0),
    ],
    ..ENGINE
};

const fn ban(what: &'static str, row: Row) -> Figure {
    let figure = Figure::new(what, row, "lookup_ns", "ns per joining player");
    let none: &[(Row, f64)] = &[(&[("bans", "0")], 1.0)];
    figure.floor("none", FloorIs::Rows("lookup_ns", none))
}

pub(in super::super) const BANS: Bench = Bench {
    name: "bans",
    figures: &[ban("1000 bans", &[("bans", "1000")]).detail(), ban("100 000 bans", &[("bans", "100000")])],
    ..ENGINE
};

const fn kept(what: &'static str, row: Row, field: &'static str) -> Figure {
    let figure = Figure::new(what, row, field, "ns per frame");
    figure.floor("neither", FloorIs::Field("ns_per_frame"))
}

pub(in super::super) const KEEPING: Bench = Bench {
    name: "keeping",
    figures: &[
        kept("kept for reports, 1 listener", &[("listeners", "1")], "kept_ns").detail(),
        kept("kept for reports, 10 listeners", &[("listeners", "10")], "kept_ns"),
        kept("kept for reports, 100 listeners", &[("listeners", "100")], "kept_ns").detail(),
        kept("recorded, 1 listener", &[("listeners", "1")], "recorded_ns").detail(),
        kept("recorded, 10 listeners", &[("listeners", "10")], "recorded_ns"),
        kept("recorded, 100 listeners", &[("listeners", "100")], "recorded_ns").detail(),
    ],
    ..ENGINE
};

const fn sealed(what: &'static str, field: &'static str, other: &'static str) -> Figure {
    let figure = Figure::new(what, &[("frame_bytes", "60")], field, "ns");
    figure.floor("the crate sframe", FloorIs::Field(other))
}

pub(in super::super) const FRAMES: Bench = Bench {
    name: "frames",
    figures: &[
        sealed("seal a frame of 60 bytes", "seal_ns", "sframe_seal_ns").at_most(400.0),
        sealed("open a frame of 60 bytes", "open_ns", "sframe_open_ns").at_most(400.0),
        sealed("derive a key", "derive_ns", "sframe_derive_ns").detail(),
        sealed("AES-128-GCM instead: seal", "gcm_seal_ns", "sframe_seal_ns").detail(),
        sealed("AES-128-GCM instead: open", "gcm_open_ns", "sframe_open_ns").detail(),
    ],
    ..ENGINE
};

const fn in_group(
    what: &'static str,
    members: &'static [(&'static str, &'static str)],
    field: &'static str,
) -> Figure {
    Figure::new(what, members, field, "µs")
}

pub(in super::super) const GROUPS: Bench = Bench {
    name: "groups",
    figures: &[
        in_group("key package of a newcomer", &[("members", "100")], "key_package_us").detail(),
        in_group("add 99 members in one commit", &[("members", "100")], "add_all_us").detail(),
        in_group("join a group of 100", &[("members", "100")], "join_us"),
        in_group("commit a leave of 100", &[("members", "100")], "leave_commit_us").detail(),
        in_group("process that commit", &[("members", "100")], "leave_process_us").detail(),
        in_group("process a leave of 1000", &[("members", "1000")], "leave_process_us").detail(),
        Figure::new(
            "one of 100 leaves: all have the next epoch after",
            &[("session_members", "100")],
            "leave_to_new_epoch_ms",
            "ms",
        )
        .at_most(100.0),
        Figure::new("the most that one of them works", &[("session_members", "100")], "longest_cpu_ms", "ms")
            .at_most(20.0),
    ],
    ..ENGINE
};
