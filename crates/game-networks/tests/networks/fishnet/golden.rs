//! Every golden byte of the specification.

use std::time::{Duration, Instant};

use consonance_game_networks::fishnet::{
    Authentication, BroadcastKey, ClientSettings, FishNetClient, FishNetPacket, FishNetPackets,
    FishNetVoiceOnly, Payload, Side, Version, VoiceOnlySettings, find_voice, write_voice,
};
use consonance_link::Delivery;
use consonance_link::gateway::{
    ClientEnvelope as _, Envelope as _, EnvelopeEnd as _, EnvelopeKind as _, MessagePart,
};

use crate::fishnet::support::{HANDSHAKE, RELIABLE, UNRELIABLE, hex, made};

const VERSION: &str = "01000000 1500 0a 342e372e32";

#[test]
fn a_voice_broadcast_is_written_and_read() {
    let broadcast = hex(&format!("0c00 7aa3 24 22 {HANDSHAKE}"));
    let mut written = Vec::new();
    write_voice(BroadcastKey::VOICE, &hex(HANDSHAKE), &mut written);
    assert_eq!(written, broadcast);

    let bytes = hex(&format!("34120000 0c00 7aa3 24 22 {HANDSHAKE}"));
    let payload = Payload::parse(&bytes).unwrap();
    assert_eq!(payload, Payload { tick: 0x1234, packets: &broadcast });
    let packet = FishNetPackets::new(Side::Client, payload.packets).next().unwrap();
    assert_eq!(packet.voice(BroadcastKey::VOICE), Some(&hex(HANDSHAKE)[..]));
    let (whole, inner) = find_voice(BroadcastKey::VOICE, &bytes).unwrap();
    assert_eq!((whole, inner), (4..27, 10..27));
}

#[test]
fn a_client_says_its_version_first() {
    let now = Instant::now();
    let mut client = FishNetClient::new(ClientSettings::default());
    let said = made(|parts| client.handle_connected(now, parts));
    assert_eq!(said.parts, [(MessagePart::ToGame(RELIABLE), hex(VERSION))]);
    let mut client = FishNetClient::new(ClientSettings { version: None, ..ClientSettings::default() });
    assert_eq!(made(|parts| client.handle_connected(now, parts)).parts, []);
}

#[test]
fn pings_come_back_with_the_same_tick() {
    let now = Instant::now();
    let mut server = FishNetVoiceOnly::new(VoiceOnlySettings::default()).open(now);
    let ping = hex("02000000 0e00 02000000");
    let answer = made(|parts| server.handle_from_client(now, UNRELIABLE, &ping, parts));
    assert_eq!(answer.parts, [(MessagePart::ToClient(UNRELIABLE), hex("01000000 0e00 02000000"))]);

    let mut client = FishNetClient::new(ClientSettings::default());
    made(|parts| client.handle_connected(now, parts));
    let later = now + Duration::from_secs(1);
    assert_eq!(client.poll_timeout(), Some(later));
    let ping = made(|parts| client.handle_timeout(later, parts));
    assert_eq!(ping.parts, [(MessagePart::ToGame(UNRELIABLE), hex("1f000000 0e00 1f000000"))]);
}

/// The greeting for client number 1 at server tick 1000.
fn greeting(settings: VoiceOnlySettings, first: &str) -> Vec<u8> {
    let start = Instant::now();
    let mut server = FishNetVoiceOnly::new(settings);
    server.open(start);
    let now = start + Duration::from_millis(33_300);
    let mut connection = server.open(now);
    let told = made(|parts| {
        connection.handle_connected(now, parts);
        connection.handle_from_client(now, RELIABLE, &hex(first), parts);
    });
    let [(MessagePart::ToClient(RELIABLE), greeting)] = &told.parts[..] else { panic!("{told:?}") };
    greeting.clone()
}

#[test]
fn newcomers_are_told_their_number_and_that_they_are_in() {
    let defaults = VoiceOnlySettings::default;
    let ids = "0c00dfc5040102 0c0085c3040202";
    for (settings, first, expected) in [
        (defaults(), VERSION, format!("e8030000 150000 {ids} 010002")),
        (
            VoiceOnlySettings { predicted_spawning: true, ..defaults() },
            VERSION,
            format!("e8030000 150000 {ids} 010002 00"),
        ),
        (
            VoiceOnlySettings { tells_empty_scenes: true, ..defaults() },
            VERSION,
            format!("e8030000 150000 {ids} 010002 0c001c9300"),
        ),
        (
            VoiceOnlySettings { authentication: Authentication::Never, ..defaults() },
            VERSION,
            format!("e8030000 150000 {ids}"),
        ),
        (
            VoiceOnlySettings { version: Some(Version::V3), ..defaults() },
            "01000000",
            format!("e8030000 {ids} 01000100"),
        ),
    ] {
        assert_eq!(greeting(settings.clone(), first), hex(&expected), "{settings:?}");
    }
}

#[test]
fn packets_of_a_server_are_followed() {
    let bytes = hex("150000 0c00dfc5040102 0c0085c3040202 0c001c9300 120007000000 1100 010002");
    let packets: Vec<FishNetPacket<'_>> = FishNetPackets::new(Side::Server, &bytes).collect();
    let broadcast = |key, body| FishNetPacket::Broadcast { key, body };
    assert_eq!(
        packets,
        [
            FishNetPacket::VersionRead,
            broadcast(BroadcastKey::CONNECTION_CHANGE, &[1, 2]),
            broadcast(BroadcastKey::CONNECTED_CLIENTS, &[2, 2]),
            broadcast(BroadcastKey::EMPTY_START_SCENES, &[]),
            FishNetPacket::TimingUpdate { tick: 7 },
            FishNetPacket::Disconnect,
            FishNetPacket::Authenticated,
        ]
    );
}

#[test]
fn voice_goes_in_payloads_of_its_own() {
    let now = Instant::now();
    let mut server = FishNetVoiceOnly::new(VoiceOnlySettings::default()).open(now);
    for (delivery, channel) in [(Delivery::Reliable, RELIABLE), (Delivery::Unreliable, UNRELIABLE)] {
        let mut message = Vec::new();
        assert_eq!(server.wrap(now, delivery, &hex(HANDSHAKE), &mut message), Some(channel));
        assert_eq!(message, hex(&format!("01000000 0c00 7aa3 24 22 {HANDSHAKE}")));
    }
}
