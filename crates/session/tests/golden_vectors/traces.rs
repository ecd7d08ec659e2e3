//! Whole sessions of a server and its clients; see the vectors' README.

use serde_json::Value;

use crate::driver;
use crate::recording::Recording;
use crate::replay::{Direct, Replay, Way};

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

pub(crate) fn run(trace: &Value) {
    run_over(trace, Box::new(Direct));
}

/// The same over another transport.
pub(crate) fn run_over(trace: &Value, way: Box<dyn Way>) {
    let name = driver::text(trace, "name");
    let recording = Recording::new(driver::list(trace, "entries"));
    let mut replay = Replay::new(&recording, way);
    let outcome = replay.run();
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
    assert_eq!(outcome.clients, expected.clients);
    if ONLY_FINAL.contains(&name) {
        return;
    }
    for (_, player) in HEARD_TOO_EARLY.iter().filter(|(trace, _)| *trace == name) {
        expected.events.values_mut().for_each(|events| events.retain(|event| event["name"] != *player));
    }
    for (_, peer, request) in ASKS_EARLIER.iter().filter(|(trace, ..)| *trace == name) {
        let stream = expected.packets.get_mut(&("c2s".to_owned(), *peer, true)).expect("a client that asks");
        let place = stream.iter().position(|packet| packet == request).expect("a request");
        stream[..=place].rotate_right(1);
    }
    assert_eq!(outcome.packets, expected.packets);
    assert_eq!(outcome.joined, expected.joined);
    assert_eq!(outcome.events, expected.events);
    assert_eq!(outcome.server_events, expected.server_events);
}
