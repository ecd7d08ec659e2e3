//! Positions that no honest player reports, and rooms whose ids collide with proximity rooms.

use core::time::Duration;

use consonance_session::{Limits, ProximitySettings, RoomPattern};

use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::packets;

/// A server with a proximity room, and a client with all capabilities.
fn lone_server(change: impl FnOnce(&mut Limits)) -> LoneServer {
    let mut server = LoneServer::with_settings(|settings| {
        settings.proximity = vec![(RoomPattern::from("world"), ProximitySettings::new(10.0))];
        change(&mut settings.limits);
    });
    server.connect(1);
    server.receive(1, &packets::handshake_of_ours("Alice", None));
    server
}

#[test]
fn a_place_that_is_none_is_refused_and_the_last_one_holds() {
    let mut server = lone_server(|_| {});
    let mut nowhere = packets::position(1, Some([0.0; 3]));
    for absurd in [f32::NAN, f32::INFINITY, 1e30] {
        nowhere[14..18].copy_from_slice(&absurd.to_be_bytes());
        assert_eq!(server.receive(1, &nowhere), [""; 0]);
    }
    let statistics = server.statistics();
    assert_eq!((statistics.positions_refused, statistics.positions_received), (3, 0));
}

#[test]
fn jumping_about_a_thousand_times_a_second_is_cut_to_its_rate_and_then_off() {
    let mut server = lone_server(|_| {});
    let mut closed = Vec::new();
    for number in 0..3000_u16 {
        let metres = [f32::from(number) * 1000.0, f32::from(number % 7) * -1e6, 0.0];
        server.receive(1, &packets::position(number, Some(metres)));
        server.wait(Duration::from_millis(1));
        closed.append(&mut server.closed());
    }
    let statistics = server.statistics();
    assert!((100..=150).contains(&statistics.positions_received), "{}", statistics.positions_received);
    assert!(statistics.positions_limited >= 300);
    assert_eq!(closed.len(), 1);
}

#[test]
fn a_position_of_a_client_that_did_not_announce_it_is_ignored() {
    let mut server = lone_server(|_| {});
    server.join(2, "Original", &["world"]);
    server.receive(2, &packets::position(1, Some([0.0; 3])));
    let statistics = server.statistics();
    assert_eq!((statistics.ignored, statistics.positions_received), (1, 0));
}

#[test]
fn no_room_shares_its_id_with_a_proximity_room() {
    let (one, other) = packets::names_of_one_id();
    let mut server = LoneServer::with_settings(|settings| {
        settings.proximity = vec![(RoomPattern::from(&*one), ProximitySettings::new(10.0))];
    });
    server.join(1, "Alice", &[&*other]);
    assert_eq!(server.statistics().rooms_reserved, 1);
    // Rooms by pattern: the one that is in use first wins.
    let mut server = LoneServer::with_settings(|settings| {
        let prefix = RoomPattern::Prefix(one.as_str().into());
        settings.proximity = vec![(prefix, ProximitySettings::new(10.0))];
    });
    server.join(1, "Alice", &[&*other]);
    server.join(2, "Bob", &[&*one]);
    assert_eq!(server.statistics().rooms_reserved, 1);
}
