//! Every known batch is harmless when truncated anywhere or with any bit flipped.

use std::time::Instant;

use consonance_game_networks::mirror::{
    ClientSettings, Credentials, Dialect, MessageKind, MirrorBatch, MirrorClient, MirrorProxy,
    MirrorVoiceOnly, ProxySettings, Version, VoiceOnlySettings, VoiceType, looks_like_batch, varint,
};
use consonance_link::gateway::{ClientEnvelope as _, EnvelopeKind as _, MessagePart};

use crate::mirror::fixture::{ALL_VERSIONS, Made, RELIABLE, batch, ping, string, voice_body};

#[test]
fn cut_and_altered_batches_reach_the_game_only() {
    for version in ALL_VERSIONS {
        for original in batches_of(version) {
            for hostile in variants(&original) {
                let now = Instant::now();
                let mut proxy = MirrorProxy::new(ProxySettings::default()).open(now);
                Made::from_client(&mut proxy, now, RELIABLE, &ping(version));
                let made = Made::from_client(&mut proxy, now, RELIABLE, &hostile);
                let is_for_here = |part: &MessagePart| {
                    matches!(part, MessagePart::Voice(_) | MessagePart::ToGame(RELIABLE))
                };
                assert!(made.parts.iter().all(|(part, _)| is_for_here(part)), "{made:?}");
                if made.voices().is_empty() {
                    assert_eq!(made.parts, [(MessagePart::ToGame(RELIABLE), hostile.clone())]);
                }

                let mut server = voice_only().open(now);
                let made = Made::from_client(&mut server, now, RELIABLE, &hostile);
                let answer = made.parts.iter().all(|(part, _)| !matches!(part, MessagePart::ToGame(_)));
                assert!(answer && made.parts.len() <= 4, "{made:?}");

                let mut client = MirrorClient::new(ClientSettings { version, ..ClientSettings::default() });
                Made::by(|parts| client.handle_connected(now, parts));
                let made = Made::by(|parts| client.handle_message(now, RELIABLE, &hostile, parts));
                assert!(made.parts.len() <= 4, "{made:?}");
            }
        }
    }
}

#[test]
fn no_bytes_break_what_guesses() {
    for version in ALL_VERSIONS {
        for hostile in batches_of(version).iter().flat_map(|original| variants(original)) {
            let is_batch = looks_like_batch(&hostile);
            assert!(!is_batch || hostile.len() >= 11, "a time stamp and a message take that much");
            if let Some(dialect) = Dialect::detect(&hostile, VoiceType::STOCK) {
                let batch =
                    MirrorBatch::parse(dialect.framing(), &hostile).expect("what was detected can be read");
                assert!(batch.messages(dialect).all(|message| message.is_ok()), "to its end");
            }
        }
    }
}

#[test]
fn a_length_beyond_any_memory_is_only_a_cut_off_message() {
    let mut huge = vec![0; 8];
    varint::write(u64::MAX, &mut huge);
    huge.extend([0x55, 0xd3, 0, 0]);
    let mut server = voice_only().open(Instant::now());
    Made::from_client(&mut server, Instant::now(), RELIABLE, &ping(Version::NEWEST));
    let made = Made::from_client(&mut server, Instant::now(), RELIABLE, &huge);
    assert!(made.voices().is_empty() && made.violation.is_some());
    assert!(!looks_like_batch(&huge));
}

/// One of each message that the envelopes parse.
fn batches_of(version: Version) -> Vec<Vec<u8>> {
    let scene = [string("Online"), vec![0, 0]].concat();
    let request = [string("ada"), string("lovelace")].concat();
    let response = [vec![100], string("Success")].concat();
    let messages: [&[(MessageKind, &[u8])]; 6] = [
        &[(MessageKind::Voice, &voice_body(b"\x8b\xc7\x04\x01\x02\x03\x04"))],
        &[(MessageKind::Ready, &[]), (MessageKind::AddPlayer, &[])],
        &[(MessageKind::Scene, &scene)],
        &[(MessageKind::AuthRequest, &request), (MessageKind::Voice, &voice_body(b"voice"))],
        &[(MessageKind::AuthResponse, &response)],
        &[(MessageKind::Pong, &[7; 24]), (MessageKind::Ping, &[7; 16]), (MessageKind::TimeSnapshot, &[])],
    ];
    messages.iter().map(|messages| batch(version, 12.5, messages)).chain([ping(version)]).collect()
}

/// The bytes, each prefix of them, and all of these with one bit flipped.
fn variants(original: &[u8]) -> Vec<Vec<u8>> {
    let mut variants: Vec<Vec<u8>> = (0..=original.len()).map(|cut| original[..cut].to_vec()).collect();
    for bit in 0..original.len() * 8 {
        let mut turned = original.to_vec();
        turned[bit / 8] ^= 1 << (bit % 8);
        variants.push(turned[..=bit / 8].to_vec());
        variants.push(turned);
    }
    variants
}

fn voice_only() -> MirrorVoiceOnly {
    MirrorVoiceOnly::new(VoiceOnlySettings {
        online_scene: Some("Online".into()),
        credentials: Some(Credentials::new("ada", "lovelace").expect("short")),
        ..VoiceOnlySettings::default()
    })
}
