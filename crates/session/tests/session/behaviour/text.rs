//! Text messages: their recipients and limits.

use core::time::Duration;

use consonance_session::{ClientId, Limits, RoomId, Target, TextError};
use consonance_wire::TextRecipient;

use crate::behaviour::support::lone_client::LoneClient;
use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::network::Network;
use crate::behaviour::support::packets;

fn room(name: &str) -> Target {
    Target::Room(name.into())
}

fn player(name: &str) -> Target {
    Target::Player(name.into())
}

#[test]
fn a_text_to_a_room_reaches_all_its_other_listeners() {
    let mut network = Network::new();
    let alice = network.join("Alice", &["lobby"]);
    let bob = network.join("Bob", &["lobby"]);
    let carol = network.join("Carol", &["team"]);
    network.events(alice);
    network.events(bob);
    assert_eq!(network.client(alice).send_text(&room("lobby"), "hello \u{1f600}"), Ok(1));
    network.run();
    assert_eq!(network.events(bob), ["Alice to lobby: hello \u{1f600}"]);
    assert_eq!(network.events(alice), [""; 0]);
    assert_eq!(network.events(carol), [""; 0]);
}

#[test]
fn a_text_to_a_player_reaches_that_player_alone() {
    let mut network = Network::new();
    let alice = network.join("Alice", &["lobby"]);
    let bob = network.join("Bob", &["lobby"]);
    let carol = network.join("Carol", &["lobby"]);
    network.events(bob);
    assert_eq!(network.client(alice).send_text(&player("Bob"), ""), Ok(1));
    network.run();
    assert_eq!(network.events(bob), ["Alice to @Bob: "]);
    assert_eq!(network.events(carol), [""; 0]);
}

#[test]
fn a_text_without_recipients_is_not_sent() {
    let mut client = LoneClient::joined("Alice", 0, &["lobby"]);
    assert_eq!(client.client.send_text(&room("lobby"), "to myself"), Ok(0));
    assert_eq!(client.client.send_text(&room("team"), "to an empty room"), Ok(0));
    assert_eq!(client.client.send_text(&player("Alice"), "to myself"), Ok(0));
    let unknown = Err(TextError::UnknownPlayer { name: "Bob".into() });
    assert_eq!(client.client.send_text(&player("Bob"), "to an absent player"), unknown);
    assert_eq!(client.sent(), [""; 0]);
}

#[test]
fn without_a_session_a_text_is_an_error() {
    let mut client = LoneClient::new("Alice");
    assert_eq!(client.client.send_text(&room("lobby"), "hi"), Err(TextError::NotJoined));
    client.client.start();
    client.connect();
    client.sent();
    assert_eq!(client.client.send_text(&room("lobby"), "hi"), Err(TextError::NotJoined));
    assert_eq!(client.sent(), [""; 0]);
}

#[test]
fn a_text_of_998_bytes_fits_and_a_longer_one_is_an_error() {
    let mut network = Network::new();
    let alice = network.join("Alice", &[]);
    let bob = network.join("Bob", &[]);
    network.client(alice).send_text(&player("Bob"), &"x".repeat(998)).unwrap();
    network.run();
    assert_eq!(network.events(bob), [format!("Alice to @Bob: {}", "x".repeat(998))]);
    let too_long = Err(TextError::TooLong { bytes: 999, limit: 998 });
    assert_eq!(network.client(alice).send_text(&player("Bob"), &"x".repeat(999)), too_long);
}

#[test]
fn a_long_text_to_many_is_split_over_relays() {
    let others: Vec<_> = (1..=20).map(|id| (format!("player {id}"), id)).collect();
    let mut client = LoneClient::joined("Alice", 0, &[]);
    for (name, id) in &others {
        client.receive(&packets::client_state(*id, name, &["lobby"]));
    }
    assert_eq!(client.client.send_text(&room("lobby"), &"x".repeat(990)), Ok(20));
    assert_eq!(client.sent().len(), 4, "five destinations fit beside 990 bytes");
}

#[test]
fn a_text_to_many_fits_their_relays_and_a_longer_one_is_an_error() {
    let others: Vec<_> = (1..=600).map(|id| (format!("player {id}"), id)).collect();
    let mut alice = LoneClient::joined("Alice", 0, &[]);
    let mut server = LoneServer::new();
    server.join(1, "Alice", &[]);
    for (name, id) in &others {
        alice.receive(&packets::client_state(*id, name, &["lobby"]));
        server.join(u64::from(*id) + 1, name, &["lobby"]);
    }
    let refused = alice.client.send_text(&room("lobby"), &"x".repeat(998));
    let Err(TextError::TooLong { bytes: 998, limit }) = refused else { panic!("{refused:?}") };
    assert!((900..998).contains(&limit), "{limit}");
    let one_more = alice.client.send_text(&room("lobby"), &"x".repeat(limit + 1));
    assert_eq!(one_more, Err(TextError::TooLong { bytes: limit + 1, limit }));
    for _ in 0..60 {
        assert_eq!(alice.client.send_text(&room("lobby"), &"x".repeat(limit)), Ok(600));
        let mut reached = 0;
        while let Some(transmit) = alice.client.poll_transmit() {
            let sent = server.receive(1, transmit.payload);
            reached +=
                sent.iter().map(|sent| sent.split(':').next().unwrap().split(' ').count()).sum::<usize>();
        }
        assert_eq!(reached, 600);
        server.wait(Duration::from_secs(1));
    }
    assert_eq!((server.closed(), server.statistics().control_limited), (vec![], 0));
}

#[test]
fn a_text_to_a_few_of_a_crowd_may_be_as_long_as_any() {
    let mut alice = LoneClient::joined("Alice", 0, &[]);
    for id in 1..=600_u16 {
        let rooms: &[&str] = if id <= 32 { &["team"] } else { &["lobby"] };
        alice.receive(&packets::client_state(id, &format!("player {id}"), rooms));
    }
    assert_eq!(alice.client.send_text(&room("team"), &"x".repeat(998)), Ok(32));
}

#[test]
fn the_server_passes_on_no_text_over_its_limit() {
    let mut server = LoneServer::with_limits(|limits: &mut Limits| limits.text_bytes = 5);
    server.join(1, "Alice", &[]);
    server.join(2, "Bob", &[]);
    let text = |text| packets::text(0, TextRecipient::Player(ClientId(1)), text);
    assert_eq!(server.receive(1, &packets::relay_reliable(&[1], &text("hello!"))), [""; 0]);
    assert_eq!(
        server.receive(1, &packets::relay_reliable(&[1], &text("hello"))),
        ["2: TextData 0 to @1: hello"]
    );
    let statistics = server.statistics();
    assert_eq!((statistics.texts_refused, statistics.inner_refused), (1, 0), "counted once");
}

#[test]
fn a_text_is_received_in_own_rooms_and_from_present_players() {
    let mut client = LoneClient::joined_with("Alice", 0, &["lobby"], &[("Bob", 1, &[]), ("Carol", 2, &[])]);
    let lobby = TextRecipient::Room(RoomId::of("lobby"));
    let team = TextRecipient::Room(RoomId::of("team"));
    let to = |id| TextRecipient::Player(ClientId(id));
    assert_eq!(client.receive(&packets::text(1, lobby, "a")), ["Bob to lobby: a"]);
    assert_eq!(client.receive(&packets::text(1, team, "b")), [""; 0]);
    assert_eq!(client.receive(&packets::text(1, to(0), "c")), ["Bob to @Alice: c"]);
    assert_eq!(client.receive(&packets::text(1, to(2), "d")), ["Bob to @Carol: d"]);
    assert_eq!(client.receive(&packets::text(1, to(9), "e")), [""; 0]);
    assert_eq!(client.receive(&packets::text(9, to(0), "f")), [""; 0]);
    assert_eq!(client.statistics().unknown_player, 2);
    assert_eq!(client.receive(&packets::text(1, TextRecipient::Unknown { kind: 2, id: 0 }, "g")), [""; 0]);
    assert_eq!(client.statistics().contradictions, 1);
}

#[test]
fn leaving_a_room_ends_its_texts_at_once() {
    let mut client = LoneClient::joined_with("Alice", 0, &["lobby"], &[("Bob", 1, &[])]);
    client.client.leave_room("lobby");
    let lobby = TextRecipient::Room(RoomId::of("lobby"));
    assert_eq!(client.receive(&packets::text(1, lobby, "a")), [""; 0]);
}
