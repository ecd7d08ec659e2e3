//! A `ClientState` that ends before its number of rooms or within it: no rooms, as for originals since 9.0.8.

use consonance_wire::{ClientId, ClientState, List, Packet, RosterEntry};

use crate::behaviour::support::lone_client::LoneClient;
use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::packets;

/// A state without rooms, with only the first `left` of the two bytes of its number of rooms.
fn cut(id: u16, name: &str, left: usize) -> Vec<u8> {
    let mut state = packets::client_state(id, name, &[]);
    state.truncate(state.len() - 2 + left);
    state
}

#[test]
fn a_server_takes_a_state_without_a_room_count_as_no_rooms_and_passes_on_a_whole_one() {
    for left in [0, 1] {
        let mut server = LoneServer::new();
        server.join(1, "Alice", &["lobby"]);
        server.join(2, "Bob", &[]);
        let sent = server.receive_raw(1, &cut(0, "Alice", left));
        assert_eq!(sent, [packets::client_state(0, "Alice", &[])], "{left}");
        assert_eq!(server.server.tables().rooms().count(), 0);
        assert_eq!(server.statistics().malformed, 0);
    }
}

#[test]
fn a_state_without_a_name_is_passed_on_to_no_one() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &[]);
    server.join(2, "Bob", &[]);
    let nameless = RosterEntry { name: None, id: ClientId(0), codec: packets::CODEC };
    let state = ClientState { session: packets::SESSION, client: nameless, rooms: List::default() };
    assert_eq!(server.receive(1, &packets::written(Packet::ClientState(state))), [""; 0]);
    let statistics = server.statistics();
    assert_eq!(statistics.spoofed + statistics.malformed, 1);
}

#[test]
fn a_client_takes_a_state_without_a_room_count_as_no_rooms() {
    for left in [0, 1] {
        let mut client = LoneClient::joined_with("Alice", 0, &[], &[("Bob", 1, &["lobby"])]);
        client.events();
        assert_eq!(client.receive(&cut(1, "Bob", left)), ["Bob exited lobby"], "{left}");
        assert_eq!(client.receive(&cut(2, "Carol", left)), ["Carol joined as 2"], "{left}");
        assert_eq!(client.statistics().malformed, 0);
    }
}
