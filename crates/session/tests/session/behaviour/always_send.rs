//! The room whose voice is always sent, as in originals since 9.0.2: for recorders and taps on the server.

use core::time::Duration;

use consonance_session::{ALWAYS_SEND_ROOM, ChannelProperties, ClientId, Routing, Target};
use consonance_wire::{Packet, RoomId, TextRecipient};

use crate::behaviour::support::lone_client::LoneClient;
use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::network::Network;
use crate::behaviour::support::packets;

const FRAME_TIME: Duration = Duration::from_millis(20);

fn frame(sequence: u16) -> Vec<u8> {
    packets::voice(0, sequence, ALWAYS_SEND_ROOM, "a")
}

/// The destinations of each relay that the client sends.
fn destinations(client: &mut LoneClient) -> Vec<Vec<u16>> {
    let mut sent = Vec::new();
    while let Some(transmit) = client.client.poll_transmit() {
        let Ok(Packet::ServerRelayUnreliable(relay)) = Packet::parse(transmit.payload) else {
            panic!("voice goes through unreliable relays");
        };
        sent.push(relay.destinations.iter().map(|id| id.0).collect());
    }
    sent
}

#[test]
fn a_channel_to_the_always_send_room_is_sent_to_id_65535_without_listeners() {
    let mut client = LoneClient::joined("Alice", 0, &[]);
    client.client.open_channel(Target::always_send(), ChannelProperties::default()).unwrap();
    assert_eq!(client.client.send_voice(b"a"), Ok(0));
    assert_eq!(destinations(&mut client), [[65_535]]);
    let statistics = client.statistics();
    assert_eq!((statistics.frames_sent, statistics.frames_unheard), (1, 0));
    assert_eq!(client.client.voice().next_sequence(), 1);
}

#[test]
fn a_channel_to_the_always_send_room_adds_no_destination_where_others_listen() {
    let mut client = LoneClient::joined_with("Alice", 0, &[], &[("Bob", 1, &["lobby"])]);
    client.client.open_channel(Target::always_send(), ChannelProperties::default()).unwrap();
    client.client.open_channel(Target::Room("lobby".into()), ChannelProperties::default()).unwrap();
    assert_eq!(client.client.send_voice(b"a"), Ok(1));
    assert_eq!(destinations(&mut client), [[1]]);
}

#[test]
fn a_channel_to_any_other_room_without_a_listener_is_not_sent() {
    let mut client = LoneClient::joined("Alice", 0, &[]);
    client.client.open_channel(Target::Room("lobby".into()), ChannelProperties::default()).unwrap();
    assert_eq!(client.client.send_voice(b"a"), Ok(0));
    assert_eq!(client.sent(), [""; 0]);
}

#[test]
fn a_relay_to_id_65535_for_a_minute_reaches_no_client_and_is_no_fault() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &[]);
    server.join(2, "Bob", &["lobby"]);
    for sequence in 0..3000 {
        assert_eq!(server.receive(1, &packets::relay_unreliable(&[65_535], &frame(sequence))), [""; 0]);
        assert!(server.server.take_relayed(), "recorders and taps see it");
        server.wait(FRAME_TIME);
    }
    let statistics = server.statistics();
    assert_eq!((statistics.frames_relayed, statistics.frames_out, statistics.abusers_closed), (3000, 0, 0));
    assert!(server.server.tables().links().all(|row| row.faults == 0));
}

#[test]
fn only_voice_on_the_always_send_room_is_told_to_the_driver_without_a_listener() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &[]);
    let elsewhere = packets::voice(0, 0, "lobby", "a");
    server.receive(1, &packets::relay_unreliable(&[65_535], &elsewhere));
    assert!(!server.server.take_relayed());
    server.receive(1, &packets::relay_unreliable(&[65_535], &packets::voice(9, 0, ALWAYS_SEND_ROOM, "a")));
    assert!(!server.server.take_relayed(), "in the name of another player");
    let text = packets::text(0, TextRecipient::Room(RoomId::ALWAYS_SEND), "a");
    assert_eq!(server.receive(1, &packets::relay_reliable(&[], &text)), [""; 0]);
    assert!(!server.server.take_relayed(), "text is not voice");
    server.receive(1, &packets::relay_reliable(&[65_535], &frame(1)));
    assert!(server.server.take_relayed());
}

#[test]
fn a_server_of_ours_is_sent_the_frame_without_a_list() {
    let mut network = Network::of_ours();
    let alice = network.join("Alice", &[]);
    network.join("Bob", &["lobby"]);
    network.client(alice).set_routing(Routing::AlwaysRelay);
    network.client(alice).open_channel(Target::always_send(), ChannelProperties::default()).unwrap();
    for _ in 0..50 {
        assert_eq!(network.client(alice).send_voice(b"a"), Ok(0));
        network.wait(FRAME_TIME);
        assert!(network.server.take_relayed());
    }
    let statistics = network.server.statistics();
    assert_eq!((statistics.frames_routed, statistics.frames_out, statistics.spoofed), (50, 0, 0));
}

#[test]
fn the_always_send_room_can_be_listened_to_like_any_other() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &[]);
    server.join(2, "moderator", &[ALWAYS_SEND_ROOM]);
    assert_eq!(
        server.server.tables().room_names(RoomId::ALWAYS_SEND).collect::<Vec<_>>(),
        [ALWAYS_SEND_ROOM]
    );
    assert!(server.relays(1, &packets::relay_unreliable(&[1], &frame(0))));
    assert_ne!(ClientId(1), ClientId::NONE);
}
