//! The end of a session for a client, its events, and the time of the next attempt.

use core::time::Duration;

use consonance_session::{
    Capabilities, ChannelProperties, Client, ClientSettings, CloseReason, CodecParameters, LinkCommand,
    NameTaken, Status, Target,
};

use crate::behaviour::support::lone_client::LoneClient;
use crate::behaviour::support::network::Network;
use crate::behaviour::support::packets;

fn close(client: &LoneClient, reason: CloseReason) -> LinkCommand {
    LinkCommand::Close { link: client.link, reason, reads_notice: false }
}

#[test]
fn at_the_end_speakers_stop_then_all_exit_and_leave_in_the_order_met() {
    let mut client = LoneClient::joined_with(
        "Alice",
        3,
        &["lobby"],
        &[("Dan", 7, &["blue", "lobby"]), ("Bob", 1, &["lobby"]), ("Carol", 5, &[])],
    );
    client.receive(&packets::voice(1, 0, "lobby", "a"));
    client.receive(&packets::voice(7, 0, "lobby", "b"));
    assert_eq!(
        client.disconnect(),
        [
            "Dan stopped speaking",
            "Bob stopped speaking",
            "Alice exited lobby",
            "Dan exited lobby",
            "Dan exited blue",
            "Dan left",
            "Bob exited lobby",
            "Bob left",
            "Carol left",
            "disconnected: LinkLost, again in 0 ms",
        ]
    );
    assert_eq!(client.client.players().iter().count(), 0);
    assert_eq!(client.client.id(), None);
}

#[test]
fn a_lost_link_is_opened_again_at_once() {
    let mut client = LoneClient::joined("Alice", 0, &["lobby"]);
    assert_eq!(client.client.status(), Status::Connected);
    client.disconnect();
    assert_eq!(client.client.status(), Status::Degraded);
    assert_eq!(client.client.poll_timeout().map(|(at, _)| at), Some(client.now));
    assert_eq!(client.commands(), []);
    client.wait(Duration::ZERO);
    assert_eq!(client.commands(), [LinkCommand::Open]);
    client.connect();
    assert_eq!(client.sent(), ["HandshakeRequest Alice"]);
    assert_eq!(client.receive(&packets::response(0)), ["joined as 0"]);
    assert_eq!(client.sent(), ["ClientState 0 Alice [lobby]"]);
}

#[test]
fn a_server_that_never_answers_is_asked_over_another_link_after_ten_seconds() {
    let mut client = LoneClient::new("Alice");
    client.client.start();
    client.connect();
    assert_eq!(client.commands(), [LinkCommand::Open]);
    assert_eq!(client.wait(Duration::from_millis(9999)), [""; 0]);
    assert_eq!(client.sent(), ["HandshakeRequest Alice"; 5]);
    assert_eq!(client.wait(Duration::from_millis(1)), ["disconnected: NoAnswer, again in 0 ms"]);
    assert_eq!(client.commands(), [close(&client, CloseReason::NoAnswer), LinkCommand::Open]);
    assert_eq!(client.sent(), [""; 0]);
}

#[test]
fn each_failure_waits_half_a_second_longer_up_to_three() {
    let mut network = Network::new();
    network.reachable = false;
    let alice = network.start("Alice", &[]);
    network.wait(Duration::from_secs(11));
    let waits = [0, 500, 1000, 1500, 2000, 2500, 3000, 3000];
    let expected = waits.map(|wait| format!("disconnected: ConnectFailed, again in {wait} ms"));
    assert_eq!(network.events(alice), expected);
    network.reachable = true;
    network.wait(Duration::from_secs(3));
    assert_eq!(network.events(alice), ["joined as 0", "Alice joined as 0", "roster received"]);
}

#[test]
fn each_healthy_second_takes_a_second_off_the_wait() {
    let mut client = LoneClient::new("Alice");
    client.client.start();
    let mut waits = Vec::new();
    for healthy_seconds in [0, 0, 0, 0, 0, 1, 60] {
        client.connect();
        client.receive(&packets::response(0));
        client.wait(Duration::from_secs(healthy_seconds));
        let last = client.disconnect().pop().unwrap();
        waits.push(last.strip_prefix("disconnected: LinkLost, again in ").unwrap().to_owned());
        client.wait(Duration::from_secs(3));
    }
    assert_eq!(waits, ["0 ms", "500 ms", "1000 ms", "1500 ms", "2000 ms", "1500 ms", "0 ms"]);
}

#[test]
fn another_session_at_the_server_closes_the_link_and_comes_back() {
    let mut client = LoneClient::joined("Alice", 0, &["lobby"]);
    assert_eq!(client.receive(&packets::wrong_session(packets::SESSION)), [""; 0]);
    assert_eq!(
        client.receive(&packets::wrong_session(packets::OTHER_SESSION)),
        ["Alice exited lobby", "disconnected: WrongSession, again in 0 ms"]
    );
    assert_eq!(client.commands(), [close(&client, CloseReason::WrongSession)]);
    client.wait(Duration::ZERO);
    assert_eq!(client.commands(), [LinkCommand::Open]);
}

#[test]
fn during_the_handshake_an_error_about_the_session_ends_the_attempt() {
    let mut client = LoneClient::new("Alice");
    client.client.start();
    client.connect();
    assert_eq!(
        client.receive(&packets::wrong_session(packets::SESSION)),
        ["disconnected: WrongSession, again in 0 ms"]
    );
}

#[test]
fn clients_follow_a_server_that_restarts_behind_their_links() {
    let mut network = Network::new();
    let alice = network.join("Alice", &["lobby"]);
    let bob = network.join("Bob", &["lobby"]);
    network.events(alice);
    network.replace_server(packets::OTHER_SESSION);
    network.client(alice).join_room("team").unwrap();
    network.client(bob).send_text(&Target::Player("Alice".into()), "are you there?").unwrap();
    network.wait(Duration::from_secs(1));
    assert_eq!(
        network.events(alice),
        [
            "Alice exited lobby",
            "Bob exited lobby",
            "Bob left",
            "disconnected: WrongSession, again in 0 ms",
            "joined as 0",
            "Alice joined as 0",
            "Alice entered lobby",
            "Alice entered team",
            "roster received",
            "Bob joined as 1",
            "Bob entered lobby",
        ]
    );
    assert_eq!(network.server.clients(), 2);
}

#[test]
fn a_client_of_ours_that_only_speaks_follows_a_server_that_restarts_behind_its_link() {
    for session in [packets::OTHER_SESSION, packets::SESSION] {
        let mut network = Network::of_ours();
        let bob = network.join("Bob", &["lobby"]);
        let alice = network.join("Alice", &[]);
        let lobby = Target::Room("lobby".into());
        network.client(alice).open_channel(lobby, ChannelProperties::default()).unwrap();
        network.replace_server(session);
        for player in [alice, bob] {
            network.client(player).send_voice(b"is this heard?").unwrap();
        }
        // Bob speaks to nobody, and is told all the same once he has something to say.
        network.client(bob).join_room("team").unwrap();
        network.wait(Duration::from_secs(1));
        let told = network.events(alice);
        assert!(told.iter().any(|event| event.starts_with("joined as")), "{session}: {told:?}");
        assert_eq!(network.server.clients(), 2, "{session}");
        network.events(bob);
        network.client(alice).send_voice(b"here again").unwrap();
        network.run();
        let heard = network.events(bob);
        assert!(heard.last().is_some_and(|event| event.ends_with("here again")), "{session}: {heard:?}");
    }
}

#[test]
fn a_client_evicted_by_a_namesake_does_not_come_back() {
    let mut network = Network::new();
    network.set_up(|settings| settings.name_taken = NameTaken::Newest);
    let first = network.join("Alice", &["lobby"]);
    let bob = network.join("Bob", &[]);
    let second = network.join("Alice", &["team"]);
    network.wait(Duration::from_mins(1));
    assert_eq!(network.closed(first), Some(CloseReason::ReplacedByNewerLogin));
    assert_eq!(network.client(first).status(), Status::Disconnected);
    assert_eq!(network.client(second).status(), Status::Connected);
    assert_eq!(network.server.clients(), 2);
    assert_eq!(network.client(bob).players().iter().count(), 2);
}

#[test]
fn an_evicted_client_hears_itself_exit_the_others_leave_and_why() {
    let mut client = LoneClient::joined_with("Alice", 0, &["lobby"], &[("Bob", 1, &[])]);
    assert_eq!(client.receive(&packets::remove(0)), ["Alice exited lobby"]);
    assert_eq!(client.disconnect(), ["Bob left", "disconnected: ReplacedByNewerLogin"]);
    assert_eq!(client.client.poll_timeout(), None);
    client.client.start();
    assert_eq!(client.commands(), [LinkCommand::Open]);
}

#[test]
fn a_removed_client_that_is_answered_again_is_in_the_session_again() {
    let mut client = LoneClient::joined("Alice", 0, &[]);
    client.receive(&packets::remove(0));
    client.receive(&packets::response(1));
    assert_eq!(client.disconnect(), ["disconnected: LinkLost, again in 0 ms"]);
}

#[test]
fn starting_twice_is_starting_once() {
    let mut client = LoneClient::new("Alice");
    client.client.start();
    client.client.start();
    assert_eq!(client.commands(), [LinkCommand::Open]);
    client.connect();
    client.client.start();
    client.receive(&packets::response(0));
    client.client.start();
    client.disconnect();
    client.client.start();
    assert_eq!(client.commands(), []);
}

#[test]
fn a_client_stops_in_every_state() {
    let stopped = ["disconnected: Stopped"];
    let mut client = LoneClient::new("Alice");
    client.client.stop(client.now);
    assert_eq!((client.events(), client.commands()), (vec![], vec![]), "not started");

    client.client.start();
    client.commands();
    client.client.stop(client.now);
    assert_eq!(client.events(), stopped, "waiting for a link");
    assert_eq!(client.commands(), []);

    client.client.start();
    client.commands();
    client.connect();
    client.client.stop(client.now);
    assert_eq!(client.events(), stopped, "in the handshake");
    assert_eq!(client.commands(), [close(&client, CloseReason::Left)]);
    assert_eq!(client.sent(), [""; 0]);

    let mut client = LoneClient::joined("Alice", 0, &[]);
    client.client.stop(client.now);
    assert_eq!(client.events(), stopped, "in the session");
    assert_eq!(client.commands(), [close(&client, CloseReason::Left)]);

    let mut client = LoneClient::joined("Alice", 0, &[]);
    client.disconnect();
    client.client.stop(client.now);
    assert_eq!(client.events(), stopped, "waiting for the next attempt");
    client.wait(Duration::from_mins(1));
    assert_eq!(client.commands(), []);
    assert_eq!(client.client.status(), Status::Disconnected);
}

#[test]
fn a_link_that_is_no_longer_wanted_is_closed_when_it_comes_up() {
    let mut client = LoneClient::new("Alice");
    client.client.start();
    client.client.stop(client.now);
    client.client.start();
    assert_eq!(client.commands(), [LinkCommand::Open, LinkCommand::Open]);
    client.connect();
    let first = client.link;
    client.client.handle_connected(client.now, first);
    assert_eq!(client.commands(), [], "the link that is used");
    client.connect();
    assert_eq!(client.commands(), [close(&client, CloseReason::Left)], "the second of two");
    client.link = first;
    client.client.stop(client.now);
    client.commands();
    client.connect();
    assert_eq!(client.commands(), [close(&client, CloseReason::Left)], "after the end");
}

#[test]
fn a_link_that_is_not_the_present_one_changes_nothing() {
    let mut client = LoneClient::joined("Alice", 0, &[]);
    let old = client.link;
    client.disconnect();
    client.wait(Duration::ZERO);
    client.connect();
    client.receive(&packets::response(0));
    client.client.handle_disconnected(client.now, old);
    assert_eq!(client.events(), [""; 0]);
    let delivery = consonance_session::Delivery::Reliable;
    client.client.handle_packet(client.now, old, delivery, &packets::client_state(1, "Bob", &[]));
    assert_eq!(client.events(), [""; 0]);
    assert_eq!(client.statistics().unknown_link, 1);
    client.client.handle_connect_failed(client.now);
    assert_eq!(client.client.status(), Status::Connected);
}

#[test]
fn what_waited_for_a_lost_link_is_not_sent_over_the_next() {
    let mut client = LoneClient::joined_with("Alice", 0, &[], &[("Bob", 1, &[])]);
    client.client.join_room("lobby").unwrap();
    client.client.send_text(&Target::Player("Bob".into()), "hi").unwrap();
    client.disconnect();
    client.wait(Duration::ZERO);
    client.connect();
    assert_eq!(client.sent(), ["HandshakeRequest Alice"]);
}

#[test]
fn with_another_codec_one_joins_again_at_once_and_keeps_rooms_and_channels() {
    for capabilities in [Capabilities::NONE, Capabilities::ALL] {
        let mut network = Network::new();
        network.capabilities = capabilities;
        let bob = network.join("Bob", &["lobby"]);
        let alice = network.join("Alice", &["team"]);
        let lobby = Target::Room("lobby".into());
        network.client(alice).open_channel(lobby, ChannelProperties::default()).expect("a channel more");
        network.events(bob);
        let now = network.now;
        let before = network.client(alice).settings().codec;
        network.client(alice).set_codec(now, before);
        network.run();
        assert!(network.events(bob).is_empty(), "the same codec changes nothing");
        let longer = CodecParameters { frame_size_samples: 1920, ..before };
        network.client(alice).set_codec(now, longer);
        network.wait(Duration::from_millis(1));
        let told = network.events(bob);
        assert_eq!(told, ["Alice exited team", "Alice left", "Alice joined as 1", "Alice entered team"]);
        let told = network
            .client(bob)
            .players()
            .iter()
            .find(|player| player.name == "Alice")
            .map(|alice| alice.codec);
        assert_eq!(told, Some(longer));
        network.client(alice).send_voice(b"longer frames").expect("in the session");
        network.run();
        let heard = network.events(bob);
        assert!(heard.iter().any(|event| event.ends_with("longer frames")), "{heard:?}");
    }
}

#[test]
fn at_the_end_of_a_session_all_leave_even_with_more_events_than_the_queue_holds() {
    let mut settings = ClientSettings::new("Alice");
    settings.limits.events = 10;
    let mut alice = LoneClient::new("Alice");
    alice.client = Client::new(settings);
    alice.client.start();
    alice.connect();
    alice.receive(&packets::response(0));
    let names: Vec<String> = (1..=6).map(|id| format!("player {id}")).collect();
    for (id, name) in (1..).zip(&names) {
        alice.receive(&packets::client_state(id, name, &["lobby", "red", "team"]));
    }
    alice.client.stop(alice.now);
    let told = alice.events();
    for name in &names {
        assert!(told.contains(&format!("{name} left")), "{name} is a ghost: {told:?}");
    }
    assert_eq!(told.last().map(String::as_str), Some("disconnected: Stopped"));
    assert!(told.contains(&"player 1 exited team".to_owned()), "as many as there is space for: {told:?}");
    assert_eq!(alice.statistics().events_dropped, 18 - 3);
}
