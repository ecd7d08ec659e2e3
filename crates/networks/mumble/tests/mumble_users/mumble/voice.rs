//! Voice in datagrams, in the tunnel, and changes between the two.

use std::time::Instant;

use consonance_mumble::client::{ClientSettings, MumbleClientEvent, VoiceWay};
use consonance_mumble::control::messages::CryptSetup;
use consonance_mumble::{Control, MumbleServerEvent, MumbleSettings, MumbleVersion, Voice};

use crate::mumble::fixture::Fixture;

fn voice(number: u64) -> Voice<'static> {
    Voice { target: 0, number, opus: vec![0x48, 1, 2].into(), ..Voice::default() }
}

fn settings(version: MumbleVersion) -> ClientSettings {
    ClientSettings { version, ..ClientSettings::new("Ada") }
}

const VERSIONS: [MumbleVersion; 2] = [MumbleVersion { major: 1, minor: 3, patch: 4 }, MumbleVersion::OURS];

#[test]
fn voice_passes_both_ways_in_datagrams_and_in_the_tunnel() {
    for version in VERSIONS {
        let mut fixture = Fixture::new(MumbleSettings::default());
        let (user, mut client) = fixture.client(settings(version));
        for (number, way) in [(1, VoiceWay::Datagram), (2, VoiceWay::Tunnel)] {
            client.send_voice(&voice(number), way).unwrap();
            let expected = MumbleServerEvent::Voice { user, voice: voice(number) };
            fixture.until_event(|event| *event == expected);
            let down = Voice { session: 7, ..voice(number) };
            fixture.server.send_voice(Instant::now(), user, &down);
            // The server answers on the path that the client used.
            let told = MumbleClientEvent::Voice(down, way);
            fixture.until(&mut client, |event| *event == told);
        }
    }
}

#[test]
fn signs_of_life_come_back_the_way_that_they_went() {
    for version in VERSIONS {
        let mut fixture = Fixture::new(MumbleSettings::default());
        let (_, mut client) = fixture.client(settings(version));
        for way in [VoiceWay::Datagram, VoiceWay::Tunnel] {
            client.ping(way).unwrap();
            fixture.until(&mut client, |event| *event == MumbleClientEvent::Pong(way));
        }
        assert!(!fixture.events.iter().any(|event| matches!(event, MumbleServerEvent::Voice { .. })));
    }
}

#[test]
fn a_listener_whose_datagrams_come_hears_in_datagrams_without_speaking() {
    let mut fixture = Fixture::new(MumbleSettings::default());
    let (user, mut client) = fixture.client(settings(VERSIONS[0]));
    client.ping(VoiceWay::Datagram).unwrap();
    fixture.until(&mut client, |event| *event == MumbleClientEvent::Pong(VoiceWay::Datagram));
    fixture.server.send_voice(Instant::now(), user, &voice(1));
    fixture.until(&mut client, |event| matches!(event, MumbleClientEvent::Voice(_, VoiceWay::Datagram)));
}

#[test]
fn voice_in_other_codecs_is_dropped_counted_and_reported_as_such() {
    let mut fixture = Fixture::new(MumbleSettings::default());
    let (user, mut client) = fixture.client(settings(VERSIONS[0]));
    for (count, kind) in [0_u8, 2, 3].into_iter().enumerate() {
        client.send_packet(&[kind << 5, 1, 2, 3], VoiceWay::Datagram).unwrap();
        fixture.until_event(|event| *event == MumbleServerEvent::OtherCodec { user });
        assert_eq!(fixture.server.statistics().links.dropped.malformed, count as u64 + 1);
    }
}

#[test]
fn a_client_that_asks_for_the_nonce_is_told_it() {
    let mut fixture = Fixture::new(MumbleSettings::default());
    let (_, mut client) = fixture.client(settings(VERSIONS[0]));
    client.send(&CryptSetup::default().into()).unwrap();
    fixture.until(&mut client, |event| {
        let MumbleClientEvent::Control(Control::CryptSetup(setup)) = event else { return false };
        setup.key.is_none() && setup.server_nonce.as_ref().is_some_and(|nonce| nonce.len() == 16)
    });
}
