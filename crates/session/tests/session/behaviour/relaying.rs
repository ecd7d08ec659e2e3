//! Relaying: packets, recipients and order, and the packets that the server refuses to relay.

use consonance_session::{ChannelProperties, ClientId, Delivery, Instant, LinkId, RoomId, Target, Transmit};
use consonance_wire::{HandshakeP2P, Packet, TextRecipient};

use crate::behaviour::support::lone_client::LoneClient;
use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::network::Network;
use crate::behaviour::support::packets::{self, SESSION};

fn text_of_alice() -> Vec<u8> {
    packets::text(0, TextRecipient::Player(ClientId(1)), "hi")
}

/// Alice, Bob and Carol, with ids 0 to 2 over links 1 to 3.
fn three() -> LoneServer {
    let mut server = LoneServer::new();
    for (link, name) in [(1, "Alice"), (2, "Bob"), (3, "Carol")] {
        server.join(link, name, &[]);
    }
    server
}

#[test]
fn a_relayed_packet_goes_to_each_client_that_is_listed_as_reliably_as_the_relay_says() {
    let mut server = three();
    let voice = packets::voice(0, 0, "lobby", "a");
    assert_eq!(
        server.receive(1, &packets::relay_unreliable(&[2, 1], &voice)),
        ["3 2 unreliably: VoiceData 0 #0 session 0 [lobby] a"]
    );
    assert_eq!(
        server.receive(1, &packets::relay_reliable(&[2, 1], &text_of_alice())),
        ["3 2: TextData 0 to @1: hi"]
    );
    let statistics = server.statistics();
    assert_eq!((statistics.frames_relayed, statistics.frames_out), (1, 2));
}

#[test]
fn a_relayed_frame_comes_straight_back_as_a_piece_of_the_packet_it_came_in() {
    let mut server = three();
    let voice = packets::voice(0, 0, "lobby", "a");
    let packet = packets::relay_unreliable(&[1, 2], &voice);
    let relayed = server.server.handle_packet(Instant::START, LinkId(1), Delivery::Unreliable, &packet);
    let to = [LinkId(2), LinkId(3)];
    let expected = Transmit { to: &to, delivery: Delivery::Unreliable, payload: &voice };
    assert_eq!(relayed, Some(expected));
    let payload = relayed.unwrap().payload.as_ptr();
    assert!(packet.as_ptr_range().contains(&payload), "not copied");
    assert_eq!(server.sent(), [""; 0]);
}

#[test]
fn a_destination_listed_twice_is_sent_to_once_and_unknown_ids_are_skipped() {
    let mut server = three();
    let voice = packets::voice(0, 0, "lobby", "a");
    assert_eq!(
        server.receive(1, &packets::relay_unreliable(&[1, 9, 2, 1, 65_535, 2], &voice)),
        ["2 3 unreliably: VoiceData 0 #0 session 0 [lobby] a"]
    );
    assert_eq!(
        server.receive(1, &packets::relay_reliable(&[1, 1, 9], &text_of_alice())),
        ["2: TextData 0 to @1: hi"]
    );
    assert_eq!(server.receive(1, &packets::relay_unreliable(&[9], &voice)), [""; 0]);
    assert_eq!(server.receive(1, &packets::relay_unreliable(&[], &voice)), [""; 0]);
}

#[test]
fn a_client_that_left_is_not_sent_to_and_the_next_one_with_its_id_is() {
    let mut server = three();
    server.disconnect(3);
    let packet = packets::relay_reliable(&[2], &text_of_alice());
    assert_eq!(server.receive(1, &packet), [""; 0]);
    server.join(4, "Dan", &[]);
    assert_eq!(server.receive(1, &packet), ["4: TextData 0 to @1: hi"]);
}

#[test]
fn nothing_is_relayed_in_another_clients_name() {
    let mut server = three();
    let voice = packets::voice(0, 0, "lobby", "a");
    assert_eq!(server.receive(2, &packets::relay_unreliable(&[2], &voice)), [""; 0]);
    assert_eq!(server.receive(2, &packets::relay_reliable(&[2], &text_of_alice())), [""; 0]);
    assert_eq!(server.statistics().spoofed, 2);
    server.connect(4);
    assert_eq!(
        server.receive(4, &packets::relay_unreliable(&[2], &voice)),
        ["4 unreliably: ErrorWrongSession 12345679"],
        "it is told to join"
    );
    assert_eq!(server.statistics().not_joined, 1);
}

#[test]
fn only_voice_and_text_are_relayed() {
    let mut server = three();
    let refused = [
        packets::client_state(0, "Alice", &["lobby"]),
        packets::enter(0, "lobby"),
        packets::remove(1),
        packets::wrong_session(packets::OTHER_SESSION),
        packets::handshake("Alice"),
        packets::response(1),
        packets::relay_reliable(&[1], &text_of_alice()),
        packets::written(Packet::HandshakeP2P(HandshakeP2P { session: SESSION, id: ClientId(0) })),
    ];
    for inner in &refused {
        assert_eq!(server.receive(1, &packets::relay_reliable(&[1], inner)), [""; 0]);
        assert_eq!(server.receive(1, &packets::relay_unreliable(&[1], inner)), [""; 0]);
    }
    assert_eq!(server.statistics().inner_refused, 2 * refused.len() as u64);
}

#[test]
fn voice_and_text_outside_a_relay_are_ignored() {
    let mut server = three();
    for packet in
        [packets::voice(0, 0, "lobby", "a"), text_of_alice(), packets::remove(1), packets::response(1)]
    {
        assert_eq!(server.receive(1, &packet), [""; 0]);
    }
    assert_eq!(server.statistics().ignored, 4);
}

#[test]
fn an_inner_packet_that_a_listener_could_not_read_is_not_relayed() {
    let mut server = three();
    for whole in [text_of_alice(), packets::voice(0, 0, "lobby", "a")] {
        for length in 0..whole.len() {
            assert_eq!(server.receive(1, &packets::relay_reliable(&[1], &whole[..length])), [""; 0]);
        }
    }
    let to_neither = packets::text(0, TextRecipient::Unknown { kind: 2, id: 1 }, "hi");
    assert_eq!(server.receive(1, &packets::relay_reliable(&[1], &to_neither)), [""; 0]);
    assert_eq!(server.statistics().inner_refused, 1);
}

#[test]
fn nothing_longer_than_an_original_takes_is_passed_on() {
    let mut server = three();
    let mut exit_with_more_behind = packets::exit(0, "lobby");
    exit_with_more_behind.resize(1025, 0);
    for packet in [
        exit_with_more_behind,
        packets::exit(0, &"x".repeat(1024)),
        packets::client_state(0, "Alice", &[&"x".repeat(1024)]),
        packets::relay_reliable(
            &[1],
            &packets::text(0, TextRecipient::Player(ClientId(1)), &"x".repeat(999)),
        ),
        packets::relay_unreliable(&[1], &packets::voice(0, 0, "lobby", &"x".repeat(2000))),
    ] {
        assert_eq!(server.receive(1, &packet), [""; 0]);
    }
    assert_eq!(server.statistics().oversized, 5);
    let mut longest = packets::exit(0, "lobby");
    longest.resize(1024, 0);
    assert_eq!(server.receive(1, &longest).len(), 1);
}

#[test]
fn another_session_is_answered_with_the_own_one_unreliably() {
    let mut server = three();
    server.connect(4);
    for (link, packet) in [
        (4, packets::client_state(0, "Alice", &[])),
        (1, packets::enter(0, "lobby")),
        (1, packets::relay_reliable(&[1], &text_of_alice())),
        (1, packets::relay_unreliable(&[1], &text_of_alice())),
    ] {
        assert_eq!(
            server.receive(link, &packets::in_other_session(packet)),
            [format!("{link} unreliably: ErrorWrongSession 12345678")]
        );
    }
    assert_eq!(server.statistics().wrong_session, 4);
    let ignored = packets::in_other_session(packets::remove(1));
    assert_eq!(server.receive(1, &ignored), [""; 0]);
}

#[test]
fn voice_of_a_client_of_ours_that_has_not_joined_is_answered_unless_its_request_waits() {
    let mut server = three();
    server.connect(4);
    let voice = packets::voice(7, 0, "lobby", "a");
    let earlier = packets::in_other_session(voice.clone());
    assert_eq!(server.receive(4, &earlier), ["4 unreliably: ErrorWrongSession 12345678"]);
    assert_eq!(server.receive(4, &voice), ["4 unreliably: ErrorWrongSession 12345679"]);
    let counted = server.statistics();
    assert_eq!((counted.wrong_session, counted.not_joined, counted.ignored), (1, 1, 0));
    assert_eq!(server.receive(4, &packets::handshake("Alice")), [""; 0], "it waits for the name");
    assert_eq!(server.receive(4, &earlier), [""; 0]);
    assert_eq!(server.receive(4, &voice), [""; 0]);
    assert_eq!(server.receive(1, &earlier), [""; 0], "an original that has joined speaks by relays only");
}

#[test]
fn an_inner_packet_of_another_session_is_refused() {
    let mut server = three();
    let inner = packets::in_other_session(text_of_alice());
    assert_eq!(server.receive(1, &packets::relay_reliable(&[1], &inner)), [""; 0]);
    assert_eq!(server.statistics().spoofed, 1);
}

#[test]
fn reliable_relays_keep_their_place_among_what_the_server_says_itself() {
    let mut server = three();
    let mut handle = |link, packet: &[u8]| {
        let to = LinkId(link);
        assert_eq!(server.server.handle_packet(Instant::START, to, Delivery::Reliable, packet), None);
    };
    handle(1, &packets::enter(0, "lobby"));
    handle(1, &packets::relay_reliable(&[1], &text_of_alice()));
    handle(1, &packets::exit(0, "lobby"));
    assert_eq!(
        server.sent(),
        [
            "1 2 3: DeltaChannelState 0 enters lobby",
            "2: TextData 0 to @1: hi",
            "1 2 3: DeltaChannelState 0 exits lobby",
        ]
    );
}

#[test]
fn a_sender_splits_its_destinations_at_255_and_at_the_size_of_a_packet() {
    let mut client = LoneClient::joined("Alice", 0, &[]);
    for id in 1..=600 {
        client.receive(&packets::client_state(id, &format!("player {id}"), &["lobby"]));
    }
    client.client.open_channel(Target::Room("lobby".into()), ChannelProperties::default()).unwrap();
    assert_eq!(destinations(&mut client, &[0; 100]), [255, 255, 90]);
    // Of 1024 bytes, the relay takes 10 and the voice packet inside it 20, with one channel; the rest is frame and
    // ids.
    assert_eq!(destinations(&mut client, &[0; 1024 - 10 - 20 - 2 * 200]), [200, 200, 200]);
    assert_eq!(
        client.client.send_voice(&[0; 1024 - 10 - 20 - 1]),
        Err(consonance_session::VoiceError::TooLong)
    );
    assert_eq!(client.sent(), [""; 0]);
}

#[test]
fn more_than_255_listeners_all_hear_a_frame_once() {
    let mut network = Network::new();
    let listeners: Vec<_> = (0..300).map(|n| network.start(&format!("listener {n}"), &["lobby"])).collect();
    let alice = network.join("Alice", &[]);
    network.client(alice).open_channel(Target::Room("lobby".into()), ChannelProperties::default()).unwrap();
    assert_eq!(network.client(alice).send_voice(b"a"), Ok(300));
    network.run();
    for player in listeners {
        assert_eq!(network.events(player), ["Alice started speaking", "frame 0 of 300: a"]);
    }
}

/// The number of destinations of each relay of a frame; checks that each packet fits into 1024 bytes and that no
/// destination is listed twice.
fn destinations(client: &mut LoneClient, frame: &[u8]) -> Vec<usize> {
    assert_eq!(client.client.send_voice(frame), Ok(600));
    let mut listed = Vec::new();
    let mut counts = Vec::new();
    while let Some(transmit) = client.client.poll_transmit() {
        assert!(transmit.payload.len() <= 1024);
        let Ok(Packet::ServerRelayUnreliable(relay)) = Packet::parse(transmit.payload) else {
            panic!("voice goes through unreliable relays");
        };
        listed.extend(relay.destinations.iter().map(|id| id.0));
        counts.push(relay.destinations.len());
    }
    assert_eq!(listed, (1..=600).collect::<Vec<_>>());
    counts
}

#[test]
fn the_room_of_a_frame_is_the_listeners_business_not_the_servers() {
    let mut server = three();
    let to_nowhere = packets::voice(0, 0, "a room without listeners", "a");
    let id = RoomId::of("a room without listeners");
    assert_eq!(
        server.receive(1, &packets::relay_unreliable(&[1], &to_nowhere)),
        [format!("2 unreliably: VoiceData 0 #0 session 0 [room {id}] a")]
    );
}
