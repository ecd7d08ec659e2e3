//! Whole sessions of a server and its clients, as the vectors' README says.

use serde_json::Value;

use crate::driver;
use crate::recording::Recording;
use crate::replay::Replay;

/// What ours does as the original does.
const RUN: [&str; 31] = [
    "join_three_sequential",
    "join_unicode_names",
    "rooms_enter_exit",
    "voice_to_room_speaker_inside",
    "voice_no_listener",
    "voice_to_player",
    "voice_to_player_pending",
    "channel_refresh",
    "channel_multi",
    "listener_enters_midstream",
    "speaker_disconnects_midstream",
    "text",
    "text_and_voice_order_in_one_update",
    "rehandshake_same_connection_same_name",
    "rehandshake_same_name_other_connection",
    "rehandshake_name_of_one_connection_of_another",
    "client_gets_second_handshake_response",
    "disconnect_and_id_reuse",
    "wrong_session",
    "server_restart_kicks_event_driven_clients",
    "server_restart_and_clients_that_read_inside_update",
    "relay_empty_body_is_fatal_for_the_server",
    "short_packet_is_fatal_for_the_server",
    "null_and_empty_names",
    "server_gets_client_bound_types",
    "client_gets_server_bound_types",
    "handshake_p2p",
    "server_shutdown",
    "voice_timeout",
    "handshake_response_with_clients_and_rooms",
    "room_id_collision",
];

/// What ours does on purpose as the original does not, unless it is told to trust every byte as the original does;
/// and what takes an operator's verbs.
const LEFT: [&str; 6] = [
    "client_state_duplicates_and_null_room",
    "ghost_id_collides_with_assigned_id",
    "packets_before_handshake_response",
    "relay_of_other_types",
    "server_admin_remove_from_room_and_reset",
    "spoofed_state_and_delta",
];

/// What ours sends otherwise on purpose (spec: behaviour, Where we differ).
const DIFFERENCES: [Difference; 4] = [
    // Who is evicted by a namesake is told so.
    Difference {
        trace: "rehandshake_same_name_other_connection",
        stream: ("s2c", 8, true),
        recorded: None,
        ours: "8bc70a123456780001",
    },
    Difference {
        trace: "rehandshake_name_of_one_connection_of_another",
        stream: ("s2c", 9, true),
        recorded: None,
        ours: "8bc70a123456780002",
    },
    // Two names of one room id: both their listeners are sent to.
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

struct Difference {
    trace: &'static str,
    stream: (&'static str, u64, bool),
    /// What ours replaces; nothing if ours sends one packet more, the last of its stream.
    recorded: Option<&'static str>,
    ours: &'static str,
}

pub(crate) fn run(trace: &Value) {
    let name = driver::text(trace, "name");
    if LEFT.contains(&name) {
        println!("golden vectors: traces, entry {name}: left out");
        return;
    }
    assert!(RUN.contains(&name), "{name}: neither run nor left out");
    let recording = Recording::new(driver::list(trace, "entries"));
    let mut replay = Replay::new(&recording);
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
    assert_eq!(outcome.packets, expected.packets);
    assert_eq!(outcome.joined, expected.joined);
    assert_eq!(outcome.events, expected.events);
    assert_eq!(outcome.server_events, expected.server_events);
    assert_eq!(outcome.clients, expected.clients);
}
