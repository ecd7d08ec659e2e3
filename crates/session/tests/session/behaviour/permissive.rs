//! A permissive server believes everything, as the original does: only for comparing the two.

use core::time::Duration;

use consonance_session::{ClientId, Rate, ServerSettings};
use consonance_wire::{HandshakeP2P, Packet};

use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::packets::{self, SESSION};

fn permissive() -> LoneServer {
    let mut server = LoneServer::with_settings(|settings| settings.permissive = true);
    for (link, name) in [(1, "Alice"), (2, "Bob")] {
        server.join(link, name, &[]);
    }
    server
}

#[test]
fn no_server_is_permissive_unless_told_so() {
    assert!(!ServerSettings::from_seed(0).permissive);
}

#[test]
fn any_client_moves_and_speaks_for_any_other() {
    let mut server = permissive();
    assert_eq!(server.receive(2, &packets::enter(0, "lobby")), ["1 2: DeltaChannelState 0 enters lobby"]);
    assert_eq!(server.receive(2, &packets::client_state(0, "X", &["red"])), ["1 2: ClientState 0 X [red]"]);
    assert_eq!(server.events(), ["Alice entered lobby", "Alice exited lobby", "Alice entered red"]);
    let voice = packets::voice(0, 0, "lobby", "a");
    server.connect(3);
    assert_eq!(
        server.receive(3, &packets::relay_unreliable(&[1], &voice)),
        ["2 unreliably: VoiceData 0 #0 session 0 [lobby] a"]
    );
}

#[test]
fn anything_but_an_introduction_is_relayed_and_twice_to_a_destination_listed_twice() {
    let mut server = permissive();
    assert_eq!(
        server.receive(1, &packets::relay_reliable(&[1, 1], &packets::remove(0))),
        ["2 2: RemoveClient 0"]
    );
    let introduction =
        packets::written(Packet::HandshakeP2P(HandshakeP2P { session: SESSION, id: ClientId(0) }));
    assert_eq!(server.receive(1, &packets::relay_reliable(&[1], &introduction)), [""; 0]);
    assert_eq!(server.statistics().inner_refused, 1);
}

#[test]
fn a_state_of_an_unknown_id_makes_a_client_after_the_others_were_told() {
    let mut server = permissive();
    assert_eq!(
        server.receive(2, &packets::client_state(7, "Ghost", &["lobby"])),
        ["1 2: ClientState 7 Ghost [lobby]"]
    );
    assert_eq!(server.events(), ["Ghost joined as 7 over link 2", "Ghost entered lobby"]);
    assert_eq!(server.receive(1, &packets::enter(0, "red")), ["1 2 2: DeltaChannelState 0 enters red"]);
}

#[test]
fn voice_without_a_relay_is_ignored_whatever_its_session_is() {
    let mut server = permissive();
    server.connect(3);
    let voice = packets::voice(0, 0, "lobby", "a");
    assert_eq!(server.receive(3, &packets::in_other_session(voice.clone())), [""; 0]);
    assert_eq!(server.receive(3, &voice), [""; 0]);
    assert_eq!(server.statistics().ignored, 2);
}

#[test]
fn states_that_go_to_all_are_limited_like_any_broadcast() {
    let mut server = LoneServer::with_settings(|settings| {
        settings.permissive = true;
        settings.limits.fan_out = Rate { per_second: 1, burst: 3 };
    });
    server.join(1, "Alice", &[]);
    server.wait(Duration::from_secs(10));
    for state in [packets::client_state(0, "Alice", &["red"]), packets::client_state(7, "Ghost", &[])] {
        assert_eq!(server.receive(1, &state).len(), 1);
    }
    assert_eq!(server.receive(1, &packets::client_state(7, "Ghost", &["red"])).len(), 1);
    assert_eq!(server.receive(1, &packets::client_state(0, "Alice", &["blue"])), [""; 0], "the fourth");
    assert_eq!(server.receive(1, &packets::client_state(8, "Spirit", &[])), [""; 0], "the fifth");
    assert_eq!((server.statistics().fan_out_limited, server.server.clients()), (2, 2));
}

#[test]
fn a_link_that_ends_takes_one_client_with_it() {
    let mut server = permissive();
    server.receive(2, &packets::client_state(7, "Ghost", &[]));
    assert_eq!(server.disconnect(2), ["1 2: RemoveClient 1"]);
    assert_eq!(server.disconnect(2), ["1: RemoveClient 7"]);
    assert_eq!(server.disconnect(2), [""; 0]);
}

#[test]
fn a_handshake_over_a_link_with_several_clients_removes_the_first_of_the_table() {
    let mut server = permissive();
    server.receive(2, &packets::client_state(7, "Ghost", &[]));
    assert_eq!(
        server.receive(2, &packets::handshake("Bert"))[..2],
        ["1 2: RemoveClient 1", "2: HandshakeResponse 1"]
    );
    let names: Vec<_> = server.server.tables().clients().map(|row| row.name).collect();
    assert_eq!(names, ["Alice", "Bert", "Ghost"]);
}

#[test]
fn every_client_of_a_link_that_joined_again_leaves_with_it() {
    let mut server = permissive();
    server.join(3, "Carol", &[]);
    server.disconnect(1);
    // Ghost gets the slot that Alice left, which precedes Carol's.
    server.receive(3, &packets::client_state(7, "Ghost", &[]));
    assert_eq!(server.receive(3, &packets::handshake("Carla"))[0], "2 3: RemoveClient 7");
    for _ in 0..2 {
        server.disconnect(3);
    }
    assert_eq!(server.server.tables().clients().map(|row| row.name).collect::<Vec<_>>(), ["Bob"]);
}

#[test]
fn a_newcomer_gets_no_id_that_a_ghost_sits_on() {
    let mut server = permissive();
    server.receive(2, &packets::client_state(2, "Ghost", &[]));
    assert_eq!(server.join(3, "Carol", &[]), 3);
    server.disconnect(2);
    server.disconnect(2);
    assert_eq!(server.join(4, "Dan", &[]), 2);
    assert_eq!(server.join(5, "Eve", &[]), 1);
}

#[test]
fn a_client_evicted_by_a_namesake_is_not_told_and_may_come_back() {
    let mut server = permissive();
    server.connect(3);
    assert_eq!(
        server.receive(3, &packets::handshake("Alice"))[..2],
        ["2: RemoveClient 0", "3: HandshakeResponse 0"]
    );
    assert_eq!(server.closed(), []);
    assert_eq!(server.receive(1, &packets::handshake("Alina"))[0], "1: HandshakeResponse 2");
}

#[test]
fn of_several_of_one_spelling_the_first_of_the_table_goes_for_a_newcomer() {
    let mut server = permissive();
    server.receive(2, &packets::client_state(9, "Ghost", &[]));
    server.receive(2, &packets::client_state(5, "Ghost", &[]));
    server.receive(2, &packets::client_state(3, "ghost", &[]));
    server.connect(4);
    assert_eq!(server.receive(4, &packets::handshake("Ghost"))[0], "1 2 2 2: RemoveClient 9");
    server.connect(5);
    assert_eq!(server.receive(5, &packets::handshake("ghost"))[0], "1 2 4 2: RemoveClient 3");
}

#[test]
fn the_limits_hold() {
    let mut server = LoneServer::with_settings(|settings| {
        settings.permissive = true;
        settings.limits.links = 2;
        settings.limits.rooms_per_client = 1;
    });
    server.join(1, "Alice", &[]);
    server.receive(1, &packets::client_state(7, "Ghost", &[]));
    for refused in [
        packets::client_state(8, "Second", &[]),
        packets::client_state(7, "Ghost", &["lobby", "red"]),
        packets::client_state(9, &"n".repeat(129), &[]),
    ] {
        assert_eq!(server.receive(1, &refused), [""; 0]);
    }
    assert_eq!(server.server.clients(), 2);
}
