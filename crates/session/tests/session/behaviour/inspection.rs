//! An operator's view of a running session.

use core::time::Duration;

use consonance_session::{
    AccessRule, Client, ClientId, ClientSettings, Instant, MessageType, ProximitySettings, RoomId, Server,
    Total,
};

use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::packets;

/// Alice in lobby and red, Bob in lobby, over links 1 and 2; link 3 has not joined.
fn two_and_an_unjoined_link() -> LoneServer {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &["lobby", "red"]);
    server.join(2, "Bob", &["lobby"]);
    server.connect(3);
    server
}

#[test]
fn a_debug_print_of_a_session_or_a_client_is_short() {
    let server = two_and_an_unjoined_link().server;
    assert_eq!(format!("{server:?}"), "Server { clients: 2, .. }");
    let client = Client::new(ClientSettings::new("Alice"));
    assert_eq!(format!("{client:?}"), "Client { name: \"Alice\", id: None, .. }");
}

fn total(packets: u64, bytes: usize) -> Total {
    Total { packets, bytes: bytes as u64 }
}

/// Received and sent packets of one type.
fn packets_of(server: &Server, message: MessageType) -> (u64, u64) {
    let [received, sent] = [server.tables().received(), server.tables().sent()]
        .map(|traffic| traffic.flow(Instant::START, message));
    (received.packets, sent.packets)
}

#[test]
fn the_clients_are_listed_with_what_they_are_and_where_they_listen() {
    let server = two_and_an_unjoined_link();
    let clients: Vec<_> = server.server.tables().clients().collect();
    let listed: Vec<_> =
        clients.iter().map(|row| (row.id.0, row.name, row.link.0, row.rooms.join(" "))).collect();
    assert_eq!(listed, [(0, "Alice", 1, "lobby red".to_owned()), (1, "Bob", 2, "lobby".to_owned())]);
    assert!(clients.iter().all(|row| row.codec == packets::CODEC));
}

#[test]
fn the_rooms_are_listed_with_their_listeners_each_name_for_itself() {
    let mut server = two_and_an_unjoined_link();
    let (first, second) = packets::names_of_one_id();
    server.receive(1, &packets::enter(0, &first));
    server.receive(2, &packets::enter(1, &second));
    server.receive(1, &packets::exit(0, "red"));
    let mut listed: Vec<_> = server
        .server
        .tables()
        .rooms()
        .map(|row| (row.id, row.name.to_owned(), row.listeners.iter().map(|id| id.0).collect::<Vec<_>>()))
        .collect();
    assert!(listed.is_sorted());
    listed.retain(|(_, name, _)| name != "lobby");
    let collision = RoomId::of(&first);
    let mut expected = [(collision, first, vec![0]), (collision, second, vec![1])];
    expected.sort();
    assert_eq!(listed, expected);
    let lobby = server.server.tables().rooms().find(|row| row.name == "lobby").unwrap();
    assert_eq!(lobby.listeners.len(), 2);
}

#[test]
fn what_a_client_was_refused_is_listed_until_it_has_other_access() {
    let mut server = LoneServer::with_settings(|settings| {
        settings.access = vec![
            ("vip".into(), AccessRule::for_both(["gold"])),
            ("stage".into(), {
                let mut rule = AccessRule::default();
                rule.speak = vec!["singer".into()];
                rule
            }),
        ];
    });
    let alice = server.join(1, "Alice", &["vip", "stage"]);
    let voice = packets::relay_unreliable(&[7], &packets::voice(alice, 1, "stage", "la"));
    for _ in 0..3 {
        server.receive(1, &voice);
        server.receive(1, &packets::enter(alice, "vip"));
    }
    let refused = |server: &LoneServer| {
        let row = server.server.tables().clients().next().unwrap();
        row.refused.iter().map(|(room, to)| format!("{room} {to:?}")).collect::<Vec<_>>()
    };
    assert_eq!(refused(&server), ["stage Speak", "vip Listen"]);
    assert!(server.server.moderation().set_access(ClientId(alice), ["gold"].iter().collect()));
    assert!(refused(&server).is_empty(), "what it tries now is another matter");
}

#[test]
fn how_far_clients_are_apart_is_told_and_not_where_they_are() {
    let near = ProximitySettings::new(20.0);
    let mut server = LoneServer::with_settings(|settings| settings.proximity = vec![("near*".into(), near)]);
    let [alice, bob, carol] = [(1, "Alice"), (2, "Bob"), (3, "Carol")].map(|(link, name)| {
        server.connect(link);
        server.receive(link, &packets::handshake_of_ours(name, None));
        ClientId(link as u16 - 1)
    });
    server.receive(1, &packets::position(1, Some([3.0, 0.0, 4.0])));
    server.receive(2, &packets::position(1, Some([0.0, 0.0, 0.0])));
    let has_position: Vec<bool> = server.server.tables().clients().map(|row| row.has_position).collect();
    assert_eq!(has_position, [true, true, false]);
    assert_eq!(server.server.tables().proximity().distance_squared(alice, bob), Some(25.0));
    assert_eq!(server.server.tables().proximity().distance_squared(alice, carol), None);
    assert_eq!(server.server.tables().proximity().settings_of("near the fire"), Some(near));
    assert_eq!(server.server.tables().proximity().settings_of("lobby"), None);
}

#[test]
fn the_links_are_listed_with_what_came_and_went_over_them() {
    let mut server = two_and_an_unjoined_link();
    let voice = packets::voice(1, 0, "lobby", "b");
    let relay = packets::relay_unreliable(&[0], &voice);
    let before: Vec<_> = server.server.tables().links().collect();
    server.receive(2, &relay);
    server.receive(2, b"nonsense");
    server.receive(3, &packets::in_other_session(relay.clone()));
    let after: Vec<_> = server.server.tables().links().collect();
    let difference = |link: usize| {
        let (before, after) = (&before[link - 1], &after[link - 1]);
        assert_eq!(after.link.0, link as u64);
        let less = |after: Total, before: Total| {
            total(after.packets - before.packets, (after.bytes - before.bytes) as usize)
        };
        (less(after.received, before.received), less(after.sent, before.sent), after.faults - before.faults)
    };
    assert_eq!(difference(1), (total(0, 0), total(1, voice.len()), 0));
    assert_eq!(difference(2), (total(2, relay.len() + 8), total(0, 0), 1));
    assert_eq!(difference(3), (total(1, relay.len()), total(1, 7), 1));
    let clients: Vec<_> = after.iter().map(|row| row.client.map(|id| id.0)).collect();
    assert_eq!(clients, [Some(0), Some(1), None]);
}

#[test]
fn what_a_link_was_sent_outlives_the_client_that_it_was_sent_to() {
    let mut server = two_and_an_unjoined_link();
    let sent = |server: &LoneServer| server.server.tables().links().next().unwrap().sent;
    let before = sent(&server);
    let welcome = server.receive(1, &packets::handshake("Alina"));
    let to_alina = welcome.iter().filter(|packet| packet.starts_with("1:")).count() as u64;
    assert_eq!(sent(&server).packets, before.packets + to_alina);
    assert!(sent(&server).bytes > before.bytes);
}

#[test]
fn packets_are_counted_by_type_in_both_directions() {
    let mut server = two_and_an_unjoined_link();
    server.receive(2, &packets::relay_unreliable(&[0], &packets::voice(1, 0, "lobby", "b")));
    server.receive(2, b"nonsense");
    server.disconnect(2);
    // In: two handshakes and two states. Out: two responses, one and two states to the newcomers, and two echoes of
    // states.
    let expected = [
        (MessageType::ClientState, (2, 1 + 2 + 1 + 2)),
        (MessageType::VoiceData, (0, 1)),
        (MessageType::HandshakeRequest, (2, 0)),
        (MessageType::HandshakeResponse, (0, 2)),
        (MessageType::ServerRelayUnreliable, (1, 0)),
        (MessageType::RemoveClient, (0, 1)),
        (MessageType::HandshakeP2P, (0, 0)),
    ];
    for (message, counted) in expected {
        assert_eq!(packets_of(&server.server, message), counted, "{message:?}");
    }
    assert_eq!(server.server.tables().received().unreadable(Instant::START).packets, 1);
}

#[test]
fn the_bytes_of_all_types_are_the_bytes_of_all_links() {
    let mut server = two_and_an_unjoined_link();
    server.receive(2, &packets::relay_unreliable(&[0, 1], &packets::voice(1, 0, "lobby", "b")));
    server.receive(1, &packets::enter(0, "blue"));
    server.receive(1, &packets::in_other_session(packets::enter(0, "blue")));
    let [received, sent] = [server.server.tables().received(), server.server.tables().sent()]
        .map(|traffic| traffic.total(Instant::START));
    let of_types = [received.packets, received.bytes, sent.packets, sent.bytes];
    let mut of_links = [0; 4];
    for row in server.server.tables().links() {
        let counts = [row.received.packets, row.received.bytes, row.sent.packets, row.sent.bytes];
        of_links.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }
    assert_eq!(of_types, of_links);
}

#[test]
fn rates_are_those_of_the_last_ten_seconds() {
    let mut server = two_and_an_unjoined_link();
    let relay = packets::relay_unreliable(&[0], &packets::voice(1, 0, "lobby", "b"));
    for _ in 0..1000 {
        server.receive(2, &relay);
        server.wait(Duration::from_millis(20));
    }
    let rate = |server: &LoneServer, seconds: u64| {
        let at = Instant::from_millis(1000 * seconds);
        server.server.tables().received().flow(at, MessageType::ServerRelayUnreliable).packets_per_second
    };
    assert!((rate(&server, 20) - 50.0).abs() < 0.1);
    assert!(rate(&server, 25) < 30.0);
    assert!(rate(&server, 31).abs() < f32::EPSILON);
}
