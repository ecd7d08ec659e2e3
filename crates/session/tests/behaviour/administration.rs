//! What an operator does to clients of a running session.

use consonance_session::{ClientId, Disconnection};

use crate::support::lone_client::LoneClient;
use crate::support::lone_server::LoneServer;
use crate::support::network::Network;
use crate::support::packets;

#[test]
fn who_is_removed_from_a_room_leaves_it_and_everybody_is_told() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &["lobby", "red"]);
    server.join(2, "Bob", &["lobby"]);
    assert!(server.server.remove_from_room(ClientId(0), "lobby"));
    assert_eq!(server.sent(), ["1 2: DeltaChannelState 0 exits lobby"]);
    assert_eq!(server.events(), ["Alice exited lobby"]);
}

#[test]
fn nobody_is_removed_from_a_room_that_they_are_not_in() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &["red"]);
    assert!(!server.server.remove_from_room(ClientId(0), "lobby"));
    assert!(!server.server.remove_from_room(ClientId(7), "red"));
    assert_eq!(server.sent(), [""; 0]);
    assert_eq!(server.events(), [""; 0]);
}

#[test]
fn who_is_reset_is_told_of_another_session_and_nobody_else_is() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &[]);
    server.join(2, "Bob", &[]);
    assert!(server.server.reset(ClientId(1)));
    assert_eq!(server.sent(), ["2 unreliably: ErrorWrongSession 12345679"]);
    assert!(!server.server.reset(ClientId(2)));
    assert_eq!(server.sent(), [""; 0]);

    let mut client = LoneClient::joined("Bob", 1, &[]);
    let events = client.receive(&packets::wrong_session(consonance_session::SessionId(0x1234_5679)));
    assert_eq!(events, [format!("disconnected: {:?}, again in 0 ms", Disconnection::WrongSession)]);
}

#[test]
fn who_is_reset_comes_back_with_its_rooms() {
    let mut network = Network::new();
    network.join("Alice", &["lobby"]);
    let bob = network.join("Bob", &["lobby"]);
    network.server.reset(ClientId(1));
    network.wait(core::time::Duration::from_secs(5));
    assert_eq!(network.server.clients(), 2);
    let rooms: Vec<_> = network.client(bob).players().map(|player| player.rooms.join(" ")).collect();
    assert_eq!(rooms, ["lobby", "lobby"]);
}
