//! Direct links: introductions, sent packets, accepted packets, and their use.

mod refused;

use core::time::Duration;

use consonance_session::{
    ChannelProperties, Client, ClientId, ClientSettings, CloseReason, Instant, LinkCommand, LinkId, Offence,
    RoomId, Target,
};
use consonance_wire::TextRecipient;

use crate::behaviour::support::lone_client::LoneClient;
use crate::behaviour::support::network::Network;
use crate::behaviour::support::packets;

/// The ids of direct links.
const TO_BOB: u64 = 21;
const TO_CAROL: u64 = 22;
const TO_MALLORY: u64 = 66;

/// Alice with id 0, speaking and listening to the lobby, and two listeners: Bob with id 1, Carol with id 2.
fn alice() -> LoneClient {
    let mut alice =
        LoneClient::joined_with("Alice", 0, &["lobby"], &[("Bob", 1, &["lobby"]), ("Carol", 2, &["lobby"])]);
    open_lobby(&mut alice.client);
    alice.events();
    alice
}

/// As [`alice`], with a direct link to Bob.
fn alice_with_bob() -> LoneClient {
    let mut alice = alice();
    alice.connect_peer(TO_BOB);
    alice.receive_directly(TO_BOB, &packets::introduction(1));
    alice.sent();
    alice
}

fn open_lobby(client: &mut Client) {
    client.open_channel(Target::Room("lobby".into()), ChannelProperties::default()).expect("a channel more");
}

fn direct_peers(alice: &LoneClient) -> Vec<(u16, u64)> {
    alice.client.players().direct().map(|(id, link)| (id.0, link.0)).collect()
}

#[test]
fn a_new_direct_link_gets_my_introduction_and_an_introduction_is_answered_once() {
    let mut alice = alice();
    alice.connect_peer(TO_BOB);
    assert_eq!(alice.sent(), ["21: HandshakeP2P 0"]);
    assert_eq!(alice.receive_directly(TO_BOB, &packets::introduction(1)), ["1 introduced over link 21"]);
    assert_eq!(alice.sent(), ["21: HandshakeP2P 0"]);
    assert_eq!(alice.receive_directly(TO_BOB, &packets::introduction(1)), ["1 introduced over link 21"]);
    assert_eq!(alice.sent(), [""; 0]);
    assert_eq!(direct_peers(&alice), [(1, TO_BOB)]);
    alice.connect_peer(TO_BOB);
    assert_eq!(alice.sent(), ["21: HandshakeP2P 0"], "told again that it is up");
}

#[test]
fn each_handshake_answer_is_announced_to_every_direct_link() {
    let mut alice = LoneClient::new("Alice");
    alice.client.start();
    alice.connect();
    alice.sent();
    alice.connect_peer(TO_BOB);
    alice.connect_peer(TO_CAROL);
    assert_eq!(alice.sent(), [""; 0]);
    alice.receive(&packets::response(4));
    assert_eq!(alice.sent(), ["ClientState 4 Alice []", "21 22: HandshakeP2P 4"]);
    alice.receive(&packets::response(5));
    assert_eq!(alice.sent(), ["ClientState 5 Alice []", "21 22: HandshakeP2P 5"]);
}

#[test]
fn an_introduction_before_joining_is_kept_and_answered_when_its_player_is_known() {
    let mut alice = LoneClient::new("Alice");
    alice.client.start();
    alice.connect();
    alice.connect_peer(TO_BOB);
    alice.connect_peer(TO_CAROL);
    alice.sent();
    assert_eq!(alice.receive_directly(TO_BOB, &packets::introduction(1)), [""; 0]);
    let elsewhere = packets::in_other_session(packets::introduction(2));
    assert_eq!(alice.receive_directly(TO_CAROL, &elsewhere), [""; 0]);
    assert_eq!(alice.receive(&packets::response(0)), ["joined as 0", "1 introduced over link 21"]);
    assert_eq!(alice.sent(), ["ClientState 0 Alice []", "21 22: HandshakeP2P 0"]);
    alice.receive(&packets::client_state(2, "Carol", &[]));
    assert_eq!(alice.sent(), [""; 0]);
    assert_eq!(alice.receive(&packets::client_state(1, "Bob", &[])), ["Bob joined as 1"]);
    assert_eq!(alice.sent(), ["21: HandshakeP2P 0"]);
    assert_eq!(direct_peers(&alice), [(1, TO_BOB)]);
}

#[test]
fn an_introduction_of_an_unknown_id_is_answered_when_its_state_comes() {
    let mut alice = LoneClient::joined("Alice", 0, &[]);
    alice.connect_peer(TO_BOB);
    alice.sent();
    assert_eq!(alice.receive_directly(TO_BOB, &packets::introduction(9)), ["9 introduced over link 21"]);
    assert_eq!(alice.sent(), [""; 0]);
    alice.receive(&packets::client_state(9, "Bob", &[]));
    assert_eq!(alice.sent(), ["21: HandshakeP2P 0"]);
    assert_eq!(direct_peers(&alice), [(9, TO_BOB)]);
}

#[test]
fn an_introduction_in_another_session_is_dropped() {
    let mut alice = alice();
    alice.connect_peer(TO_BOB);
    alice.sent();
    let elsewhere = packets::in_other_session(packets::introduction(1));
    assert_eq!(alice.receive_directly(TO_BOB, &elsewhere), [""; 0]);
    assert_eq!(alice.sent(), [""; 0]);
    assert_eq!(alice.statistics().other_session, 1);
}

#[test]
fn an_introduction_over_the_servers_link_is_not_taken() {
    let mut alice = alice();
    assert_eq!(alice.receive(&packets::introduction(1)), [""; 0]);
    assert_eq!(alice.sent(), [""; 0]);
    assert_eq!(direct_peers(&alice), []);
    assert_eq!(alice.statistics().ignored, 1);
}

#[test]
fn voice_and_text_go_directly_where_possible_and_to_the_rest_through_one_relay() {
    let mut alice = alice_with_bob();
    alice.receive(&packets::client_state(3, "Dave", &["lobby"]));
    assert_eq!(alice.client.send_voice(b"a"), Ok(3));
    assert_eq!(alice.client.send_text(&Target::Room("lobby".into()), "hi"), Ok(3));
    assert_eq!(alice.client.send_text(&Target::Player("Bob".into()), "psst"), Ok(1));
    assert_eq!(
        alice.sent(),
        [
            "21: TextData 0 to lobby: hi",
            "ServerRelayReliable to 2 3: TextData 0 to lobby: hi",
            "21: TextData 0 to @1: psst",
            "21 unreliably: VoiceData 0 #0 session 0 [lobby] a",
            "ServerRelayUnreliable to 2 3: VoiceData 0 #0 session 0 [lobby] a",
        ]
    );
    let statistics = alice.statistics();
    assert_eq!((statistics.frames_direct, statistics.frames_relayed), (1, 2));
    assert_eq!((statistics.texts_direct, statistics.texts_relayed), (2, 2));
}

#[test]
fn one_copy_serves_all_direct_links() {
    let mut alice = alice_with_bob();
    alice.connect_peer(TO_CAROL);
    alice.receive_directly(TO_CAROL, &packets::introduction(2));
    alice.sent();
    alice.client.send_voice(b"a").unwrap();
    assert_eq!(alice.sent(), ["21 22 unreliably: VoiceData 0 #0 session 0 [lobby] a"]);
}

#[test]
fn within_one_update_the_server_comes_first_then_reliable_then_unreliable_to_peers() {
    let mut alice = alice_with_bob();
    alice.client.send_voice(b"a").unwrap();
    alice.client.send_text(&Target::Room("lobby".into()), "hi").unwrap();
    alice.connect_peer(TO_CAROL);
    alice.client.join_room("team").unwrap();
    assert_eq!(
        alice.sent(),
        [
            "DeltaChannelState 0 enters team",
            "21: TextData 0 to lobby: hi",
            "ServerRelayReliable to 2: TextData 0 to lobby: hi",
            "22: HandshakeP2P 0",
            "21 unreliably: VoiceData 0 #0 session 0 [lobby] a",
            "ServerRelayUnreliable to 2: VoiceData 0 #0 session 0 [lobby] a",
        ]
    );
}

#[test]
fn a_frame_too_long_for_a_relay_is_dropped_unless_all_are_reached_directly() {
    let mut alice = alice_with_bob();
    let frame = [7; 1024 - 18 - 4];
    assert!(alice.client.send_voice(&frame).is_err());
    assert_eq!(alice.sent(), [""; 0]);
    alice.receive(&packets::exit(2, "lobby"));
    assert_eq!(alice.client.send_voice(&frame), Ok(1));
    assert_eq!(alice.sent().len(), 1);
}

#[test]
fn a_lost_direct_link_is_replaced_by_the_relay_from_the_next_frame_on() {
    let mut alice = alice_with_bob();
    assert_eq!(alice.disconnect_peer(TO_BOB), [""; 0]);
    alice.client.send_voice(b"a").unwrap();
    assert_eq!(alice.sent(), ["ServerRelayUnreliable to 1 2: VoiceData 0 #0 session 0 [lobby] a"]);
    assert_eq!(alice.receive_directly(TO_BOB, &packets::voice(1, 0, "lobby", "b")), [""; 0]);
    assert_eq!(alice.statistics().unknown_link, 1);
}

#[test]
fn the_direct_link_of_a_player_that_leaves_is_forgotten_even_if_its_id_comes_back() {
    let mut alice = alice_with_bob();
    alice.receive(&packets::remove(1));
    alice.receive(&packets::client_state(1, "Dave", &["lobby"]));
    alice.client.send_voice(b"a").unwrap();
    assert_eq!(alice.sent(), ["ServerRelayUnreliable to 1 2: VoiceData 0 #0 session 0 [lobby] a"]);
    assert_eq!(alice.receive_directly(TO_BOB, &packets::voice(1, 0, "lobby", "b")), [""; 0]);
    assert_eq!(alice.receive_directly(TO_BOB, &packets::introduction(1)), ["1 introduced over link 21"]);
    assert_eq!(alice.sent(), ["21: HandshakeP2P 0"]);
}

#[test]
fn voice_and_text_over_a_direct_link_belong_to_the_player_it_introduced() {
    let mut alice = alice_with_bob();
    let frame = packets::voice(1, 0, "lobby", "a");
    assert_eq!(alice.receive_directly(TO_BOB, &frame), ["Bob started speaking", "frame 0 of 1: a"]);
    let text = packets::text(1, TextRecipient::Player(ClientId(0)), "hi");
    assert_eq!(alice.receive_directly(TO_BOB, &text), ["Bob to @Alice: hi"]);
}

#[test]
fn a_second_link_of_a_player_takes_over_when_the_first_is_lost() {
    let mut alice = alice_with_bob();
    alice.connect_peer(23);
    assert_eq!(alice.receive_directly(23, &packets::introduction(1)), [""; 0]);
    alice.sent();
    assert_eq!(alice.disconnect_peer(TO_BOB), ["1 introduced over link 23"]);
    assert_eq!(alice.sent(), ["23: HandshakeP2P 0"]);
    assert_eq!(direct_peers(&alice), [(1, 23)]);
}

#[test]
fn a_second_link_of_a_player_that_is_lost_changes_nothing() {
    let mut alice = alice_with_bob();
    alice.connect_peer(23);
    alice.receive_directly(23, &packets::introduction(1));
    alice.sent();
    assert_eq!(alice.disconnect_peer(23), [""; 0]);
    assert_eq!(alice.sent(), [""; 0], "the first link knows already");
    assert_eq!(direct_peers(&alice), [(1, TO_BOB)]);
}

#[test]
fn a_link_belongs_to_the_player_it_introduced_last() {
    let mut alice = alice_with_bob();
    assert_eq!(alice.receive_directly(TO_BOB, &packets::introduction(2)), ["2 introduced over link 21"]);
    assert_eq!(alice.sent(), ["21: HandshakeP2P 0"]);
    assert_eq!(direct_peers(&alice), [(2, TO_BOB)]);
}

#[test]
fn stopping_closes_direct_links_and_a_stopped_client_takes_none() {
    let mut alice = alice_with_bob();
    alice.client.stop(alice.now);
    let close = |link| LinkCommand::Close { link, reason: CloseReason::Left, reads_notice: false };
    assert_eq!(alice.commands(), [close(LinkId(TO_BOB)), close(alice.link)]);
    alice.connect_peer(TO_CAROL);
    assert_eq!(alice.commands(), [close(LinkId(TO_CAROL))]);
}

#[test]
fn direct_links_outlive_the_one_to_the_server_and_are_introduced_again() {
    let mut alice = alice_with_bob();
    alice.disconnect();
    assert_eq!(direct_peers(&alice), []);
    alice.wait(Duration::from_secs(1));
    alice.connect();
    alice.sent();
    assert_eq!(
        alice.receive(&packets::response(3)),
        ["joined as 3"],
        "what was introduced in the session before does not count in this one"
    );
    assert_eq!(alice.sent(), ["ClientState 3 Alice [lobby]", "21: HandshakeP2P 3"]);
}

#[test]
fn two_clients_with_a_direct_link_hear_each_other_directly_and_without_it_through_the_server() {
    let mut network = Network::new();
    let alice = network.join("Alice", &["lobby"]);
    let bob = network.start("Bob", &["lobby"]);
    network.join_directly(alice, bob);
    network.run();
    for player in [alice, bob] {
        assert_eq!(network.client(player).players().direct().count(), 1);
        open_lobby(network.client(player));
        network.events(player);
    }
    for player in [alice, bob] {
        network.client(player).send_voice(b"a").unwrap();
        network.run();
    }
    network.cut_direct_links();
    for player in [alice, bob] {
        network.client(player).send_voice(b"b").unwrap();
        network.run();
        let statistics = network.client(player).statistics();
        assert_eq!((statistics.frames_direct, statistics.frames_relayed), (1, 1));
    }
    assert_eq!(network.events(alice), ["Bob started speaking", "frame 0 of 1: a", "frame 1 of 1: b"]);
    assert_eq!(network.events(bob), ["Alice started speaking", "frame 0 of 0: a", "frame 1 of 0: b"]);
}

#[test]
fn a_client_that_comes_back_is_reached_directly_again() {
    let mut network = Network::new();
    let alice = network.join("Alice", &[]);
    let bob = network.join("Bob", &[]);
    network.join_directly(alice, bob);
    network.run();
    network.cut(bob);
    network.run();
    assert_eq!(network.client(alice).players().direct().count(), 0);
    network.wait(Duration::from_secs(5));
    for player in [alice, bob] {
        assert_eq!(network.client(player).players().direct().count(), 1);
    }
}
