//! Joining as the client sees it: requests until there is a response, and the effects of the response.

use core::time::Duration;

use consonance_session::Target;

use crate::behaviour::support::lone_client::LoneClient;
use crate::behaviour::support::network::Network;
use crate::behaviour::support::packets;

#[test]
fn the_handshake_is_sent_when_the_link_is_up_and_every_two_seconds_until_it_is_answered() {
    let mut client = LoneClient::new("Alice");
    client.client.start();
    assert_eq!(client.sent(), [""; 0]);
    client.connect();
    assert_eq!(client.sent(), ["HandshakeRequest Alice"]);
    client.wait(Duration::from_millis(1999));
    assert_eq!(client.sent(), [""; 0]);
    client.wait(Duration::from_millis(1));
    assert_eq!(client.sent(), ["HandshakeRequest Alice"]);
    client.wait(Duration::from_secs(4));
    assert_eq!(client.sent(), ["HandshakeRequest Alice"; 2]);
    client.receive(&packets::response(0));
    client.sent();
    client.wait(Duration::from_mins(1));
    assert_eq!(client.sent(), [""; 0]);
}

#[test]
fn the_answer_is_followed_by_the_own_state_with_the_rooms_joined_so_far() {
    let mut client = LoneClient::new("Alice");
    client.client.join_room("red").unwrap();
    client.client.start();
    client.client.join_room("lobby").unwrap();
    client.connect();
    client.client.join_room("blue").unwrap();
    client.client.leave_room("red");
    client.sent();
    assert_eq!(client.receive(&packets::response(7)), ["joined as 7"]);
    assert_eq!(client.sent(), ["ClientState 7 Alice [blue lobby]"]);
    client.client.join_room("team").unwrap();
    assert_eq!(client.sent(), ["DeltaChannelState 7 enters team"]);
}

#[test]
fn with_a_current_server_the_roster_is_complete_at_the_echo_of_the_own_state() {
    let mut network = Network::new();
    network.join("Alice", &["lobby"]);
    let bob = network.start("Bob", &["lobby"]);
    network.run();
    assert_eq!(
        network.events(bob),
        [
            "joined as 1",
            "Alice joined as 0",
            "Alice entered lobby",
            "Bob joined as 1",
            "Bob entered lobby",
            "roster received",
        ]
    );
}

#[test]
fn with_an_older_server_the_roster_is_complete_at_the_echo_too() {
    let mut client = LoneClient::new("Alice");
    client.client.join_room("lobby").unwrap();
    client.client.start();
    client.connect();
    client.receive(&packets::filled_response(0, &[("Alice", 0), ("Bob", 1)], &[], &[]));
    assert_eq!(client.receive(&packets::client_state(1, "Bob", &[])), [""; 0]);
    assert_eq!(
        client.receive(&packets::client_state(0, "Alice", &["lobby"])),
        ["Alice entered lobby", "roster received"]
    );
}

#[test]
fn the_roster_is_complete_once_per_answer() {
    let own_state = packets::client_state(0, "Alice", &[]);
    let mut client = LoneClient::new("Alice");
    client.client.start();
    client.connect();
    for _ in 0..2 {
        client.receive(&packets::response(0));
        assert_eq!(client.receive(&own_state), ["Alice joined as 0"], "the server's welcome");
        assert_eq!(client.receive(&own_state), ["roster received"], "the echo");
        assert_eq!(client.receive(&own_state), [""; 0]);
    }
}

#[test]
fn a_filled_answer_raises_joined_then_its_players_then_their_rooms() {
    let mut client = LoneClient::new("Alice");
    client.client.start();
    client.connect();
    let answer = packets::filled_response(
        0,
        &[("Alice", 0), ("Yuri", 2), ("Xena", 4)],
        &["red", "blue", "empty"],
        &[("blue", &[4, 2, 9][..]), ("red", &[4])],
    );
    assert_eq!(
        client.receive(&answer),
        [
            "joined as 0",
            "Alice joined as 0",
            "Yuri joined as 2",
            "Xena joined as 4",
            "Xena entered blue",
            "Yuri entered blue",
            "Xena entered red",
        ]
    );
    client.sent();
    client.client.send_text(&Target::Room("blue".into()), "hi").unwrap();
    assert_eq!(client.sent(), ["ServerRelayReliable to 2 4: TextData 0 to blue: hi"]);
}

#[test]
fn an_answer_drops_all_players_it_does_not_list_as_if_they_had_left() {
    let others: [(&str, u16, &[&str]); 2] = [("Bob", 1, &["blue", "lobby"]), ("Carol", 2, &[])];
    let mut client = LoneClient::joined_with("Alice", 0, &["lobby"], &others);
    client.receive(&packets::voice(1, 0, "lobby", "a"));
    assert_eq!(
        client.receive(&packets::response(3)),
        [
            "Alice exited lobby",
            "Bob exited lobby",
            "Bob exited blue",
            "Bob stopped speaking",
            "Bob left",
            "Carol left",
            "joined as 3",
        ]
    );
    assert_eq!(client.sent(), ["ClientState 3 Alice [lobby]"]);
}

#[test]
fn a_player_listed_with_the_same_name_and_id_stays_without_any_event() {
    let others: [(&str, u16, &[&str]); 3] = [("Bob", 1, &["lobby"]), ("Carol", 2, &[]), ("Dan", 3, &[])];
    let mut client = LoneClient::joined_with("Alice", 0, &[], &others);
    let answer = packets::filled_response(
        0,
        &[("Alice", 0), ("Bob", 1), ("Carol", 9), ("Eve", 3)],
        &["lobby"],
        &[("lobby", &[1, 3])],
    );
    assert_eq!(
        client.receive(&answer),
        [
            "Carol left",
            "Dan left",
            "joined as 0",
            "Carol joined as 9",
            "Eve joined as 3",
            "Eve entered lobby"
        ]
    );
    let bob = client.client.players().iter().find(|player| player.name == "Bob").unwrap();
    assert_eq!(bob.rooms, ["lobby"]);
}

#[test]
fn a_player_that_stays_is_reached_in_the_rooms_that_the_answer_lists() {
    let mut client = LoneClient::joined_with("Alice", 0, &[], &[("Bob", 1, &["red"])]);
    let (red, blue) = (Target::Room("red".into()), Target::Room("blue".into()));
    let answer =
        packets::filled_response(0, &[("Alice", 0), ("Bob", 1)], &["red", "blue"], &[("blue", &[1])]);
    assert_eq!(client.receive(&answer), ["joined as 0"]);
    assert_eq!(client.client.send_text(&red, "hi"), Ok(0));
    assert_eq!(client.client.send_text(&blue, "hi"), Ok(1));
    assert_eq!(client.receive(&packets::remove(1)), ["Bob exited red", "Bob left"]);
    client.receive(&packets::client_state(1, "Carol", &[]));
    assert_eq!(client.client.send_text(&blue, "hi"), Ok(0), "Carol has Bob's id, not his rooms");
}

#[test]
fn an_answer_in_another_session_moves_the_client_there() {
    let mut client = LoneClient::joined("Alice", 0, &[]);
    assert_eq!(client.receive(&packets::in_other_session(packets::response(3))), ["joined as 3"]);
    assert_eq!(client.receive(&packets::client_state(1, "Bob", &[])), [""; 0]);
    assert_eq!(client.statistics().other_session, 1);
    assert_eq!(
        client.receive(&packets::in_other_session(packets::client_state(1, "Bob", &[]))),
        ["Bob joined as 1"]
    );
}

#[test]
fn an_answer_with_a_name_twice_or_a_room_without_a_name_is_not_believed() {
    let mut client = LoneClient::new("Alice");
    client.client.start();
    client.connect();
    client.sent();
    let name_twice = packets::filled_response(0, &[("Alice", 0), ("Alice", 1)], &[], &[]);
    assert_eq!(client.receive(&name_twice), [""; 0]);
    assert_eq!(client.statistics().contradictions, 1);
    let id_twice = packets::filled_response(0, &[("Alice", 0), ("Bob", 0)], &[], &[]);
    assert_eq!(client.receive(&id_twice), [""; 0]);
    let unnamed = packets::filled_response(0, &[("Alice", 0)], &["red"], &[("blue", &[0])]);
    assert_eq!(client.receive(&unnamed), [""; 0]);
    assert_eq!(client.statistics().malformed, 2);
    assert_eq!(client.sent(), [""; 0]);
}

#[test]
fn before_the_answer_nothing_else_is_accepted() {
    let mut client = LoneClient::new("Alice");
    client.client.start();
    client.connect();
    client.sent();
    for packet in [
        packets::client_state(1, "Bob", &[]),
        packets::enter(1, "lobby"),
        packets::remove(1),
        packets::voice(1, 0, "lobby", "a"),
    ] {
        assert_eq!(client.receive(&packet), [""; 0]);
    }
    assert_eq!(client.statistics().not_joined, 4);
    assert_eq!(client.sent(), [""; 0]);
}

#[test]
fn with_a_name_that_fits_no_state_nothing_is_asked_and_no_answer_is_obeyed() {
    let mut client = LoneClient::new(&"n".repeat(1003));
    client.client.start();
    client.connect();
    client.wait(Duration::from_secs(10));
    client.receive(&packets::response(0));
    assert_eq!(client.sent(), [""; 0]);

    let mut client = LoneClient::new(&"n".repeat(1002));
    client.client.start();
    client.connect();
    client.receive(&packets::response(0));
    assert_eq!(client.sent().len(), 2);
}
