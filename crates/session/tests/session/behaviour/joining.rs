//! Joining as the server sees it: the packets to the newcomer and to the others, and the client that it replaces.

use core::time::Duration;

use consonance_session::CloseReason;

use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::network::Network;
use crate::behaviour::support::packets;

#[test]
fn the_newcomer_gets_its_id_then_all_clients_in_table_order_itself_included() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &["lobby"]);
    server.join(2, "Bob", &[]);
    server.connect(3);
    assert_eq!(
        server.receive(3, &packets::handshake("Carol")),
        [
            "3: HandshakeResponse 2",
            "3: ClientState 0 Alice [lobby]",
            "3: ClientState 1 Bob []",
            "3: ClientState 2 Carol []",
        ]
    );
    assert_eq!(server.events(), ["Carol joined as 2 over link 3"]);
}

#[test]
fn the_others_hear_of_a_newcomer_by_its_own_state_which_comes_back_to_it_too() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &[]);
    server.join(2, "Bob", &[]);
    server.connect(3);
    let welcome = server.receive(3, &packets::handshake("Carol"));
    assert!(welcome.iter().all(|sent| sent.starts_with("3: ")), "to the newcomer only: {welcome:?}");
    assert_eq!(
        server.receive(3, &packets::client_state(2, "Carol", &["lobby"])),
        ["1 2 3: ClientState 2 Carol [lobby]"]
    );
    assert_eq!(server.events(), ["Carol joined as 2 over link 3", "Carol entered lobby"]);
}

#[test]
fn a_newcomer_takes_the_highest_free_id_and_the_table_slot_that_was_freed_last() {
    let mut server = LoneServer::new();
    for (link, name) in [(1, "Alice"), (2, "Bob"), (3, "Carol"), (4, "Dan")] {
        server.join(link, name, &[]);
    }
    assert_eq!(server.disconnect(3), ["1 2 4: RemoveClient 2"]);
    assert_eq!(server.disconnect(1), ["2 4: RemoveClient 0"]);
    server.connect(5);
    assert_eq!(
        server.receive(5, &packets::handshake("Eve")),
        [
            "5: HandshakeResponse 2",
            "5: ClientState 2 Eve []",
            "5: ClientState 1 Bob []",
            "5: ClientState 3 Dan []",
        ]
    );
}

#[test]
fn a_client_that_leaves_exits_its_rooms_last_first_and_the_others_are_told() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &["blue", "lobby"]);
    server.join(2, "Bob", &[]);
    assert_eq!(server.disconnect(1), ["2: RemoveClient 0"]);
    assert_eq!(server.events(), ["Alice exited lobby", "Alice exited blue", "Alice left link 1"]);
    assert_eq!(server.disconnect(1), [""; 0]);
}

#[test]
fn where_the_newest_wins_it_takes_a_name_in_use_and_the_evicted_is_told_before_its_link_is_closed() {
    let mut server = LoneServer::of_newest();
    server.join(1, "Alice", &["lobby"]);
    server.join(2, "Bob", &[]);
    server.connect(3);
    assert_eq!(
        server.receive(3, &packets::handshake("Alice")),
        [
            "2: RemoveClient 0",
            "1: RemoveClient 0",
            "3: HandshakeResponse 0",
            "3: ClientState 0 Alice []",
            "3: ClientState 1 Bob []",
        ]
    );
    assert_eq!(server.closed(), [(1, CloseReason::ReplacedByNewerLogin)]);
    assert_eq!(server.events(), ["Alice exited lobby", "Alice left link 1", "Alice joined as 0 over link 3"]);
}

#[test]
fn an_evicted_link_is_not_listened_to_any_more() {
    let mut server = LoneServer::of_newest();
    server.join(1, "Alice", &[]);
    server.join(2, "Alice", &[]);
    assert_eq!(server.receive(1, &packets::enter(0, "lobby")), [""; 0]);
    assert_eq!(server.receive(1, &packets::handshake("Alice")), [""; 0]);
    assert_eq!(server.statistics().unknown_link, 2);
    assert_eq!(server.disconnect(1), [""; 0]);
    assert_eq!(server.server.clients(), 1);
}

#[test]
fn a_second_handshake_over_a_link_removes_the_client_that_it_had() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &[]);
    server.join(2, "Bob", &[]);
    assert_eq!(
        server.receive(1, &packets::handshake("Alina")),
        [
            "2: RemoveClient 0",
            "1: HandshakeResponse 0",
            "1: ClientState 0 Alina []",
            "1: ClientState 1 Bob []",
        ]
    );
    assert_eq!(server.closed(), []);
    assert_eq!(server.events(), ["Alice left link 1", "Alina joined as 0 over link 1"]);
}

#[test]
fn the_client_of_the_link_goes_before_the_one_of_the_name() {
    let mut server = LoneServer::of_newest();
    server.join(1, "Alice", &[]);
    server.join(2, "Bob", &[]);
    server.join(3, "Carol", &[]);
    assert_eq!(
        server.receive(2, &packets::handshake("Carol")),
        [
            "1 3: RemoveClient 1",
            "1: RemoveClient 2",
            "3: RemoveClient 2",
            "2: HandshakeResponse 1",
            "2: ClientState 0 Alice []",
            "2: ClientState 1 Carol []",
        ]
    );
    assert_eq!(server.closed(), [(3, CloseReason::ReplacedByNewerLogin)]);
}

#[test]
fn a_request_without_a_name_is_ignored() {
    let mut server = LoneServer::new();
    server.connect(1);
    let mut request = packets::handshake("");
    let end = request.len();
    request[end - 2..].fill(0);
    assert_eq!(server.receive(1, &request), [""; 0]);
    assert_eq!(server.statistics().names_refused, 1);
    assert_eq!(server.closed(), []);
    assert_eq!(server.receive(1, &packets::handshake(""))[0], "1: HandshakeResponse 0");
}

#[test]
fn a_name_that_is_too_long_closes_the_link() {
    let mut server = LoneServer::new();
    server.connect(1);
    assert_eq!(server.receive(1, &packets::handshake(&"n".repeat(129))), [""; 0]);
    assert_eq!(server.closed(), [(1, CloseReason::NameTooLong { bytes_max: 128 })]);
    assert_eq!(server.statistics().names_refused, 1);
    server.connect(2);
    assert_eq!(server.receive(2, &packets::handshake(&"n".repeat(128)))[0], "2: HandshakeResponse 0");
}

#[test]
fn a_refusal_says_what_to_do_about_it() {
    for (reason, words) in [
        (CloseReason::NameTooLong { bytes_max: 128 }, "choose one of at most 128 bytes"),
        (CloseReason::SessionFull, "try again when a player has left"),
        (CloseReason::CodecRefused, "use those of an Opus codec"),
    ] {
        assert!(reason.to_string().ends_with(words), "{reason}");
    }
}

#[test]
fn a_name_that_fits_no_state_is_too_long_whatever_the_limit_is() {
    let mut server = LoneServer::with_limits(|limits| limits.name_bytes = 5000);
    server.connect(1);
    assert_eq!(server.receive(1, &packets::handshake(&"n".repeat(1003))), [""; 0]);
    assert_eq!(server.closed(), [(1, CloseReason::NameTooLong { bytes_max: 1002 })]);
    server.connect(2);
    assert_eq!(server.receive(2, &packets::handshake(&"n".repeat(1002))).len(), 2);
}

#[test]
fn whose_link_is_closed_for_its_name_is_gone_from_the_session() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &[]);
    server.join(2, "Bob", &[]);
    assert_eq!(server.receive(1, &packets::handshake(&"n".repeat(129))), ["2: RemoveClient 0"]);
    assert_eq!(server.closed(), [(1, CloseReason::NameTooLong { bytes_max: 128 })]);
    assert_eq!(server.receive(1, &packets::handshake("Alice")), [""; 0]);
    assert_eq!(server.statistics().unknown_link, 1);
    server.wait(Duration::from_mins(1));
    assert_eq!(server.closed(), [], "a link is closed once");
}

#[test]
fn a_link_over_the_limit_is_closed_at_once() {
    let mut server = LoneServer::with_limits(|limits| limits.links = 2);
    server.join(1, "Alice", &[]);
    server.connect(2);
    server.connect(3);
    assert_eq!(server.closed(), [(3, CloseReason::SessionFull)]);
    assert_eq!(server.receive(3, &packets::handshake("Carol")), [""; 0]);
    assert_eq!(server.statistics().links_refused, 1);
    server.disconnect(2);
    server.connect(4);
    assert_eq!(server.receive(4, &packets::handshake("Dan"))[0], "4: HandshakeResponse 1");
}

#[test]
fn a_link_that_does_not_join_in_time_is_closed() {
    let mut server = LoneServer::new();
    server.connect(1);
    server.wait(Duration::from_secs(4));
    server.join(2, "Bob", &[]);
    server.wait(Duration::from_millis(5999));
    assert_eq!(server.closed(), []);
    server.wait(Duration::from_millis(1));
    assert_eq!(server.closed(), [(1, CloseReason::NoHandshake)]);
    server.wait(Duration::from_mins(1));
    assert_eq!(server.closed(), []);
    assert_eq!(server.statistics().handshakes_missed, 1);
    assert_eq!(server.server.clients(), 1);
}

#[test]
fn a_link_that_joined_or_is_gone_is_waited_for_no_longer() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &[]);
    assert_eq!(server.server.poll_timeout(), None);
    server.connect(2);
    server.disconnect(2);
    assert_eq!(server.server.poll_timeout(), None);
    server.wait(Duration::from_mins(1));
    server.receive(1, &packets::handshake("Alina"));
    assert_eq!(server.server.poll_timeout(), None);
    assert_eq!(server.closed(), []);
}

#[test]
fn a_session_that_ends_removes_its_clients_in_table_order_without_announcing_the_end() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &[]);
    server.join(2, "Bob", &[]);
    server.join(3, "Carol", &[]);
    server.connect(4);
    server.server.stop();
    assert_eq!(server.sent(), ["2 3: RemoveClient 0", "3: RemoveClient 1"]);
    let closed = [1, 2, 3, 4].map(|link| (link, CloseReason::Stopped));
    assert_eq!(server.closed(), closed);
    assert_eq!(server.server.poll_timeout(), None);
}

#[test]
fn all_clients_end_up_with_the_same_roster() {
    let mut network = Network::new();
    let names = ["Alice", "Bob", "Carol"];
    let everyone = names.map(|name| network.start(name, &["lobby", name]));
    network.run();
    let roster = |network: &mut Network, player| -> Vec<_> {
        let players = network.client(player).players();
        players.iter().map(|player| format!("{} {} {:?}", player.id, player.name, player.rooms)).collect()
    };
    for player in everyone {
        assert_eq!(
            roster(&mut network, player),
            [r#"0 Alice ["Alice", "lobby"]"#, r#"1 Bob ["Bob", "lobby"]"#, r#"2 Carol ["Carol", "lobby"]"#]
        );
    }
}
