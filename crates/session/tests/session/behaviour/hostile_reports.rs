//! Reports that lie, flood or make no sense: harm to other players stays within documented limits.

use core::time::Duration;

use consonance_session::{Capabilities, ChannelProperties, Target};

use crate::behaviour::support::lone_client::LoneClient;
use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::network::{Network, Player};
use crate::behaviour::support::packets::{self, OTHER_SESSION, SESSION};
use crate::behaviour::support::speaker::speaker_and_listeners;

const FRAME: Duration = Duration::from_millis(20);

/// Alice speaks for six seconds, and each second these listeners send these reports. Returns the resulting events.
fn told_of(network: &mut Network, alice: Player, reports: &[(Player, Vec<u8>)]) -> Vec<String> {
    for frame in 0..300 {
        network.client(alice).send_voice(b"x").expect("in the session");
        network.run();
        if frame % 50 == 1 {
            for (player, report) in reports {
                network.inject(*player, report);
            }
        }
        network.wait(FRAME);
    }
    network.events(alice).into_iter().filter(|event| event.contains("listeners")).collect()
}

#[test]
fn one_listener_of_many_does_not_change_what_a_speaker_is_told() {
    let (mut network, alice, listeners) = speaker_and_listeners(11);
    let honest = packets::reception_report(&[(0, 50, 1)]);
    let lie = packets::reception_report(&[(0, 50, 50), (0, 50, 50), (0, 1, 1)]);
    let mut reports = vec![(listeners[0], lie); 2];
    reports.extend(listeners[1..].iter().map(|player| (*player, honest.clone())));
    let told = told_of(&mut network, alice, &reports);
    assert_eq!(told, ["11 listeners lose 2 %, 0 tenths in a row, wait 60 ms, know 0"; 2]);
}

#[test]
fn reports_from_clients_that_are_not_addressed_do_not_count() {
    let (mut network, alice, listeners) = speaker_and_listeners(1);
    let outsider = network.join("Eve", &["elsewhere"]);
    let of_all = packets::reception_report(&[(0, 50, 50), (1, 50, 50), (2, 50, 50), (99, 50, 50)]);
    let honest = packets::reception_report(&[(0, 50, 0)]);
    let told = told_of(&mut network, alice, &[(outsider, of_all), (listeners[0], honest)]);
    assert_eq!(told, ["1 listeners lose 0 %, 0 tenths in a row, wait 60 ms, know 0"; 2]);
    assert_eq!(network.server.statistics().receptions_refused, 6 * 4);
}

#[test]
fn a_report_about_the_reporter_itself_does_not_count() {
    let (mut network, alice, _) = speaker_and_listeners(1);
    network.client(alice).join_room("lobby").unwrap();
    let of_herself = packets::reception_report(&[(0, 50, 50)]);
    assert_eq!(told_of(&mut network, alice, &[(alice, of_herself)]), [""; 0]);
    assert_eq!(network.server.statistics().receptions_refused, 6);
}

#[test]
fn numbers_that_make_no_sense_are_at_most_a_whole_loss() {
    let (mut network, alice, listeners) = speaker_and_listeners(1);
    let nonsense = packets::reception_report(&[(0, 1, 65_535)]);
    let told = told_of(&mut network, alice, &[(listeners[0], nonsense)]);
    assert_eq!(told, ["1 listeners lose 100 %, 0 tenths in a row, wait 60 ms, know 0"; 2]);
    let nothing = packets::reception_report(&[(0, 0, 7)]);
    assert_eq!(told_of(&mut network, alice, &[(listeners[0], nothing)]), [""; 0]);
}

#[test]
fn reports_over_their_rate_are_dropped_and_in_the_end_the_link_is_closed() {
    let (mut network, _, listeners) = speaker_and_listeners(1);
    let report = packets::reception_report(&[(0, 50, 50); 3]);
    for _ in 0..300 {
        network.inject(listeners[0], &report);
    }
    let statistics = network.server.statistics();
    assert_eq!((statistics.reports_received, statistics.reports_limited), (20, 280));
    for _ in 0..100 {
        network.inject(listeners[0], &report);
    }
    network.run();
    assert!(network.closed(listeners[0]).is_some());
}

#[test]
fn whatever_is_asked_of_the_server_over_the_rate_is_answered_too() {
    let mut server = LoneServer::with_settings(|settings| settings.capabilities = Capabilities::ALL);
    server.ticket(1, &packets::handshake_of_ours("Alice", None));
    for number in 1..=40 {
        let answer = if number <= 20 { "NotModerator" } else { "Failed" };
        let told = format!("1: Answered {{ number: {number}, answer: {answer} }}");
        assert_eq!(server.receive(1, &packets::moderator_command(number)), [told]);
    }
    let statistics = server.statistics();
    assert_eq!((statistics.moderator_requests, statistics.reports_limited), (20, 20));
    assert_eq!(server.closed(), []);
}

#[test]
fn extensions_are_accepted_from_a_client_that_announces_their_capability_alone() {
    for (capability, extension) in [
        (Capabilities::VOICE_REPORTS, packets::reception_report(&[(0, 50, 1)])),
        (Capabilities::GROUPS, packets::beginning_of_a_group_message()),
        (Capabilities::MODERATORS, packets::moderator_command(1)),
    ] {
        let mut server = LoneServer::with_settings(|settings| settings.capabilities = capability);
        server.connect(1);
        server.receive(1, &packets::handshake_announcing(capability, "Alice", None));
        server.receive(1, &extension);
        let statistics = server.statistics();
        assert_eq!((statistics.packets_in, statistics.ignored), (2, 0), "{capability:?}");
    }
}

#[test]
fn a_report_of_a_client_that_did_not_announce_it_is_passed_over() {
    let mut network = Network::new();
    let original = network.join("Original", &["lobby"]);
    network.inject(original, &packets::reception_report(&[(0, 50, 50)]));
    let statistics = network.server.statistics();
    assert_eq!((statistics.ignored, statistics.reports_received), (1, 0));
}

#[test]
fn ignores_an_extension_packet_without_a_report() {
    let (mut network, _, listeners) = speaker_and_listeners(1);
    network.inject(listeners[0], &packets::wrong_session(SESSION));
    network.inject(listeners[0], &packets::uplink_report(SESSION, 1, 1));
    assert_eq!(network.server.statistics().ignored, 2);
}

/// A client of ours at a server of ours; the client has sent frames 0 to 99.
fn speaker() -> LoneClient {
    let mut alice = LoneClient::joined_ours("Alice", 0, &["lobby"]);
    alice.receive(&packets::client_state(1, "Bob", &["lobby"]));
    alice.client.open_channel(Target::Room("lobby".into()), ChannelProperties::default()).expect("one");
    for _ in 0..100 {
        alice.client.send_voice(b"x").expect("in the session");
    }
    alice.sent();
    alice
}

#[test]
fn a_server_that_counts_what_was_never_sent_tells_nothing() {
    let mut alice = speaker();
    for (newest, frames) in [(100, 100), (5000, 1), (65_535, 0)] {
        assert_eq!(alice.receive(&packets::uplink_report(SESSION, newest, frames)), [""; 0], "{newest}");
    }
    assert_eq!(alice.receive(&packets::uplink_report(SESSION, 9, u32::MAX)), ["0 of 10 lost, 0 ms queued"]);
    assert_eq!(alice.receive(&packets::uplink_report(SESSION, 9, 0)), [""; 0]);
    assert_eq!(alice.receive(&packets::uplink_report(SESSION, 99, 0)), ["89 of 90 lost, 0 ms queued"]);
}

#[test]
fn a_late_report_of_another_session_is_no_reason_to_leave() {
    let mut alice = speaker();
    assert_eq!(alice.receive(&packets::uplink_report(OTHER_SESSION, 9, 5)), [""; 0]);
    assert_eq!(alice.statistics().other_session, 1);
    assert_eq!(alice.receive(&packets::uplink_report(SESSION, 9, 5)), ["5 of 10 lost, 0 ms queued"]);
}

#[test]
fn a_server_that_did_not_announce_reports_is_not_believed() {
    let mut alice = LoneClient::joined_with("Alice", 0, &["lobby"], &[("Bob", 1, &["lobby"])]);
    alice.events();
    alice.client.open_channel(Target::Room("lobby".into()), ChannelProperties::default()).unwrap();
    alice.client.send_voice(b"x").unwrap();
    assert_eq!(alice.receive(&packets::uplink_report(SESSION, 0, 0)), [""; 0]);
    assert_eq!(
        alice.receive(&packets::uplink_report(OTHER_SESSION, 0, 0)).last().map(String::as_str),
        Some("disconnected: WrongSession, again in 0 ms"),
        "it is what its carrier says"
    );
}

#[test]
fn over_a_direct_link_a_report_is_refused() {
    let mut alice = speaker();
    alice.connect_peer(50);
    alice.receive_directly(50, &packets::introduction(1));
    assert_eq!(alice.receive_directly(50, &packets::uplink_report(SESSION, 9, 0)), [""; 0]);
    assert_eq!(alice.statistics().not_for_peers, 1);
}

/// Speaks for a second, so that a report falls due; returns the number of reports sent since the server started.
fn reports_after_speaking(server: &mut LoneServer, link: u64, id: u16) -> u64 {
    for sequence in 0..50 {
        server
            .relays(link, &packets::relay_unreliable(&[1], &packets::voice(id, sequence, "lobby", "speech")));
        server.wait(FRAME);
    }
    server.statistics().reports_sent
}

#[test]
fn an_original_with_the_id_of_a_client_that_was_told_of_its_voice_is_told_nothing() {
    let mut server = LoneServer::new();
    let id = server.ticket(1, &packets::handshake_of_ours("Alice", None)).id.0;
    server.join(2, "Bob", &["lobby"]);
    let told = reports_after_speaking(&mut server, 1, id);
    assert!(told > 0);
    server.receive(1, &packets::remove(id));
    assert_eq!(server.join(3, "Original", &[]), id, "the id is used again");
    assert_eq!(reports_after_speaking(&mut server, 3, id), told);
}

#[test]
fn a_client_that_resumes_without_reports_is_told_nothing() {
    let mut server = LoneServer::new();
    let ticket = server.ticket(1, &packets::handshake_of_ours("Alice", None));
    server.join(2, "Bob", &["lobby"]);
    let told = reports_after_speaking(&mut server, 1, ticket.id.0);
    assert!(told > 0);
    server.receive(1, &packets::client_state(ticket.id.0, "Alice", &[]));
    server.disconnect(1);
    server.connect(3);
    server.receive(3, &packets::handshake_announcing(Capabilities::RESUME, "Alice", Some(ticket)));
    assert_eq!(server.statistics().places_resumed, 1);
    assert_eq!(reports_after_speaking(&mut server, 3, ticket.id.0), told);
}
