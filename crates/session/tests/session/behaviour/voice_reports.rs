//! Reports of voice quality: speakers of ours receive them, originals notice nothing.

use core::time::Duration;

use consonance_session::{Capabilities, ChannelProperties, ClientId, LossRun, Reception, Target};

use crate::behaviour::support::lone_client::LoneClient;
use crate::behaviour::support::network::{Network, Player};
use crate::behaviour::support::packets;
use crate::behaviour::support::speaker::{speaker_and_listeners, talk_to_lobby};

const FRAME: Duration = Duration::from_millis(20);
const INTERVAL: Duration = Duration::from_millis(500);

/// Sends this number of 20 ms frames, of which every `lost`th does not arrive.
fn speak(network: &mut Network, player: Player, frames: usize, lost: Option<usize>) {
    for frame in 1..=frames {
        network.loses_unreliable = lost.is_some_and(|lost| frame.is_multiple_of(lost));
        let now = network.now;
        network.client(player).handle_timeout(now);
        network.client(player).send_voice(b"x").expect("in the session");
        network.run();
        network.loses_unreliable = false;
        network.wait(FRAME);
    }
}

/// The voice reports that a player received.
fn told(network: &mut Network, player: Player) -> Vec<String> {
    let is_report = |event: &String| event.contains(" lost") || event.contains(" lose ");
    network.events(player).into_iter().filter(is_report).collect()
}

#[test]
fn a_speaker_is_told_every_half_second_what_was_lost_on_its_way_to_the_server() {
    let (mut network, alice, _) = speaker_and_listeners(1);
    speak(&mut network, alice, 101, Some(5));
    assert_eq!(
        told(&mut network, alice),
        [
            "4 of 24 lost, 0 ms queued",
            "5 of 25 lost, 0 ms queued",
            "5 of 25 lost, 0 ms queued",
            "5 of 25 lost, 0 ms queued"
        ]
    );
    assert_eq!(network.server.statistics().reports_sent, 4);
}

#[test]
fn a_frame_that_takes_longer_than_those_before_is_told_to_have_waited() {
    let (mut network, alice, _) = speaker_and_listeners(1);
    speak(&mut network, alice, 30, None);
    for waited in 1..=25 {
        let now = network.now;
        network.client(alice).handle_timeout(now);
        network.client(alice).send_voice(b"x").expect("in the session");
        network.now = network.now + Duration::from_millis(4 * waited);
        network.run();
        network.wait(FRAME);
    }
    let told = told(&mut network, alice);
    assert_eq!((&*told[0], &*told[1]), ("0 of 25 lost, 0 ms queued", "0 of 15 lost, 40 ms queued"));
}

#[test]
fn a_speaker_that_falls_silent_gets_one_more_report_and_then_none() {
    let (mut network, alice, _) = speaker_and_listeners(1);
    speak(&mut network, alice, 1, None);
    network.wait(10 * INTERVAL);
    assert_eq!(told(&mut network, alice), ["0 of 1 lost, 0 ms queued"]);
    assert_eq!(network.server.poll_timeout(), None);
}

#[test]
fn frames_in_relays_are_counted_too() {
    let mut network = Network::new();
    network.offer(Capabilities::VOICE_REPORTS);
    network.capabilities = Capabilities::ALL;
    let alice = network.join("Alice", &[]);
    for number in 0..300 {
        network.join(&format!("player {number}"), &["lobby"]);
    }
    talk_to_lobby(&mut network, alice);
    speak(&mut network, alice, 26, Some(13));
    assert_eq!(network.sent(alice).len(), 2 * 26, "two relays for each frame");
    assert_eq!(told(&mut network, alice), ["1 of 25 lost, 0 ms queued"]);
}

#[test]
fn nothing_is_told_to_originals_nor_asked_of_them() {
    let mut network = Network::new();
    let original = network.join("Original", &["lobby"]);
    network.capabilities = Capabilities::ALL;
    let ours = network.join("Ours", &["lobby"]);
    talk_to_lobby(&mut network, original);
    speak(&mut network, original, 100, None);
    heard(&mut network, ours, 0, 10);
    network.wait(10 * INTERVAL);
    let statistics = network.server.statistics();
    assert_eq!((statistics.reports_sent, statistics.receptions_refused), (0, 1));
    heard(&mut network, original, 1, 10);
    assert_eq!(network.client(original).poll_timeout().map(|(_, why)| why), None);
}

#[test]
fn a_server_that_does_not_offer_it_is_told_nothing() {
    let mut network = Network::new();
    network.offer(Capabilities::SERVER_ROUTING);
    network.capabilities = Capabilities::ALL;
    let alice = network.join("Alice", &["lobby"]);
    let bob = network.join("Bob", &["lobby"]);
    talk_to_lobby(&mut network, alice);
    speak(&mut network, alice, 100, None);
    heard(&mut network, bob, 0, 10);
    network.wait(10 * INTERVAL);
    assert_eq!(network.sent(bob), [""; 0]);
    assert_eq!(told(&mut network, alice), [""; 0]);
}

/// A listener reports that of a speaker's hundred frames this number was lost.
fn heard(network: &mut Network, player: Player, speaker: u16, lost: u16) {
    let speaker = ClientId(speaker);
    let reception = Reception { speaker, expected: 100, lost, playout_delay_ms: 60 };
    network.client(player).report_reception(reception, LossRun::UNKNOWN);
}

#[test]
fn a_speaker_is_told_what_its_listeners_say_together() {
    let (mut network, alice, listeners) = speaker_and_listeners(3);
    for _ in 0..3 {
        for (listener, lost) in listeners.iter().zip([2, 30, 10]) {
            heard(&mut network, *listener, 0, lost);
        }
        speak(&mut network, alice, 50, None);
    }
    speak(&mut network, alice, 50, None);
    let listeners: Vec<_> =
        told(&mut network, alice).into_iter().filter(|told| told.contains("listeners")).collect();
    assert_eq!(
        listeners,
        ["3 listeners lose 30 %, 0 tenths in a row, wait 60 ms, know 0"],
        "nine of ten lose no more"
    );
}

#[test]
fn a_speaker_is_told_how_many_frames_in_a_row_its_listeners_lose() {
    let (mut network, alice, listeners) = speaker_and_listeners(3);
    for _ in 0..3 {
        for (listener, tenths) in listeners.iter().zip([10, 31, 12]) {
            let reception = Reception { speaker: ClientId(0), expected: 100, lost: 10, playout_delay_ms: 60 };
            network.client(*listener).report_reception(reception, LossRun(tenths));
        }
        speak(&mut network, alice, 50, None);
    }
    let listeners: Vec<_> =
        told(&mut network, alice).into_iter().filter(|told| told.contains("listeners")).collect();
    assert_eq!(listeners, ["3 listeners lose 10 %, 31 tenths in a row, wait 60 ms, know 0"]);
}

#[test]
fn a_listener_reports_once_per_second_on_all_speakers_it_heard() {
    let (mut network, _, listeners) = speaker_and_listeners(2);
    let [bob, _] = listeners[..] else { panic!("two listeners") };
    for _ in 0..5 {
        heard(&mut network, bob, 0, 1);
        heard(&mut network, bob, 2, 7);
        network.wait(INTERVAL / 5);
    }
    assert_eq!(network.sent(bob), [""; 0]);
    network.wait(10 * INTERVAL);
    assert_eq!(network.sent(bob), ["VoiceReport 0: 5 of 500 lost 2: 35 of 500 lost"]);
}

#[test]
fn no_report_covers_a_player_that_has_left() {
    let (mut network, alice, listeners) = speaker_and_listeners(1);
    heard(&mut network, listeners[0], 0, 1);
    heard(&mut network, listeners[0], 77, 1);
    let now = network.now;
    network.client(alice).stop(now);
    network.wait(10 * INTERVAL);
    assert_eq!(network.sent(listeners[0]), [""; 0]);
}

#[test]
fn more_speakers_than_fit_into_one_packet_are_told_of_one_second_later() {
    let mut alice = LoneClient::joined_ours("Alice", 0, &["lobby"]);
    for id in 1..=200 {
        alice.receive(&packets::client_state(id, &format!("player {id}"), &[]));
        let speaker = ClientId(id);
        alice.client.report_reception(
            Reception { speaker, expected: 1, lost: 0, playout_delay_ms: 60 },
            LossRun::UNKNOWN,
        );
    }
    let told = |sent: Vec<String>| sent.iter().map(|packet| packet.matches(':').count()).collect::<Vec<_>>();
    alice.wait(2 * INTERVAL);
    assert_eq!(told(alice.sent()), [111]);
    alice.wait(2 * INTERVAL);
    assert_eq!(told(alice.sent()), [89]);
    alice.wait(10 * INTERVAL);
    assert_eq!(told(alice.sent()), [0; 0]);
}

#[test]
fn after_a_lost_link_counting_starts_again() {
    let (mut network, alice, _) = speaker_and_listeners(1);
    speak(&mut network, alice, 30, Some(3));
    network.cut(alice);
    network.wait(INTERVAL);
    told(&mut network, alice);
    speak(&mut network, alice, 30, None);
    assert_eq!(told(&mut network, alice), ["0 of 25 lost, 0 ms queued"]);
}

#[test]
fn the_voice_of_a_speaker_is_not_followed_while_its_link_is_lost() {
    let (mut network, alice, _) = speaker_and_listeners(1);
    speak(&mut network, alice, 30, None);
    let is_followed =
        |network: &Network| network.server.tables().client(ClientId(0)).map(|alice| alice.voice.is_some());
    assert_eq!(is_followed(&network), Some(true));
    network.cut(alice);
    assert_eq!(is_followed(&network), Some(false), "she keeps her place");
}

#[test]
fn an_original_with_the_id_of_a_reporting_speaker_that_left_is_told_nothing() {
    let (mut network, alice, _) = speaker_and_listeners(1);
    let now = network.now;
    network.client(alice).stop(now);
    network.run();
    network.capabilities = Capabilities::NONE;
    let original = network.join("Original", &[]);
    assert_eq!(network.client(original).id(), Some(ClientId(0)), "the id of Alice is free again");
    talk_to_lobby(&mut network, original);
    speak(&mut network, original, 100, None);
    assert_eq!(network.server.statistics().reports_sent, 0);
}

#[test]
fn frames_to_direct_links_only_are_not_missed_by_the_server() {
    let (mut network, alice, listeners) = speaker_and_listeners(1);
    speak(&mut network, alice, 10, None);
    network.join_directly(alice, listeners[0]);
    network.run();
    speak(&mut network, alice, 100, None);
    network.cut_direct_links();
    speak(&mut network, alice, 30, None);
    assert_eq!(told(&mut network, alice), ["0 of 10 lost, 0 ms queued", "0 of 25 lost, 0 ms queued"]);
}

#[test]
fn a_report_leaves_before_voice_and_behind_control() {
    let mut alice = LoneClient::joined_ours("Alice", 0, &[]);
    alice.receive(&packets::client_state(1, "Bob", &["lobby"]));
    alice.client.open_channel(Target::Room("lobby".into()), ChannelProperties::default()).unwrap();
    let speaker = ClientId(1);
    alice.client.report_reception(
        Reception { speaker, expected: 9, lost: 1, playout_delay_ms: 60 },
        LossRun::UNKNOWN,
    );
    alice.client.send_voice(b"a").unwrap();
    alice.wait(2 * INTERVAL);
    alice.client.join_room("team").unwrap();
    assert_eq!(
        alice.sent(),
        [
            "DeltaChannelState 0 enters team",
            "VoiceReport 1: 1 of 9 lost",
            "VoiceData 0 #0 session 0 [lobby] a"
        ]
    );
}
