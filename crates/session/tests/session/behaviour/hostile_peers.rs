//! Hostile and broken peers can do almost nothing to a session. `docs/security.md` lists these by attack.

use core::time::Duration;

use consonance_session::{ClientId, CloseReason, Offence, RoomId};
use consonance_wire::{
    Capabilities, ChannelBits, ChannelKind, ErrorWrongSession, HandshakeExtension, HandshakeP2P,
    HandshakeRequest, MessageType, Packet, TextRecipient, Writer,
};

use crate::behaviour::support::lone_server::{self, LoneServer};
use crate::behaviour::support::packets::{self, CODEC, SESSION};

/// Alice, Bob and Mallory, with ids 0 to 2 over links 1 to 3, all in the lobby.
fn three() -> LoneServer {
    three_in(LoneServer::new())
}

fn three_in(mut server: LoneServer) -> LoneServer {
    for (link, name) in [(1, "Alice"), (2, "Bob"), (MALLORY, "Mallory")] {
        server.join(link, name, &["lobby"]);
    }
    server
}

const MALLORY: u64 = 3;

/// A packet of each of the eleven types, as valid as Mallory can make it.
fn one_of_each_type() -> Vec<Vec<u8>> {
    let voice = packets::voice(2, 0, "lobby", "m");
    let text = packets::text(2, TextRecipient::Player(ClientId(0)), "hi");
    let mut all = server_bound(&voice, &text);
    all.extend(not_relayed_nor_server_bound());
    all.extend([voice, text]);
    all
}

fn server_bound(voice: &[u8], text: &[u8]) -> Vec<Vec<u8>> {
    vec![
        packets::handshake("Mallory"),
        packets::client_state(2, "Mallory", &["lobby"]),
        packets::enter(2, "red"),
        packets::relay_unreliable(&[0, 1], voice),
        packets::relay_reliable(&[0, 1], text),
    ]
}

fn not_relayed_nor_server_bound() -> Vec<Vec<u8>> {
    vec![
        packets::filled_response(0, &[("Mallory", 2)], &["lobby"], &[("lobby", &[2])]),
        packets::written(ErrorWrongSession { session: SESSION }),
        packets::remove(0),
        packets::written(Packet::HandshakeP2P(HandshakeP2P { session: SESSION, id: ClientId(0) })),
    ]
}

#[test]
fn a_packet_of_any_type_cut_at_any_length_is_dropped_and_counted() {
    // A state that ends within its number of rooms has no rooms, as for originals since 9.0.8.
    let without_rooms = packets::client_state(2, "Mallory", &[]).len();
    for packet in one_of_each_type() {
        let is_state = MessageType::peek(&packet) == Ok(MessageType::ClientState);
        for length in 0..packet.len() {
            if is_state && (without_rooms - 2..without_rooms).contains(&length) {
                continue;
            }
            let mut server = three();
            assert_eq!(server.receive(MALLORY, &packet[..length]), [""; 0], "{packet:02x?} to {length}");
            let counted = server.statistics();
            assert_eq!(counted.malformed + counted.ignored, 1, "{packet:02x?} to {length}");
            assert_eq!(server.events(), [""; 0]);
        }
    }
}

#[test]
fn a_relayed_packet_of_any_type_cut_at_any_length_is_dropped() {
    let mut server = three_in(LoneServer::unhurried());
    let mut sent = 0;
    for packet in one_of_each_type() {
        for length in 0..packet.len() {
            let relay = packets::relay_reliable(&[0, 1], &packet[..length]);
            assert_eq!(server.receive(MALLORY, &relay), [""; 0], "{packet:02x?} to {length}");
            sent += 1;
        }
    }
    let counted = server.statistics();
    assert_eq!(counted.malformed + counted.inner_refused, sent);
}

#[test]
fn strings_that_are_null_or_longer_than_their_packet_are_dropped_and_counted() {
    let mut server = three();
    let delta = packets::enter(2, "red");
    let state = packets::client_state(2, "Mallory", &["red"]);
    for (packet, end_of_prefix) in [(delta, 12), (state.clone(), 9), (state, 9 + 7 + 2 + 9 + 2 + 2)] {
        for prefix in [0, u16::MAX] {
            let mut damaged = packet.clone();
            damaged[end_of_prefix - 2..end_of_prefix].copy_from_slice(&prefix.to_be_bytes());
            if prefix == 0 {
                damaged.truncate(damaged.len().max(end_of_prefix));
            }
            let before = refused(&server);
            assert_eq!(server.receive(MALLORY, &damaged), [""; 0], "{damaged:02x?}");
            assert_eq!(refused(&server), before + 1, "{damaged:02x?}");
        }
    }
    let nameless = packets::written(Packet::from(HandshakeRequest { codec: CODEC, name: None }));
    assert_eq!(server.receive(MALLORY, &nameless), [""; 0]);
    assert_eq!(server.statistics().names_refused, 1);
    assert_eq!(server.events(), [""; 0]);
}

fn refused(server: &LoneServer) -> u64 {
    let counted = server.statistics();
    counted.malformed + counted.rooms_refused + counted.spoofed
}

#[test]
fn a_relayed_control_packet_of_any_type_is_dropped() {
    let text = packets::text(2, TextRecipient::Player(ClientId(0)), "hi");
    let mut inner = server_bound(&packets::voice(2, 0, "lobby", "m"), &text);
    inner.extend(not_relayed_nor_server_bound());
    let mut server = three();
    for packet in &inner {
        assert_eq!(server.receive(MALLORY, &packets::relay_reliable(&[0, 1, 2], packet)), [""; 0]);
        assert_eq!(server.receive(MALLORY, &packets::relay_unreliable(&[0, 1, 2], packet)), [""; 0]);
    }
    assert_eq!(inner.len(), 9);
    assert_eq!(server.statistics().inner_refused, 18);
}

#[test]
fn what_only_a_server_says_means_nothing_from_a_client() {
    let mut server = three();
    for packet in not_relayed_nor_server_bound() {
        assert_eq!(server.receive(MALLORY, &packet), [""; 0]);
    }
    assert_eq!(server.statistics().ignored, 4);
    assert_eq!(server.events(), [""; 0]);
}

#[test]
fn a_relay_to_oneself_255_times_comes_back_once() {
    let mut server = three();
    let voice = packets::voice(2, 0, "lobby", "m");
    assert_eq!(server.receive(MALLORY, &packets::relay_unreliable(&[2; 255], &voice)).len(), 1);
    let sent = server.statistics().frames_out;
    assert_eq!(sent, 1);
}

#[test]
fn a_spoofed_frame_that_would_silence_a_speaker_is_dropped() {
    let mut server = three();
    let to_lobby = [(ChannelBits::new(ChannelKind::Room), RoomId::of("lobby").0)];
    for (channel_session, sequence) in [(0, 32_767), (0, 32_768), (63, 0), (64, 0)] {
        let of_alice = packets::spoken(0, channel_session, sequence, &to_lobby, "m");
        assert_eq!(server.receive(MALLORY, &packets::relay_unreliable(&[1], &of_alice)), [""; 0]);
        assert_eq!(server.receive(MALLORY, &packets::relay_reliable(&[1], &of_alice)), [""; 0]);
    }
    assert_eq!(server.statistics().spoofed, 8);
}

#[test]
fn a_spoofed_state_or_delta_moves_renames_or_creates_no_client() {
    let mut server = three();
    for packet in [
        packets::client_state(0, "Alice", &[]),
        packets::client_state(0, "Mallory", &["lobby"]),
        packets::client_state(2, "Alice", &["lobby"]),
        packets::client_state(9, "Ghost", &["lobby"]),
        packets::exit(0, "lobby"),
        packets::enter(9, "lobby"),
    ] {
        assert_eq!(server.receive(MALLORY, &packet), [""; 0]);
    }
    assert_eq!(server.statistics().spoofed, 6);
    assert_eq!(server.events(), [""; 0]);
}

#[test]
fn a_newer_login_inherits_neither_link_nor_rooms_and_the_evicted_client_is_told() {
    let mut server = three_in(LoneServer::of_newest());
    let sent = server.receive(MALLORY, &packets::handshake("Alice"));
    assert!(sent.contains(&"1: RemoveClient 0".to_owned()), "Alice is told: {sent:?}");
    assert!(sent.contains(&"2: RemoveClient 0".to_owned()), "and so is Bob: {sent:?}");
    assert_eq!(server.closed(), [(1, CloseReason::ReplacedByNewerLogin)]);
    let alice = server.server.tables().clients().find(|row| row.name == "Alice").unwrap();
    assert_eq!((alice.link.0, alice.rooms), (MALLORY, vec![]));
}

#[test]
fn a_released_id_belongs_to_no_client_until_it_is_given_out() {
    let mut server = three();
    server.disconnect(2);
    assert_eq!(server.receive(MALLORY, &packets::client_state(1, "Bob", &["lobby"])), [""; 0]);
    let of_bob = packets::voice(1, 0, "lobby", "m");
    assert_eq!(server.receive(MALLORY, &packets::relay_unreliable(&[0], &of_bob)), [""; 0]);
    assert_eq!(server.statistics().spoofed, 2);
}

#[test]
fn a_flood_of_voice_is_cut_to_its_rate_and_then_off() {
    let mut server = three();
    let relay = packets::relay_unreliable(&[0], &packets::voice(2, 0, "lobby", "m"));
    let mut heard = 0;
    while server.closed().is_empty() {
        heard += server.receive(MALLORY, &relay).len();
    }
    // The burst of voice or of destinations, and the packet that reports Mallory's leave.
    assert_eq!(heard, 1000 + 1);
    assert_eq!(server.receive(MALLORY, &relay), [""; 0]);
    assert_eq!(server.server.clients(), 2);
}

#[test]
fn a_flood_of_junk_ends_with_the_link() {
    for (junk, last) in [
        (vec![0; 3], Offence::Malformed),
        (vec![0; 2000], Offence::TooFast),
        (packets::written(ErrorWrongSession { session: SESSION }), Offence::TooFast),
    ] {
        let mut server = three();
        let mut packets = 0;
        let reason = loop {
            server.receive(MALLORY, &junk);
            packets += 1;
            if let Some((link, reason)) = server.closed().first() {
                assert_eq!(*link, MALLORY);
                break reason.clone();
            }
        };
        assert_eq!(reason, CloseReason::Abuse { last }, "{junk:02x?}");
        assert!(packets <= 1301, "{packets} packets of {junk:02x?}");
    }
}

#[test]
fn asking_to_join_over_and_over_costs_the_others_a_few_packets() {
    let mut server = three();
    let mut to_others = 0;
    while server.closed().is_empty() {
        let sent = server.receive(MALLORY, &packets::handshake("Mallory"));
        to_others += sent.iter().filter(|sent| !sent.starts_with("3:")).count();
    }
    // One handshake was Mallory's first; the last packet reports its leave.
    assert_eq!(to_others, 10 - 1 + 1);
    assert_eq!(server.statistics().handshakes_limited, 301);
}

#[test]
fn an_answer_to_another_session_is_no_longer_than_the_question() {
    let mut server = three();
    for packet in one_of_each_type() {
        if packet[2] == 4 {
            continue;
        }
        let link = consonance_session::LinkId(MALLORY);
        let delivery = consonance_session::Delivery::Unreliable;
        let now = consonance_session::Instant::START;
        let question = packets::in_other_session(packet);
        assert_eq!(server.server.handle_packet(now, link, delivery, &question), None);
        let mut answered = 0;
        while let Some(transmit) = server.server.poll_transmit() {
            assert_eq!(transmit.to, [link]);
            answered += transmit.payload.len();
        }
        assert!(answered <= question.len());
    }
}

#[test]
fn whatever_rooms_one_link_names_it_sits_in_few() {
    let mut server = three_in(LoneServer::with_limits(lone_server::unhurried));
    for number in 0..5000 {
        server.receive(MALLORY, &packets::enter(2, &format!("{number}")));
    }
    let rooms = server.server.tables().rooms().count();
    assert!(rooms <= 128 + 1, "{rooms} rooms");
    assert_eq!(server.statistics().rooms_refused, 5000 - (rooms as u64 - 1));
}

#[test]
fn links_that_join_and_break_leave_no_more_clients_behind_than_may_be_here() {
    let mut server = three_in(LoneServer::with_limits(|limits| limits.links = 5));
    let capabilities = Capabilities::RESUME;
    let extension = HandshakeExtension { capabilities, ..HandshakeExtension::default() };
    for link in 10..30 {
        server.connect(link);
        let mut request = packets::handshake(&format!("{link}"));
        let mut trailing = [0; 64];
        let mut writer = Writer::new(&mut trailing);
        extension.write(&mut writer).unwrap();
        let length = writer.len();
        request.extend(&trailing[..length]);
        server.receive(link, &request);
        if let Some(id) = server.server.tables().client_named(&format!("{link}")) {
            server.receive(link, &packets::client_state(id.0, &format!("{link}"), &[]));
        }
        server.disconnect(link);
    }
    assert_eq!(server.server.clients(), 5, "two places are kept");
    assert_eq!(server.statistics().links_refused, 18);
    server.wait(Duration::from_secs(10));
    assert_eq!(server.server.clients(), 3);
}

#[test]
fn links_that_never_join_are_neither_heard_nor_kept() {
    let mut server = three();
    for link in 100..200 {
        server.connect(link);
        let voice = packets::voice(0, 0, "lobby", "s");
        let told_to_join = [format!("{link} unreliably: ErrorWrongSession 12345679")];
        assert_eq!(server.receive(link, &packets::relay_unreliable(&[0, 1], &voice)), told_to_join);
        assert_eq!(server.receive(link, &packets::client_state(0, "Alice", &[])), told_to_join);
    }
    server.wait(Duration::from_secs(10));
    assert_eq!(server.closed().len(), 100);
    assert_eq!(server.server.tables().links().count(), 3);
}
