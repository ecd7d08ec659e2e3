//! An operator's actions against clients of a running session.

use consonance_session::{ClientId, Disconnection};
use consonance_wire::{Notice, WireStr, Writer};

use crate::behaviour::support::lone_client::LoneClient;
use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::network::Network;
use crate::behaviour::support::packets;

#[test]
fn a_client_removed_from_a_room_leaves_it_and_all_are_told() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &["lobby", "red"]);
    server.join(2, "Bob", &["lobby"]);
    assert!(server.server.moderation().remove_from_room(ClientId(0), "lobby"));
    assert_eq!(server.sent(), ["1 2: DeltaChannelState 0 exits lobby"]);
    assert_eq!(server.events(), ["Alice exited lobby", "Alice removed from lobby"]);
}

#[test]
fn a_client_taken_out_of_a_room_is_told_and_stays_out_until_it_joins_again() {
    let mut network = Network::new();
    let alice = network.join("Alice", &["lobby", "red"]);
    let id = network.client(alice).id().expect("joined");
    network.events(alice);
    assert!(network.server.moderation().remove_from_room(id, "red"));
    network.run();
    assert_eq!(network.events(alice), ["Alice exited red", "removed from red"]);
    assert_eq!(network.client(alice).rooms().collect::<Vec<_>>(), ["lobby"]);
    let now = network.now;
    network.server.restart(now, consonance_session::SessionId(77));
    network.wait(core::time::Duration::from_secs(10));
    let listens = |network: &Network| {
        let row = network.server.tables().clients().next().expect("Alice is back");
        row.rooms.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(listens(&network), ["lobby"], "coming back is no way in");
    network.client(alice).join_room("red").expect("room for one more");
    network.run();
    assert_eq!(listens(&network), ["lobby", "red"]);
}

#[test]
fn what_one_has_left_oneself_is_no_removal_however_late_the_server_says_so() {
    let mut client = LoneClient::joined("Alice", 0, &["red"]);
    client.client.leave_room("red");
    client.client.join_room("red").unwrap();
    assert_eq!(client.receive(&packets::exit(0, "red")), ["Alice exited red"]);
    assert_eq!(client.receive(&packets::enter(0, "red")), ["Alice entered red"]);
    assert_eq!(client.client.rooms().len(), 1);
    assert_eq!(client.receive(&packets::exit(1, "red")), [""; 0], "another player");
    assert_eq!(client.receive(&packets::exit(0, "blue")), [""; 0]);
    assert_eq!(client.receive(&packets::exit(0, "red")), ["Alice exited red", "removed from red"]);
    assert_eq!(client.client.rooms().len(), 0);
    // Removed, left and rejoined at the same time: by the server's last message, Alice is in the room.
    client.client.join_room("red").unwrap();
    client.receive(&packets::enter(0, "red"));
    client.client.leave_room("red");
    client.client.join_room("red").unwrap();
    client.receive(&packets::exit(0, "red"));
    assert_eq!(client.receive(&packets::exit(0, "red")), [""; 0]);
    assert_eq!(client.receive(&packets::enter(0, "red")), ["Alice entered red"]);
    assert_eq!(client.client.rooms().len(), 1);
}

#[test]
fn a_moved_client_that_returns_before_its_exit_is_told_is_not_removed() {
    let mut client = LoneClient::joined_ours("Alice", 0, &["red"]);
    let mut bytes = [0; 64];
    let mut writer = Writer::new(&mut bytes);
    let moved = Notice::Moved { from: WireStr::from("red"), to: WireStr::from("blue") };
    moved.write(packets::SESSION, &mut writer).expect("two rooms are short");
    assert_eq!(client.receive(writer.written()), ["moved from red to blue"]);
    client.client.join_room("red").unwrap();
    assert_eq!(client.receive(&packets::exit(0, "red")), ["Alice exited red"]);
    assert_eq!(client.client.rooms().collect::<Vec<_>>(), ["blue", "red"]);
}

#[test]
fn removing_a_client_from_a_room_it_is_not_in_does_nothing() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &["red"]);
    assert!(!server.server.moderation().remove_from_room(ClientId(0), "lobby"));
    assert!(!server.server.moderation().remove_from_room(ClientId(7), "red"));
    assert_eq!(server.sent(), [""; 0]);
    assert_eq!(server.events(), [""; 0]);
}

#[test]
fn only_the_client_that_is_reset_is_told_of_another_session() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &[]);
    server.join(2, "Bob", &[]);
    assert!(server.server.moderation().reset(ClientId(1)));
    assert_eq!(server.sent(), ["2 unreliably: ErrorWrongSession 12345679"]);
    assert!(!server.server.moderation().reset(ClientId(2)));
    assert_eq!(server.sent(), [""; 0]);

    let mut client = LoneClient::joined("Bob", 1, &[]);
    let events = client.receive(&packets::wrong_session(consonance_session::SessionId(0x1234_5679)));
    assert_eq!(events, [format!("disconnected: {:?}, again in 0 ms", Disconnection::WrongSession)]);
}

#[test]
fn a_client_that_is_reset_comes_back_with_its_rooms() {
    let mut network = Network::new();
    network.join("Alice", &["lobby"]);
    let bob = network.join("Bob", &["lobby"]);
    network.server.moderation().reset(ClientId(1));
    network.wait(core::time::Duration::from_secs(5));
    assert_eq!(network.server.clients(), 2);
    let rooms: Vec<_> = network.client(bob).players().iter().map(|player| player.rooms.join(" ")).collect();
    assert_eq!(rooms, ["lobby", "lobby"]);
}
