//! Outages: the connection to several clients at once is interrupted and restored.

use core::time::Duration;

use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::network::Network;
use crate::behaviour::support::packets;

const A_MOMENT: Duration = Duration::from_millis(100);

/// Clients 0 and 1 behind one game server, 2 and 3 beside it.
fn four_clients() -> LoneServer {
    let mut server = LoneServer::new();
    for (link, name) in [(1, "Ann"), (2, "Ben"), (3, "Cid"), (4, "Dot")] {
        server.join(link, name, &["lobby"]);
    }
    server
}

#[test]
fn tells_the_others_that_clients_behind_a_silent_way_left_and_of_their_state_when_it_works_again() {
    let mut server = four_clients();
    let away = server.mark_reachable(&[1, 2], false);
    assert_eq!(away, ["3 4: RemoveClient 0", "3 4: RemoveClient 1"]);
    assert_eq!(server.server.tables().unreachable_clients(), 2);
    assert_eq!(server.events(), [""; 0], "for the operator they are here");
    let back = server.mark_reachable(&[1, 2], true);
    assert_eq!(back, ["3 4: ClientState 0 Ann [lobby]", "3 4: ClientState 1 Ben [lobby]"]);
    assert_eq!(server.server.tables().unreachable_clients(), 0);
    assert_eq!(server.server.clients(), 4);
}

#[test]
fn says_nothing_of_an_outage_twice_or_about_links_without_a_client() {
    let mut server = four_clients();
    server.connect(9);
    assert_eq!(server.mark_reachable(&[1, 3], true), [""; 0]);
    assert_eq!(server.mark_reachable(&[9, 77], false), [""; 0]);
    server.mark_reachable(&[1], false);
    assert_eq!(server.mark_reachable(&[1], false), [""; 0]);
    server.mark_reachable(&[1], true);
    assert_eq!(server.mark_reachable(&[1], true), [""; 0]);
}

#[test]
fn does_not_tell_a_newcomer_of_unreachable_clients_before_they_are_back() {
    let mut server = four_clients();
    server.mark_reachable(&[1, 2], false);
    server.connect(5);
    let told = server.receive(5, &packets::handshake("Eve"));
    assert_eq!(
        told,
        [
            "5: HandshakeResponse 4",
            "5: ClientState 2 Cid [lobby]",
            "5: ClientState 3 Dot [lobby]",
            "5: ClientState 4 Eve []"
        ]
    );
    server.receive(5, &packets::client_state(4, "Eve", &[]));
    let back = server.mark_reachable(&[1, 2], true);
    assert_eq!(back, ["3 4 5: ClientState 0 Ann [lobby]", "3 4 5: ClientState 1 Ben [lobby]"]);
}

#[test]
fn an_unreachable_client_that_leaves_is_removed_only_where_it_is_still_known() {
    let mut server = four_clients();
    server.mark_reachable(&[1, 2], false);
    assert_eq!(server.disconnect(1), ["2: RemoveClient 0"]);
    assert_eq!(server.disconnect(2), [""; 0]);
    assert_eq!(server.server.tables().unreachable_clients(), 0);
    assert_eq!(server.server.clients(), 2);
}

#[test]
fn a_second_outage_is_told_to_the_clients_of_the_first() {
    let mut server = four_clients();
    server.mark_reachable(&[1, 2], false);
    assert_eq!(server.mark_reachable(&[3], false), ["1 2 4: RemoveClient 2"]);
    let back = server.mark_reachable(&[1, 2], true);
    assert_eq!(back, ["3 4: ClientState 0 Ann [lobby]", "3 4: ClientState 1 Ben [lobby]"]);
    assert_eq!(server.mark_reachable(&[3], true), ["1 2 4: ClientState 2 Cid [lobby]"]);
}

#[test]
fn a_kept_place_of_an_unreachable_client_is_not_shown_and_its_owner_is_announced_when_it_resumes() {
    let (mut network, bob, alice) = Network::of_two_resuming_clients();
    network.mark_reachable(&[alice], false);
    assert_eq!(network.events(bob), ["Alice exited team", "Alice exited lobby", "Alice left"]);
    network.cut(alice);
    network.wait(A_MOMENT);
    assert!(network.events(alice).contains(&"resumed as 1".to_owned()));
    assert_eq!(network.events(bob), ["Alice joined as 1", "Alice entered lobby", "Alice entered team"]);
    assert_eq!(network.server.statistics().places_resumed, 1);
}

#[test]
fn after_a_silent_way_voice_goes_on_without_another_handshake() {
    let (mut network, bob, alice) = Network::of_two_resuming_clients();
    network.sent(alice);
    network.mark_reachable(&[alice], false);
    network.mark_reachable(&[alice], true);
    network.events(bob);
    network.client(alice).send_voice(b"on").expect("in the session");
    network.run();
    assert_eq!(network.events(bob), ["Alice started speaking", "frame 0 of 1: on"]);
    assert!(network.sent(alice).iter().all(|sent| !sent.contains("Handshake")));
    assert_eq!(network.events(alice), [""; 0], "it noticed nothing");
}

#[test]
fn a_permissive_server_knows_no_outages() {
    let mut server = LoneServer::with_settings(|settings| settings.permissive = true);
    server.join(1, "Ann", &[]);
    server.join(2, "Ben", &[]);
    assert_eq!(server.mark_reachable(&[1], false), [""; 0]);
}
