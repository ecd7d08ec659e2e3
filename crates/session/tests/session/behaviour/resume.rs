//! Resume: a client whose link was lost gets its place back, unnoticed by the others.

use core::time::Duration;

use consonance_session::{
    Capabilities, ChannelProperties, CloseReason, CodecParameters, Instant, LinkChange, LinkId, SessionId,
    Target,
};

use consonance_wire::ResumeTicket;

use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::network::{Network, Player};
use crate::behaviour::support::packets;

const A_MOMENT: Duration = Duration::from_millis(100);
const LONG: Duration = Duration::from_secs(11);

#[test]
fn a_client_whose_link_was_lost_gets_its_place_back_unnoticed() {
    let (mut network, bob, alice) = Network::of_two_resuming_clients();
    network.cut(alice);
    network.wait(A_MOMENT);
    assert_eq!(network.events(bob), [""; 0]);
    assert_eq!(
        network.events(alice),
        ["disconnected: LinkLost, again in 0 ms", "resumed as 1", "roster received"]
    );
    assert_eq!(network.server.statistics().places_resumed, 1);
    network.client(alice).send_voice(b"back").expect("in the session");
    network.run();
    assert_eq!(network.events(bob), ["Alice started speaking", "frame 0 of 1: back"]);
}

#[test]
fn a_client_that_changes_its_link_keeps_its_place_and_its_utterance_unnoticed() {
    let (mut network, bob, alice) = Network::of_two_resuming_clients();
    network.client(alice).send_voice(b"be").expect("in the session");
    network.run();
    let now = network.now;
    assert!(network.client(alice).change_link(now, LinkChange::Route));
    assert!(!network.client(alice).change_link(now, LinkChange::Route), "once");
    network.wait(A_MOMENT);
    let expected = ["disconnected: LinkChanged, again in 0 ms", "resumed as 1", "roster received"];
    assert_eq!(network.events(alice), expected);
    network.client(alice).send_voice(b"fore").expect("in the session");
    network.run();
    assert_eq!(network.events(bob), ["Alice started speaking", "frame 0 of 1: be", "frame 1 of 1: fore"]);
}

#[test]
fn a_client_does_not_change_its_link_where_the_server_keeps_no_places() {
    let mut network = Network::new();
    let alone = network.start("Ada", &[]);
    let now = network.now;
    assert!(!network.client(alone).change_link(now, LinkChange::Route), "it is in no session");
}

#[test]
fn another_client_with_the_ticket_has_the_place() {
    let (mut network, bob, alice) = Network::of_two_resuming_clients();
    let ticket = network.client(alice).server().ticket().expect("its server keeps places");
    let now = network.now;
    network.client(alice).resume_with(now, ResumeTicket { session: SessionId(1), ..ticket });
    assert_eq!(network.client(alice).server().ticket(), Some(ticket), "it is in its session");
    network.lose(alice);
    network.client(alice).stop(now);
    assert_eq!(network.client(alice).server().ticket(), None);
    let again = network.start("Alice", &[]);
    network.client(again).resume_with(now, ticket);
    network.run();
    assert_eq!(network.client(again).id(), Some(ticket.id));
    assert!(network.events(again).contains(&"resumed as 1".to_owned()));
    assert!(!network.events(bob).contains(&"Alice left".to_owned()));
}

#[test]
fn a_speaker_that_resumes_quickly_goes_on_with_its_utterance() {
    let (mut network, bob, alice) = Network::of_two_resuming_clients();
    network.client(alice).send_voice(b"be").expect("in the session");
    network.run();
    network.cut(alice);
    network.wait(A_MOMENT);
    network.client(alice).send_voice(b"fore").expect("in the session");
    network.run();
    assert_eq!(network.events(bob), ["Alice started speaking", "frame 0 of 1: be", "frame 1 of 1: fore"]);
}

#[test]
fn a_client_that_notices_before_the_server_does_takes_its_place_from_the_old_link() {
    let (mut network, bob, alice) = Network::of_two_resuming_clients();
    network.lose(alice);
    network.wait(A_MOMENT);
    assert_eq!(network.events(bob), [""; 0]);
    assert!(network.events(alice).contains(&"resumed as 1".to_owned()));
}

#[test]
fn a_client_that_does_not_come_back_in_time_has_left() {
    let (mut network, bob, alice) = Network::of_two_resuming_clients();
    network.reachable = false;
    network.cut(alice);
    network.wait(Duration::from_secs(9));
    assert_eq!(network.events(bob), [""; 0]);
    network.wait(Duration::from_secs(2));
    assert_eq!(network.events(bob), ["Alice exited team", "Alice exited lobby", "Alice left"]);
    assert_eq!(network.server.statistics().places_given_up, 1);
    let told = network.events(alice);
    assert!(told.contains(&"Bob left".to_owned()), "its own roster is given up too: {told:?}");
    network.reachable = true;
    network.wait(LONG);
    assert!(network.events(alice).contains(&"joined as 1".to_owned()), "it joins as any other");
}

#[test]
fn a_client_that_stops_is_gone_at_once() {
    let (mut network, bob, alice) = Network::of_two_resuming_clients();
    leave(&mut network, alice);
    assert_eq!(network.events(bob), ["Alice exited team", "Alice exited lobby", "Alice left"]);
    assert_eq!(network.server.clients(), 1);
}

#[test]
fn a_link_whose_client_has_said_goodbye_is_closed_unless_it_joins_again() {
    let mut server = LoneServer::new();
    for link in [1, 2] {
        server.ticket(link, &packets::handshake_of_ours(&format!("player {link}"), None));
    }
    server.wait(Duration::from_mins(1));
    server.receive(1, &packets::remove(0));
    server.receive(2, &packets::remove(1));
    server.wait(Duration::from_secs(9));
    server.ticket(2, &packets::handshake_of_ours("player 2", None));
    assert_eq!(server.closed(), []);
    server.wait(Duration::from_secs(2));
    assert_eq!(server.closed(), [(1, CloseReason::NoHandshake)]);
    assert_eq!(server.server.tables().links().count(), 1);
}

#[test]
fn a_client_that_is_asked_to_join_again_has_its_place_back() {
    let (mut network, bob, alice) = Network::of_two_resuming_clients();
    let id = network.client(alice).id().expect("in the session");
    assert!(network.server.moderation().reset(id));
    network.wait(A_MOMENT);
    let expected = ["disconnected: WrongSession, again in 0 ms", "resumed as 1", "roster received"];
    assert_eq!(network.events(alice), expected);
    assert_eq!(network.events(bob), [""; 0]);
}

#[test]
fn a_client_that_may_believe_it_is_in_the_session_is_asked_reliably() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &[]);
    server.connect(2);
    for link in [1, 2] {
        server.server.ask_to_join_again(Instant::START, LinkId(link));
    }
    assert_eq!(server.sent(), ["2: ErrorWrongSession 12345679"], "she may be silent for long");
}

#[test]
fn a_resumed_client_learns_of_joins_and_leaves_meanwhile() {
    let (mut network, bob, alice) = Network::of_two_resuming_clients();
    cut_for_a_while(&mut network, alice);
    leave(&mut network, bob);
    network.join("Carol", &["team"]);
    let told = told_when_back(&mut network, alice);
    // Carol has Bob's id now.
    assert_eq!(
        told,
        [
            "resumed as 1",
            "Bob exited lobby",
            "Bob left",
            "Carol joined as 0",
            "Carol entered team",
            "roster received"
        ]
    );
}

#[test]
fn a_resumed_client_knows_a_player_that_came_back_under_another_id() {
    let (mut network, bob, alice) = Network::of_two_resuming_clients();
    cut_for_a_while(&mut network, alice);
    leave(&mut network, bob);
    let carol = network.join("Carol", &[]);
    network.client(bob).start();
    network.run();
    leave(&mut network, carol);
    let told = told_when_back(&mut network, alice);
    assert_eq!(
        told,
        [
            "resumed as 1",
            "Bob exited lobby",
            "Bob left",
            "Bob joined as 2",
            "Bob entered lobby",
            "roster received"
        ]
    );
}

#[test]
fn a_resumed_client_hears_a_player_with_a_former_name_and_id_at_once() {
    let (mut network, bob, alice) = Network::of_two_resuming_clients();
    let lobby = || Target::Room("lobby".into());
    // Two utterances, so that the new Bob's counters start below those of the old one.
    for word in ["one", "two"] {
        let channel = network.client(bob).open_channel(lobby(), ChannelProperties::default());
        network.client(bob).send_voice(word.as_bytes()).expect("in the session");
        network.client(bob).voice_mut().close_channel(channel.expect("a channel more"));
        network.client(bob).send_voice(b"over").expect("in the session");
        network.run();
    }
    cut_for_a_while(&mut network, alice);
    leave(&mut network, bob);
    let new_bob = network.join("Bob", &["lobby"]);
    network.client(new_bob).open_channel(lobby(), ChannelProperties::default()).expect("a channel more");
    network.wait(Duration::from_secs(2));
    network.events(alice);
    network.client(new_bob).send_voice(b"hello").expect("in the session");
    network.run();
    assert_eq!(network.events(alice), ["Bob started speaking", "frame 0 of 0: hello"]);
}

#[test]
fn a_client_that_lost_its_link_unannounced_joins_again_at_once_with_or_without_its_ticket() {
    for has_ticket in [true, false] {
        let mut server = LoneServer::new();
        server.join(1, "Bob", &[]);
        let ticket = server.ticket(2, &packets::handshake_of_ours("Alice", None));
        assert_eq!(server.disconnect(2), ["1: RemoveClient 1"]);
        server.ticket(3, &packets::handshake_of_ours("Alice", has_ticket.then_some(ticket)));
        assert_eq!(server.statistics().places_resumed, 0);
        let id = server.server.tables().client_named("Alice").expect("it has joined").0;
        let sent = server.receive(3, &packets::client_state(id, "Alice", &[]));
        assert_eq!(sent, [format!("1 3: ClientState {id} Alice []")]);
    }
}

#[test]
fn a_client_whose_answer_was_lost_with_its_link_has_its_place_by_its_former_ticket() {
    let mut server = LoneServer::new();
    let first = server.ticket(1, &packets::handshake_of_ours("Alice", None));
    server.receive(1, &packets::client_state(0, "Alice", &[]));
    for link in 2..5 {
        server.disconnect(link - 1);
        let lost = server.ticket(link, &packets::handshake_of_ours("Alice", Some(first)));
        assert_ne!(lost.secret, first.secret);
        assert_eq!(server.statistics().places_resumed, link - 1);
    }
    server.receive(4, &packets::client_state(0, "Alice", &[]));
    server.disconnect(4);
    server.connect(5);
    server.receive(5, &packets::handshake_of_ours("Alice", Some(first)));
    assert_eq!(server.statistics().tickets_refused, 1, "the client has another one");
}

#[test]
fn a_client_that_asks_again_because_the_answer_is_slow_keeps_its_place() {
    let mut server = LoneServer::new();
    server.join(1, "Bob", &[]);
    let ticket = server.ticket(2, &packets::handshake_of_ours("Alice", None));
    server.receive(2, &packets::client_state(1, "Alice", &["lobby"]));
    server.disconnect(2);
    let handshake = packets::handshake_of_ours("Alice", Some(ticket));
    server.ticket(3, &handshake);
    assert_eq!(server.receive(3, &handshake), [""; 0]);
    assert_eq!((server.statistics().tickets_refused, server.statistics().ignored), (0, 1));
    server.receive(1, &packets::handshake("Bob"));
    assert_eq!(server.statistics().ignored, 1, "one of the original joins again");
    server.receive(3, &packets::handshake_of_ours("Alicia", None));
    assert_eq!(server.statistics().ignored, 1, "another name is another join");
    assert!(
        server.server.tables().client_named("Alicia").is_some()
            && server.server.tables().client_named("Alice").is_none()
    );
}

#[test]
fn rooms_that_changed_while_the_link_was_lost_are_told_to_all() {
    let (mut network, bob, alice) = Network::of_two_resuming_clients();
    cut_for_a_while(&mut network, alice);
    network.client(alice).join_room("new").expect("a room more");
    network.wait(Duration::from_secs(2));
    assert!(network.events(bob).contains(&"Alice entered new".to_owned()));
}

#[test]
fn a_client_that_comes_back_with_another_codec_joins_again() {
    let (mut network, bob, alice) = Network::of_two_resuming_clients();
    cut_for_a_while(&mut network, alice);
    let (now, codec) = (network.now, packets::CODEC);
    let codec = CodecParameters { frame_size_samples: codec.frame_size_samples / 2, ..codec };
    network.client(alice).set_codec(now, codec);
    let told = told_when_back(&mut network, alice);
    assert!(told.contains(&"roster received".to_owned()), "{told:?}");
    let seen =
        network.client(bob).players().iter().find(|player| player.name == "Alice").expect("she is here");
    assert_eq!((seen.codec, seen.rooms), (codec, vec!["lobby", "team"]));
    assert_eq!(network.server.statistics().spoofed, 0);
}

#[test]
fn a_ticket_is_good_for_one_time() {
    let (mut network, _, alice) = Network::of_two_resuming_clients();
    network.cut(alice);
    network.wait(A_MOMENT);
    let handshake = network.last_handshake(alice);
    let thief = network.unjoined_link();
    network.inject_from(thief, &handshake);
    network.run();
    let statistics = network.server.statistics();
    assert_eq!((statistics.places_resumed, statistics.tickets_refused), (1, 1));
}

#[test]
fn a_ticket_of_another_session_is_worth_nothing() {
    let (mut network, _, alice) = Network::of_two_resuming_clients();
    network.replace_server(SessionId(77));
    network.cut(alice);
    network.wait(A_MOMENT);
    let told = network.events(alice);
    assert!(told.contains(&"joined as 0".to_owned()), "{told:?}");
    assert!(!told.iter().any(|event| event.starts_with("resumed")), "{told:?}");
}

#[test]
fn a_ticket_that_is_right_but_for_its_session_is_refused() {
    for (session, resumed) in [(packets::SESSION, true), (packets::OTHER_SESSION, false)] {
        let mut server = LoneServer::new();
        let ticket = server.ticket(1, &packets::handshake_of_ours("Alice", None));
        server.receive(1, &packets::client_state(0, "Alice", &[]));
        server.disconnect(1);
        server.connect(2);
        let ticket = ResumeTicket { session, ..ticket };
        server.receive(2, &packets::handshake_of_ours("Alice", Some(ticket)));
        let counters = server.statistics();
        let counted = (counters.places_resumed, counters.tickets_refused);
        assert_eq!(counted, (u64::from(resumed), u64::from(!resumed)), "{session:?}");
    }
}

#[test]
fn an_original_leaves_when_its_link_is_lost() {
    let mut network = Network::new();
    let bob = network.join("Bob", &[]);
    let original = network.join("Original", &[]);
    network.reachable = false;
    network.events(bob);
    network.cut(original);
    network.run();
    assert_eq!(network.events(bob), ["Original left"]);
}

#[test]
fn a_namesake_takes_over_a_place_that_is_kept() {
    let (mut network, bob, alice) = Network::of_two_resuming_clients();
    cut_for_a_while(&mut network, alice);
    network.capabilities = Capabilities::NONE;
    network.join("Alice", &[]);
    let told = network.events(bob);
    assert_eq!(told, [""; 0], "join() passes its events over");
    assert_eq!(network.server.clients(), 2);
    network.wait(LONG);
    assert_eq!(network.server.statistics().places_given_up, 0);
}

/// Cuts a client's link, and makes the server reachable again after the first attempt to reconnect has failed.
fn cut_for_a_while(network: &mut Network, player: Player) {
    network.reachable = false;
    network.cut(player);
    network.run();
    network.reachable = true;
}

fn leave(network: &mut Network, player: Player) {
    let now = network.now;
    network.client(player).stop(now);
    network.run();
}

/// The events of a client from now until it has reconnected.
fn told_when_back(network: &mut Network, player: Player) -> Vec<String> {
    network.events(player);
    network.wait(Duration::from_secs(2));
    network.events(player).into_iter().filter(|event| !event.starts_with("disconnected")).collect()
}
