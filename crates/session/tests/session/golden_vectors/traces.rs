//! Whole sessions of a server and its clients; see the vectors' README.

use serde_json::Value;

use super::driver;
use super::outcome::Outcome;
use super::recording::Recording;
use super::replay::{Direct, Manner, Replay, Way};

/// Ids in use are skipped for newcomers, so the packets differ, but not the final roster.
const ONLY_FINAL: [&str; 1] = ["ghost_id_collides_with_assigned_id"];

/// A player whose packets are accepted only because the original's own session is 0 before it joins; ours accepts only
/// the handshake's response then.
const HEARD_TOO_EARLY: [(&str, &str); 1] = [("packets_before_handshake_response", "Zero")];

/// Packets that deliberately differ in ours: see `docs/security.md`.
const DIFFERENCES: [Difference; 2] = [
    // Two room names with one id: the listeners of both are recipients.
    Difference {
        trace: "room_id_collision",
        stream: ("c2s", 1, false),
        recorded: Some(
            "8bc7081234567801000100288bc702123456780000800000000180011dbc001400000e151c232a31383f464d545b626970777e85",
        ),
        ours: "8bc70812345678020001000200288bc702123456780000800000000180011dbc001400000e151c232a31383f464d545b626970777e85",
    },
    Difference {
        trace: "room_id_collision",
        stream: ("c2s", 1, true),
        recorded: None,
        ours: "8bc707123456780200010002000f8bc703123456780000001dbc000274",
    },
];

/// Packets reach the client before its transport reports that it is up; ours takes the first one as that report and
/// sends its request at once. So the request is this peer's first packet, and does not follow its reply to the
/// response.
const ASKS_EARLIER: [(&str, u64, &str); 1] =
    [("packets_before_handshake_response", 1, "8bc70401000003c00000bb800006416c696365")];

struct Difference {
    trace: &'static str,
    stream: (&'static str, u64, bool),
    /// The recorded packet that ours replaces; `None` if ours sends an additional packet, the last of its stream.
    recorded: Option<&'static str>,
    ours: &'static str,
}

/// A trace whose scripts do what a server with the default settings does not take from any peer, and no original does:
/// see `docs/security.md`.
struct Refusal {
    trace: &'static str,
    counted: Counted,
    /// The streams of packets that differ for this reason.
    streams: &'static [(&'static str, u64, bool)],
    /// Whether the server's events and its clients at the end differ, too.
    is_decisive: bool,
}

/// The number of packets that were refused for each reason.
#[derive(Debug, PartialEq)]
struct Counted {
    spoofed: u64,
    not_joined: u64,
    inner_refused: u64,
    /// Requests for names in use, which had to wait.
    names_kept: u64,
}

const NONE: Counted = Counted { spoofed: 0, not_joined: 0, inner_refused: 0, names_kept: 0 };

const REFUSALS: [Refusal; 9] = [
    // A state that changes nothing is not announced to the others.
    Refusal {
        trace: "client_gets_second_handshake_response",
        counted: NONE,
        streams: &[("s2c", 2, true)],
        is_decisive: true,
    },
    // The state of another client's id. Ours repeats its own, which the script's server has changed.
    Refusal {
        trace: "client_state_duplicates_and_null_room",
        counted: Counted { spoofed: 4, ..NONE },
        streams: &[("c2s", 1, true), ("s2c", 1, true), ("s2c", 9, true)],
        is_decisive: true,
    },
    Refusal {
        trace: "ghost_id_collides_with_assigned_id",
        counted: Counted { spoofed: 1, ..NONE },
        streams: &[("s2c", 1, true), ("s2c", 2, true)],
        is_decisive: true,
    },
    // A state comes before the handshake: its sender is asked to join.
    Refusal {
        trace: "packets_before_handshake_response",
        counted: Counted { not_joined: 1, ..NONE },
        streams: &[("s2c", 1, false)],
        is_decisive: true,
    },
    // The first connection of the name is still open.
    Refusal {
        trace: "rehandshake_name_of_one_connection_of_another",
        counted: Counted { names_kept: 1, ..NONE },
        streams: &[("s2c", 1, true), ("s2c", 8, true)],
        is_decisive: true,
    },
    Refusal {
        trace: "rehandshake_same_name_other_connection",
        counted: Counted { names_kept: 1, not_joined: 1, ..NONE },
        streams: &[("s2c", 1, true), ("s2c", 2, true), ("s2c", 9, true)],
        is_decisive: true,
    },
    Refusal {
        trace: "relay_of_other_types",
        counted: Counted { spoofed: 1, inner_refused: 8, ..NONE },
        streams: &[("s2c", 2, true)],
        is_decisive: false,
    },
    // Voice without a relay, as only clients of ours send it: its sender is asked to join.
    Refusal {
        trace: "server_gets_client_bound_types",
        counted: Counted { not_joined: 1, ..NONE },
        streams: &[("s2c", 9, false)],
        is_decisive: false,
    },
    Refusal {
        trace: "spoofed_state_and_delta",
        counted: Counted { spoofed: 5, not_joined: 1, ..NONE },
        streams: &[("s2c", 1, true), ("s2c", 9, true), ("s2c", 50, false), ("s2c", 50, true)],
        is_decisive: true,
    },
];

/// Both manners: as much like the original as ours can be, and as users run it.
pub(crate) fn run(trace: &Value) {
    run_over(trace, Box::new(Direct));
    run_by_default(trace);
}

/// Like the original, over another transport.
pub(crate) fn run_over(trace: &Value, way: Box<dyn Way>) {
    let name = driver::text(trace, "name");
    let recording = Recording::new(driver::list(trace, "entries"));
    let mut replay = Replay::new(&recording, way, Manner::LikeTheOriginal);
    let outcome = replay.run();
    let expected = expected(name, &recording, &replay);
    assert_eq!(outcome.clients, expected.clients);
    if !ONLY_FINAL.contains(&name) {
        compare(&outcome, &expected);
    }
}

/// With the default settings, and clients with all capabilities.
fn run_by_default(trace: &Value) {
    let name = driver::text(trace, "name");
    let recording = Recording::new(driver::list(trace, "entries"));
    let mut replay = Replay::new(&recording, Box::new(Direct), Manner::ByDefault);
    let mut outcome = replay.run();
    let mut expected = expected(name, &recording, &replay);
    let counted = replay.statistics();
    let counted = Counted {
        spoofed: counted.spoofed,
        not_joined: counted.not_joined,
        inner_refused: counted.inner_refused,
        names_kept: replay.names_kept,
    };
    let refusal = REFUSALS.iter().find(|refusal| refusal.trace == name);
    assert_eq!(counted, *refusal.map_or(&NONE, |refusal| &refusal.counted));
    for (direction, peer, reliable) in refusal.map_or(&[][..], |refusal| refusal.streams) {
        let stream = ((*direction).to_owned(), *peer, *reliable);
        let packets = [&mut outcome, &mut expected].map(|it| it.packets.remove(&stream));
        assert_ne!(packets[0], packets[1], "{stream:?} does not differ");
    }
    if refusal.is_some_and(|refusal| refusal.is_decisive) {
        assert_ne!(outcome.server_events, expected.server_events, "the events do not differ");
        outcome.server_events.clone_from(&expected.server_events);
        outcome.clients.clone_from(&expected.clients);
    }
    assert_eq!(outcome.clients, expected.clients);
    compare(&outcome, &expected);
}

/// What was recorded, but for the deliberate differences.
fn expected(name: &str, recording: &Recording<'_>, replay: &Replay<'_>) -> Outcome {
    let mut expected = recording.outcome(&replay.lost);
    for difference in DIFFERENCES.iter().filter(|difference| difference.trace == name) {
        let (direction, peer, reliable) = difference.stream;
        let stream = expected.packets.entry((direction.to_owned(), peer, reliable)).or_default();
        match difference.recorded {
            None => stream.push(difference.ours.to_owned()),
            Some(recorded) => {
                let place = stream.iter_mut().find(|packet| *packet == recorded).expect("a recorded packet");
                difference.ours.clone_into(place);
            }
        }
    }
    for (_, player) in HEARD_TOO_EARLY.iter().filter(|(trace, _)| *trace == name) {
        expected.events.values_mut().for_each(|events| events.retain(|event| event["name"] != *player));
    }
    for (_, peer, request) in ASKS_EARLIER.iter().filter(|(trace, ..)| *trace == name) {
        let stream = expected.packets.get_mut(&("c2s".to_owned(), *peer, true)).expect("a client that asks");
        let place = stream.iter().position(|packet| packet == request).expect("a request");
        stream[..=place].rotate_right(1);
    }
    expected
}

fn compare(outcome: &Outcome, expected: &Outcome) {
    assert_eq!(outcome.packets, expected.packets);
    assert_eq!(outcome.joined, expected.joined);
    assert_eq!(outcome.events, expected.events);
    assert_eq!(outcome.server_events, expected.server_events);
}
