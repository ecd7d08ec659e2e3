//! The rooms of clients: whole states, single changes, and refusals on both sides.

use consonance_session::{Limits, RoomError};

use crate::behaviour::support::lone_client::LoneClient;
use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::network::Network;
use crate::behaviour::support::packets;

#[test]
fn a_change_goes_to_all_clients_and_the_sender_with_the_bytes_as_they_came() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &[]);
    server.join(2, "Bob", &[]);
    assert_eq!(server.receive(2, &packets::enter(1, "lobby")), ["1 2: DeltaChannelState 1 enters lobby"]);
    assert_eq!(server.receive(2, &packets::exit(1, "lobby")), ["1 2: DeltaChannelState 1 exits lobby"]);
    assert_eq!(server.events(), ["Bob entered lobby", "Bob exited lobby"]);

    let mut with_more_behind = packets::enter(1, "lobby");
    with_more_behind.extend(b"more");
    server.server.handle_packet(
        consonance_session::Instant::START,
        consonance_session::LinkId(2),
        consonance_session::Delivery::Reliable,
        &with_more_behind,
    );
    assert_eq!(server.server.poll_transmit().unwrap().payload, with_more_behind);
}

#[test]
fn joining_twice_is_one_join_and_leaving_what_one_is_not_in_changes_nothing() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &["lobby"]);
    server.join(2, "Bob", &[]);
    assert_eq!(server.receive(1, &packets::enter(0, "lobby")), ["1: DeltaChannelState 0 enters lobby"]);
    assert_eq!(server.receive(1, &packets::exit(0, "team")), ["1: DeltaChannelState 0 exits team"]);
    let again = packets::client_state(0, "Alice", &["lobby"]);
    assert_eq!(server.receive(1, &again), ["1: ClientState 0 Alice [lobby]"]);
    assert_eq!(server.events(), [""; 0]);

    let mut client = LoneClient::joined("Alice", 0, &[]);
    client.client.join_room("lobby").unwrap();
    client.client.join_room("lobby").unwrap();
    client.client.leave_room("team");
    assert_eq!(client.sent(), ["DeltaChannelState 0 enters lobby"]);
    client.client.leave_room("lobby");
    client.client.leave_room("lobby");
    assert_eq!(client.sent(), ["DeltaChannelState 0 exits lobby"]);
    assert_eq!(client.receive(&packets::enter(0, "lobby")), ["Alice entered lobby"]);
    assert_eq!(client.receive(&packets::enter(0, "lobby")), [""; 0]);
    assert_eq!(client.receive(&packets::exit(0, "team")), [""; 0]);
}

#[test]
fn a_client_that_is_said_to_be_in_other_rooms_than_it_is_says_its_rooms_again() {
    let mut client = LoneClient::joined("Alice", 0, &["lobby", "team"]);
    client.receive(&packets::client_state(0, "Alice", &["lobby", "team"]));
    client.client.leave_room("team");
    assert_eq!(client.sent(), ["DeltaChannelState 0 exits team"]);
    // That packet was lost with the server, and another server takes over.
    client.receive(&packets::client_state(0, "Alice", &["lobby", "team"]));
    assert_eq!(client.sent(), ["ClientState 0 Alice [lobby]"]);
    client.receive(&packets::client_state(0, "Alice", &["lobby"]));
    assert_eq!(client.sent(), [""; 0], "the answer is answered no more");
    client.client.join_room("market").unwrap();
    client.sent();
    client.receive(&packets::client_state(0, "Alice", &["lobby"]));
    assert_eq!(client.sent(), ["ClientState 0 Alice [lobby market]"]);
}

#[test]
fn changes_that_are_collected_are_announced_one_by_one_or_as_a_list_if_they_are_many() {
    let mut client = LoneClient::joined("Alice", 0, &["lobby"]);
    client.client.collect_room_changes();
    client.client.join_room("a").unwrap();
    client.client.leave_room("lobby");
    assert_eq!(client.sent(), [""; 0]);
    client.client.announce_rooms();
    assert_eq!(client.sent(), ["DeltaChannelState 0 enters a", "DeltaChannelState 0 exits lobby"]);
    client.client.collect_room_changes();
    for room in ["b", "c", "d", "e"] {
        client.client.join_room(room).unwrap();
    }
    client.client.leave_room("a");
    client.client.announce_rooms();
    assert_eq!(client.sent(), ["ClientState 0 Alice [b c d e]"]);
    client.receive(&packets::client_state(0, "Alice", &["b", "c", "d", "e"]));
    assert_eq!(client.sent(), [""; 0]);
    client.client.leave_room("e");
    assert_eq!(client.sent(), ["DeltaChannelState 0 exits e"], "at once again");
}

#[test]
fn a_state_replaces_the_rooms_the_old_ones_are_left_last_first() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &["blue", "lobby"]);
    server.receive(1, &packets::client_state(0, "Alice", &["team", "lobby", "team"]));
    let changes = ["Alice exited lobby", "Alice exited blue", "Alice entered team", "Alice entered lobby"];
    assert_eq!(server.events(), changes);

    let mut client = LoneClient::joined_with("Bob", 1, &[], &[("Alice", 0, &["blue", "lobby"])]);
    assert_eq!(client.receive(&packets::client_state(0, "Alice", &["team", "lobby", "team"])), changes);
}

#[test]
fn the_name_and_codec_of_a_known_id_never_change() {
    let mut client = LoneClient::joined_with("Alice", 0, &[], &[("Bob", 1, &[])]);
    let mut state = packets::client_state(1, "Bobby", &["lobby"]);
    let frame_size = 7 + 2 + "Bobby".len() + 2 + 1;
    state[frame_size + 3] ^= 1;
    assert_eq!(client.receive(&state), ["Bob entered lobby"]);
    let bob = client.client.players().iter().find(|player| player.name == "Bob").unwrap();
    assert_eq!(bob.codec, packets::CODEC);
}

#[test]
fn a_change_of_an_unknown_client_is_dropped() {
    let mut client = LoneClient::joined("Alice", 0, &[]);
    assert_eq!(client.receive(&packets::enter(1, "lobby")), [""; 0]);
    assert_eq!(client.receive(&packets::remove(1)), [""; 0]);
    assert_eq!(client.statistics().unknown_player, 2);
}

#[test]
fn rooms_are_only_changed_by_their_listeners() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &[]);
    server.join(2, "Bob", &[]);
    server.connect(3);
    for (link, packet) in [
        (2, packets::enter(0, "lobby")),
        (2, packets::client_state(0, "Alice", &["lobby"])),
        (2, packets::client_state(1, "Alice", &["lobby"])),
        (2, packets::client_state(7, "Ghost", &["lobby"])),
    ] {
        assert_eq!(server.receive(link, &packet), [""; 0]);
    }
    assert_eq!(server.statistics().spoofed, 4);
    let told_to_join = ["3 unreliably: ErrorWrongSession 12345679"];
    assert_eq!(server.receive(3, &packets::client_state(2, "Carol", &[])), told_to_join);
    assert_eq!(server.receive(3, &packets::enter(2, "lobby")), told_to_join);
    assert_eq!(server.statistics().not_joined, 2);
    assert_eq!(server.events(), [""; 0]);
}

#[test]
fn a_state_with_another_codec_than_in_the_handshake_is_refused() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &[]);
    let mut state = packets::client_state(0, "Alice", &["lobby"]);
    let codec = 7 + 2 + "Alice".len() + 2;
    state[codec] ^= 1;
    assert_eq!(server.receive(1, &state), [""; 0]);
    assert_eq!(server.statistics().spoofed, 1);
}

#[test]
fn a_room_over_a_limit_is_refused_on_both_sides() {
    let narrow = |limits: &mut Limits| {
        limits.room_name_bytes = 5;
        limits.rooms_per_client = 2;
    };
    let mut server = LoneServer::with_limits(narrow);
    server.join(1, "Alice", &["red"]);
    let exits = |room| format!("1: DeltaChannelState 0 exits {room}");
    for (packet, room) in [
        (packets::enter(0, "lobby 2"), "lobby 2"),
        (packets::client_state(0, "Alice", &["lobby 2"]), "lobby 2"),
        (packets::client_state(0, "Alice", &["red", "blue", "team"]), "team"),
        (packets::enter(0, "team"), "team"),
    ] {
        assert_eq!(server.receive(1, &packet)[1..], [exits(room)]);
    }
    let row = server.server.tables().client(consonance_session::ClientId(0)).unwrap();
    assert_eq!((row.rooms, server.statistics().rooms_refused), (vec!["blue", "red"], 4));

    let mut settings = consonance_session::ClientSettings::new("Alice");
    narrow(&mut settings.limits);
    let mut client = consonance_session::Client::new(settings);
    assert_eq!(client.join_room("lobby 2"), Err(RoomError::NameTooLong { bytes: 7, limit: 5 }));
    client.join_room("red").unwrap();
    client.join_room("blue").unwrap();
    assert_eq!(client.join_room("team"), Err(RoomError::TooMany { joined: 2 }));
    client.join_room("red").unwrap();
}

#[test]
fn the_rooms_of_one_client_fit_into_one_packet_of_1024_bytes() {
    // 22 bytes besides name and rooms, 6 for the name, and 2 per room besides its name: 996 = 8 × 120 + 36.
    let names: Vec<String> = (0..8).map(|n| format!("{n}{}", "x".repeat(117))).collect();
    let (fits, over) = ("y".repeat(34), "y".repeat(35));
    let mut server = LoneServer::new();
    server.join(1, "Alice!", &names.iter().map(|name| &**name).collect::<Vec<_>>());
    let refused = ["enters", "exits"].map(|verb| format!("1: DeltaChannelState 0 {verb} {over}"));
    assert_eq!(server.receive(1, &packets::enter(0, &over)), refused);
    assert_eq!(server.statistics().rooms_refused, 1);
    assert_eq!(server.receive(1, &packets::enter(0, &fits)).len(), 1);
    server.connect(2);
    server.server.handle_packet(
        consonance_session::Instant::START,
        consonance_session::LinkId(2),
        consonance_session::Delivery::Reliable,
        &packets::handshake("Bob"),
    );
    let mut lengths = Vec::new();
    while let Some(transmit) = server.server.poll_transmit() {
        lengths.push(transmit.payload.len());
    }
    assert_eq!(lengths[1], 1024);

    let mut client = LoneClient::new("Alice!");
    for name in &names {
        client.client.join_room(name).unwrap();
    }
    assert_eq!(client.client.join_room(&over), Err(RoomError::TooMany { joined: 8 }));
    client.client.join_room(&fits).unwrap();
}

#[test]
fn rooms_that_are_no_utf8_count_with_the_length_that_a_newcomer_would_be_sent() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &[]);
    // 12 rooms of 30 bytes, of which 29 turn into the three bytes of U+FFFD each: 27 + 11 × (2 + 88) is 1017.
    let names: Vec<String> = (0..12u8).map(|n| char::from(b'a' + n).to_string().repeat(30)).collect();
    let mut state = packets::client_state(0, "Alice", &names.iter().map(|name| &**name).collect::<Vec<_>>());
    let rooms = 7 + 2 + "Alice".len() + 2 + 9 + 2;
    state[rooms..].chunks_mut(32).for_each(|room| room[3..].iter_mut().for_each(|byte| *byte |= 0x80));
    assert_eq!(server.receive(1, &state).len(), 2, "the state, and what she is not in");
    assert_eq!(server.statistics().rooms_refused, 1);
    server.connect(2);
    let lengths: Vec<_> = server.receive_raw(2, &packets::handshake("Bob")).iter().map(Vec::len).collect();
    assert_eq!(lengths[1], 1017);
}

#[test]
fn a_second_room_of_one_id_is_an_error_until_the_first_is_left() {
    let (first, second) = packets::names_of_one_id();
    let mut client = LoneClient::joined("Alice", 0, &[]);
    client.client.join_room(&first).unwrap();
    client.sent();
    let same_id = Err(RoomError::SameId { as_room: first.as_str().into() });
    assert_eq!(client.client.join_room(&second), same_id);
    assert_eq!(client.sent(), [""; 0]);
    client.client.leave_room(&first);
    client.client.join_room(&second).unwrap();
}

#[test]
fn a_listener_of_two_rooms_of_one_id_is_reached_until_it_has_left_both() {
    let (first, second) = packets::names_of_one_id();
    let mut client = LoneClient::joined_with("Alice", 0, &[], &[("Bob", 1, &[&first, &second])]);
    let to_both = consonance_session::Target::Room(first.as_str().into());
    assert_eq!(client.client.send_text(&to_both, "hi"), Ok(1));
    client.receive(&packets::exit(1, &first));
    assert_eq!(client.client.send_text(&to_both, "hi"), Ok(1));
    client.receive(&packets::exit(1, &second));
    assert_eq!(client.client.send_text(&to_both, "hi"), Ok(0));
}

#[test]
fn rooms_are_listed_by_utf16_code_units() {
    let mut client = LoneClient::new("Alice");
    for room in ["\u{ff5e}", "b", "\u{1f600}", "B", "a"] {
        client.client.join_room(room).unwrap();
    }
    client.client.start();
    client.connect();
    client.sent();
    client.receive(&packets::response(0));
    assert_eq!(client.sent(), ["ClientState 0 Alice [B a b \u{1f600} \u{ff5e}]"]);
}

#[test]
fn a_change_travels_to_all_clients_and_back() {
    let mut network = Network::new();
    let alice = network.join("Alice", &["red"]);
    let bob = network.join("Bob", &[]);
    network.client(bob).join_room("lobby").unwrap();
    network.client(alice).leave_room("red");
    network.run();
    assert_eq!(network.events(alice), ["Alice exited red", "Bob entered lobby"]);
    assert_eq!(network.events(bob), ["Alice exited red", "Bob entered lobby"]);
}
