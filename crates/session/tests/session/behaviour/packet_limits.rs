//! Networks with shorter packets than an original accepts: no packet is longer, and no information is lost.

use core::time::Duration;

use consonance_session::{
    Capabilities, ChannelProperties, LossRun, PacketLimits, Reception, RoomError, Target, TextError,
    VoiceError,
};
use consonance_wire::TextRecipient;
use proptest::prelude::*;

use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::network::{Network, Player};
use crate::behaviour::support::packets;

/// The limits of Photon Fusion's calls.
const FEW: PacketLimits = PacketLimits { reliable_bytes: 500, unreliable_bytes: 500 };

/// Bytes of a voice packet with one channel besides its frame: header, sender, options, sequence, channels, length.
const VOICE_BYTES: usize = 7 + 2 + 1 + 2 + (2 + 4) + 2;

/// Bytes of a text packet besides its text: header, kind of recipient, sender, recipient, length.
const TEXT_BYTES: usize = 7 + 1 + 2 + 2 + 2;

/// This number of rooms, with names of 98 bytes.
fn long_rooms(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{number:0>98}")).collect()
}

fn as_strs(rooms: &[String]) -> Vec<&str> {
    rooms.iter().map(String::as_str).collect()
}

/// The rooms of all players that this client knows, by name.
fn known(network: &mut Network, player: Player) -> Vec<(String, Vec<String>)> {
    let client = network.client(player);
    let mut known: Vec<_> = client
        .players()
        .iter()
        .map(|player| (player.name.to_owned(), player.rooms.iter().map(ToString::to_string).collect()))
        .collect();
    known.sort();
    known
}

#[derive(Debug, Clone)]
struct Profile {
    name_bytes: usize,
    room_bytes: Vec<usize>,
}

fn profile() -> impl Strategy<Value = Profile> {
    (1..=128_usize, prop::collection::vec(1..=128_usize, 0..12))
        .prop_map(|(name_bytes, room_bytes)| Profile { name_bytes, room_bytes })
}

fn limits() -> impl Strategy<Value = PacketLimits> {
    (256..=1024_usize, 256..=1024_usize)
        .prop_map(|(reliable_bytes, unreliable_bytes)| PacketLimits { reliable_bytes, unreliable_bytes })
}

/// A unique name, padded to at least `bytes` bytes.
fn name(number: usize, bytes: usize) -> String {
    format!("{number:0>bytes$}")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_packet_is_longer_than_the_network_carries_and_all_clients_know_everything(
        limits in limits(),
        profiles in prop::collection::vec(profile(), 1..12),
        frame_bytes in 0..1024_usize,
        text_bytes in 0..998_usize,
        are_originals: bool,
    ) {
        // The network fails the test on a packet that is too long.
        let mut network = Network::that_carries(limits);
        if are_originals {
            network.capabilities = Capabilities::NONE;
        }
        let mut expected = Vec::new();
        for (number, Profile { name_bytes, room_bytes }) in profiles.iter().enumerate() {
            let own = name(number, *name_bytes);
            let player = network.join(&own, &["lobby"]);
            let mut rooms = vec!["lobby".to_owned()];
            for (index, bytes) in room_bytes.iter().enumerate() {
                let room = name(100 + index, *bytes);
                if network.client(player).join_room(&room).is_ok() {
                    rooms.push(room);
                }
            }
            network.run();
            rooms.sort();
            rooms.dedup();
            expected.push((player, own, rooms));
        }
        let speaker = expected[0].0;
        let lobby = Target::Room("lobby".into());
        let client = network.client(speaker);
        client.open_channel(lobby.clone(), ChannelProperties::default()).expect("a channel more");
        let is_heard = client.send_voice(&vec![0; frame_bytes]).is_ok();
        let is_told = client.send_text(&lobby, &"a".repeat(text_bytes)).is_ok();
        network.run();
        network.wait(Duration::from_secs(3));
        // A relay to at least one listener, which a server of ours does not need.
        let relay_bytes = if are_originals && profiles.len() > 1 { 12 } else { 0 };
        prop_assert_eq!(is_heard, VOICE_BYTES + relay_bytes + frame_bytes <= limits.unreliable_bytes);
        prop_assert_eq!(is_told, 12 + TEXT_BYTES + text_bytes <= limits.reliable_bytes);
        let mut all: Vec<_> = expected.iter().map(|(_, name, rooms)| (name.clone(), rooms.clone())).collect();
        all.sort();
        for (player, ..) in &expected {
            prop_assert_eq!(&known(&mut network, *player), &all);
        }
    }
}

#[test]
fn a_newcomer_learns_long_lists_of_rooms_in_several_packets() {
    let mut network = Network::of_ours();
    let rooms = long_rooms(9);
    let alice = network.join("Alice", &as_strs(&rooms));
    // Bob's network carries shorter packets.
    network.server.reconfigure().set_packet_limits(FEW);
    let bob = network.join("Bob", &[]);
    assert_eq!(known(&mut network, bob), [("Alice".to_owned(), rooms), ("Bob".to_owned(), vec![])]);
    assert_eq!(network.client(alice).players().iter().count(), 2);
}

#[test]
fn a_state_from_a_network_that_carries_more_is_told_in_parts() {
    let mut server = LoneServer::with_settings(|settings| settings.packets = FEW);
    server.join(1, "Alice", &[]);
    let rooms = long_rooms(6);
    let sent = server.receive(1, &packets::client_state(0, "Alice", &as_strs(&rooms)));
    assert_eq!(sent.len(), 3, "a state with four rooms, and two entered: {sent:?}");
    let sent = server.receive(1, &packets::enter(0, "lobby"));
    assert_eq!(sent, ["1: DeltaChannelState 0 enters lobby"]);
}

#[test]
fn what_stands_behind_a_packet_is_passed_on_while_there_is_room_for_it() {
    let mut server = LoneServer::with_settings(|settings| settings.packets = FEW);
    server.join(1, "Alice", &[]);
    let entered = packets::enter(0, "lobby");
    let lengths = [400, 800].map(|behind| {
        server
            .receive_raw(1, &[entered.as_slice(), &vec![0; behind]].concat())
            .into_iter()
            .map(|sent| sent.len())
    });
    let lengths: Vec<usize> = lengths.into_iter().flatten().collect();
    assert_eq!(lengths, [entered.len() + 400, entered.len()]);
}

#[test]
fn rooms_that_are_listened_to_already_are_told_over_a_network_that_carries_less() {
    let mut network = Network::of_ours();
    let rooms = long_rooms(9);
    let bob = network.join("Bob", &[]);
    let alice = network.start("Alice", &as_strs(&rooms));
    network.client(alice).set_packet_limits(FEW);
    network.run();
    assert_eq!(known(&mut network, bob)[0], ("Alice".to_owned(), rooms));
    let more = network.client(alice).join_room("lobby");
    assert_eq!(more, Err(RoomError::TooMany { joined: 9 }));
}

#[test]
fn sending_more_than_fits_is_an_error_and_counted() {
    let mut network = Network::that_carries(FEW);
    let alice = network.join("Alice", &["lobby"]);
    network.join("Bob", &["lobby"]);
    let lobby = Target::Room("lobby".into());
    let client = network.client(alice);
    client.open_channel(lobby.clone(), ChannelProperties::default()).expect("a channel more");
    assert_eq!(client.send_voice(&[0; 500 - VOICE_BYTES + 1]), Err(VoiceError::TooLong));
    assert_eq!(client.send_voice(&[0; 500 - VOICE_BYTES]), Ok(1));
    assert_eq!(client.statistics().frames_too_long, 1);
    let text = client.send_text(&lobby, &"a".repeat(475));
    assert_eq!(text, Err(TextError::TooLong { bytes: 475, limit: 474 }));
    assert_eq!(client.send_text(&lobby, &"a".repeat(474)), Ok(1));
}

#[test]
fn reports_of_many_speakers_come_in_turns() {
    let mut network = Network::that_carries(PacketLimits { unreliable_bytes: 256, ..FEW });
    let alice = network.join("Alice", &[]);
    for number in 0..40 {
        network.join(&format!("Bob {number}"), &[]);
    }
    let client = network.client(alice);
    let speakers: Vec<_> = client.players().iter().map(|player| player.id).collect();
    for speaker in speakers {
        client.report_reception(
            Reception { speaker, expected: 1, lost: 0, playout_delay_ms: 0 },
            LossRun::UNKNOWN,
        );
    }
    network.sent(alice);
    network.wait(Duration::from_secs(3));
    let reports = network.sent(alice);
    assert_eq!(reports.len(), 2, "of 30 and of 11: {reports:?}");
}

#[test]
fn a_name_that_cannot_be_told_does_not_join() {
    let mut server = LoneServer::with_settings(|settings| {
        settings.limits.name_bytes = 500;
        settings.packets = FEW;
    });
    server.connect(1);
    assert!(server.receive(1, &packets::handshake(&"a".repeat(479))).is_empty());
    assert_eq!(server.statistics().names_refused, 1);
    server.connect(2);
    assert!(!server.receive(2, &packets::handshake(&"a".repeat(478))).is_empty());
}

#[test]
fn a_relayed_packet_keeps_its_length_for_those_whose_network_carries_it() {
    let mut server = LoneServer::with_settings(|settings| settings.packets = FEW);
    server.join(1, "Alice", &[]);
    server.join(2, "Bob", &[]);
    let text = packets::text(0, TextRecipient::Player(consonance_session::ClientId(1)), &"a".repeat(900));
    assert_eq!(server.receive(1, &packets::relay_reliable(&[1], &text)).len(), 1);
}
