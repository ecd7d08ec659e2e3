//! No honest client, of ours or an original, ever meets a limit at its default.

use core::time::Duration;

use consonance_session::{ChannelProperties, ServerStatistics, Target};
use consonance_wire::TextRecipient;

use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::network::Network;
use crate::behaviour::support::packets;

/// The shortest frame of the protocol.
const FRAME_TIME: Duration = Duration::from_millis(10);

fn limited(statistics: &ServerStatistics) -> [u64; 5] {
    [
        statistics.voice_limited,
        statistics.control_limited,
        statistics.fan_out_limited,
        statistics.handshakes_limited,
        statistics.abusers_closed,
    ]
}

#[test]
fn frames_of_10_ms_to_a_thousand_listeners_are_all_relayed() {
    let mut server = LoneServer::new();
    for link in 1..=1000 {
        server.join(link, &format!("player {link}"), &[]);
    }
    // The best quality and the longest lists; the original's frames may arrive in bursts.
    let voice = packets::voice(0, 0, "lobby", &"x".repeat(200));
    let everyone: Vec<u16> = (1..1000).collect();
    let relays: Vec<_> = everyone.chunks(255).map(|part| packets::relay_unreliable(part, &voice)).collect();
    for _ in 0..500 {
        for relay in relays.iter().chain(&relays) {
            assert!(server.relays(1, relay));
        }
        server.wait(2 * FRAME_TIME);
    }
    assert_eq!(limited(&server.statistics()), [0; 5]);
}

#[test]
fn frames_of_10_ms_to_rooms_that_all_listen_to_are_all_routed() {
    let mut network = Network::of_ours();
    let rooms = ["lobby", "team", "squad", "near"];
    let alice = network.join("Alice", &[]);
    for n in 0..7 {
        network.join(&format!("player {n}"), &rooms);
    }
    for room in rooms {
        network.client(alice).open_channel(Target::Room(room.into()), ChannelProperties::default()).unwrap();
    }
    for _ in 0..1000 {
        network.client(alice).send_voice(b"frame").unwrap();
        network.wait(FRAME_TIME);
    }
    let statistics = network.server.statistics();
    assert_eq!(statistics.frames_out, 1000 * 7);
    assert_eq!(limited(&statistics), [0; 5]);
}

#[test]
fn what_waited_through_a_stall_of_five_seconds_is_all_relayed() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &[]);
    server.join(2, "Bob", &[]);
    server.wait(Duration::from_secs(5));
    let voice = packets::relay_unreliable(&[1], &packets::voice(0, 0, "lobby", &"x".repeat(320)));
    for _ in 0..500 {
        assert!(server.relays(1, &voice));
    }
    assert_eq!(limited(&server.statistics()), [0; 5]);
}

#[test]
fn leaving_and_entering_every_room_at_once_is_taken() {
    let mut server = LoneServer::new();
    let rooms: Vec<_> = (0..100).map(|room| format!("{room}")).collect();
    server.join(1, "Alice", &rooms.iter().map(|room| &**room).collect::<Vec<_>>());
    for _ in 0..4 {
        for room in &rooms {
            assert_eq!(server.receive(1, &packets::exit(0, room)).len(), 1);
        }
        for room in &rooms {
            assert_eq!(server.receive(1, &packets::enter(0, room)).len(), 1);
        }
        server.wait(Duration::from_secs(2));
    }
    assert_eq!(limited(&server.statistics()), [0; 5]);
}

#[test]
fn crossing_cells_with_27_rooms_each_half_second_is_taken() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &[]);
    for cell in 0..600 {
        for change in 0..18 {
            let room = format!("GridProximityChat {{X:{cell},Y:{change},Z:0,R:10}}");
            server.receive(1, &packets::enter(0, &room));
            server.receive(1, &packets::exit(0, &room));
        }
        server.wait(Duration::from_millis(500));
    }
    assert_eq!(limited(&server.statistics()), [0; 5]);
}

#[test]
fn asking_for_an_answer_every_two_seconds_is_taken_even_if_all_requests_come_at_once() {
    let mut server = LoneServer::new();
    server.connect(1);
    for _ in 0..10 {
        assert!(!server.receive(1, &packets::handshake("Alice")).is_empty());
    }
    for _ in 0..100 {
        server.wait(Duration::from_secs(2));
        assert!(!server.receive(1, &packets::handshake("Alice")).is_empty());
    }
    assert_eq!(limited(&server.statistics()), [0; 5]);
}

#[test]
fn a_lively_chat_is_taken() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &[]);
    server.join(2, "Bob", &[]);
    let longest = packets::text(0, TextRecipient::Player(consonance_session::ClientId(1)), &"x".repeat(998));
    for _ in 0..100 {
        for _ in 0..10 {
            assert_eq!(server.receive(1, &packets::relay_reliable(&[1], &longest)).len(), 1);
        }
        server.wait(Duration::from_secs(1));
    }
    assert_eq!(limited(&server.statistics()), [0; 5]);
}

#[test]
fn a_session_of_our_own_clients_meets_no_limit() {
    let mut network = Network::new();
    let players: Vec<_> = (0..8).map(|n| network.start(&format!("player {n}"), &["lobby"])).collect();
    network.run();
    for player in &players {
        let to_lobby = (Target::Room("lobby".into()), ChannelProperties::default());
        network.client(*player).open_channel(to_lobby.0, to_lobby.1).unwrap();
    }
    for frame in 0..500 {
        for player in &players {
            network.client(*player).send_voice(b"frame").unwrap();
        }
        if frame % 50 == 0 {
            network.client(players[0]).send_text(&Target::Room("lobby".into()), "hi").unwrap();
        }
        network.wait(FRAME_TIME);
    }
    let statistics = network.server.statistics();
    assert_eq!(statistics.frames_out, 500 * 8 * 7);
    assert_eq!(limited(&statistics), [0; 5]);
}
