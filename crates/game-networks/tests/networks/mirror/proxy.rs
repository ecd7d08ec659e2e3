//! A proxy takes voice out and changes nothing else.

use std::time::Instant;

use consonance_game_networks::mirror::{
    MessageKind, MirrorProxiedConnection, MirrorProxy, ProxySettings, Version, VoiceType,
};
use consonance_link::Delivery;
use consonance_link::gateway::{Envelope as _, EnvelopeEnd as _, EnvelopeKind as _, MessagePart};
use proptest::prelude::*;

use crate::mirror::fixture::{
    ALL_VERSIONS, Made, RELIABLE, UNRELIABLE, batch, dialect, ping, read, voice, voice_body,
};

const NEWEST: Version = Version::NEWEST;

#[test]
fn voice_is_taken_out_and_the_rest_goes_on_with_its_time_stamp_and_channel() {
    let (now, mut proxy) = connection();
    let mixed = batch(
        NEWEST,
        12.5,
        &[
            (MessageKind::Command, &[1; 30]),
            (MessageKind::Voice, &voice_body(b"one")),
            (MessageKind::TimeSnapshot, &[]),
            (MessageKind::Voice, &voice_body(b"two")),
            (MessageKind::EntityState, &[2; 300]),
        ],
    );
    let rest = batch(
        NEWEST,
        12.5,
        &[
            (MessageKind::Command, &[1; 30]),
            (MessageKind::TimeSnapshot, &[]),
            (MessageKind::EntityState, &[2; 300]),
        ],
    );
    let made = Made::from_client(&mut proxy, now, UNRELIABLE, &mixed);
    let voice = MessagePart::Voice(Delivery::Unreliable);
    assert_eq!(
        made.parts,
        [(voice, b"one".to_vec()), (voice, b"two".to_vec()), (MessagePart::ToGame(UNRELIABLE), rest)]
    );
}

#[test]
fn a_batch_that_held_only_voice_is_gone() {
    for version in ALL_VERSIONS {
        let (now, mut proxy) = connection();
        let made = Made::from_client(&mut proxy, now, RELIABLE, &voice(version, b"handshake"));
        assert_eq!(
            made.parts,
            [(MessagePart::Voice(Delivery::Reliable), b"handshake".to_vec())],
            "{version}"
        );
    }
}

#[test]
fn what_cannot_be_read_or_holds_no_voice_goes_on_byte_for_byte() {
    let malformed_voice = batch(NEWEST, 1.0, &[(MessageKind::Voice, &[5, 0, 1, 2])]);
    let too_long = batch(NEWEST, 1.0, &[(MessageKind::Voice, &voice_body(&[0; 1025]))]);
    let cut_off = voice(NEWEST, b"voice")[..15].to_vec();
    // The same length in more bytes than needed, as no stock peer encodes it.
    let long_length = [&[0; 8][..], &[250, 2, 0, 0, 0xbc, 0xaa]].concat();
    for message in [
        vec![],
        vec![1, 2, 3],
        ping(NEWEST),
        vec![0xff; 100],
        malformed_voice,
        too_long,
        cut_off,
        long_length,
    ] {
        for is_known in [false, true] {
            let (now, mut proxy) = connection();
            if is_known {
                Made::from_client(&mut proxy, now, UNRELIABLE, &ping(NEWEST));
            }
            let made = Made::from_client(&mut proxy, now, RELIABLE, &message);
            assert_eq!(made.parts, [(MessagePart::ToGame(RELIABLE), message.clone())], "{message:02x?}");
            assert_eq!(made.violation, None);
        }
    }
}

#[test]
fn without_lengths_only_batches_of_which_everything_is_known_are_cut() {
    let (now, mut proxy) = connection();
    Made::from_client(&mut proxy, now, UNRELIABLE, &ping(Version::V42));
    let known = [
        (MessageKind::Voice, voice_body(b"one")),
        (MessageKind::Ping, vec![0; 8]),
        (MessageKind::TimeSnapshot, vec![]),
    ];
    let bodies: Vec<(MessageKind, &[u8])> =
        known.iter().map(|(kind, body)| (*kind, body.as_slice())).collect();
    let made = Made::from_client(&mut proxy, now, UNRELIABLE, &batch(Version::V42, 1.0, &bodies));
    assert_eq!(made.voices(), [(Delivery::Unreliable, b"one".as_slice())]);
    assert_eq!(made.parts[1].1, batch(Version::V42, 1.0, &bodies[1..]));

    let with_command = [bodies.as_slice(), &[(MessageKind::Command, &[0; 9])]].concat();
    let whole = batch(Version::V42, 1.0, &with_command);
    let made = Made::from_client(&mut proxy, now, UNRELIABLE, &whole);
    assert_eq!(
        made.parts,
        [(MessagePart::ToGame(UNRELIABLE), whole)],
        "voice goes on with what it is bound to"
    );
}

#[test]
fn what_the_game_says_goes_on_untouched_and_our_batches_have_its_latest_time() {
    let (now, mut proxy) = connection();
    let mut message = Vec::new();
    assert_eq!(proxy.wrap(now, Delivery::Unreliable, b"early", &mut message), None);
    Made::from_client(&mut proxy, now, RELIABLE, &voice(NEWEST, b"handshake"));
    let not_a_time = [&f64::INFINITY.to_le_bytes()[..], &f64::NAN.to_le_bytes()].concat();
    for from_game in [
        batch(NEWEST, 7.25, &[(MessageKind::Spawn, &[9; 50])]),
        batch(NEWEST, 6.5, &[(MessageKind::Voice, &voice_body(b"of the game's own"))]),
        not_a_time[..8].to_vec(),
        not_a_time[8..].to_vec(),
        vec![1, 2, 3],
    ] {
        let made = Made::by(|parts| proxy.handle_from_game(now, UNRELIABLE, &from_game, parts));
        assert_eq!(made.parts, [(MessagePart::ToClient(UNRELIABLE), from_game)]);
    }
    message.clear();
    assert_eq!(proxy.wrap(now, Delivery::Unreliable, b"voice", &mut message), Some(UNRELIABLE));
    assert_eq!(read(NEWEST, &message), (7.25, vec![(MessageKind::Voice, voice_body(b"voice"))]));
}

#[test]
fn voice_of_another_integration_is_the_games() {
    let name = "Dissonance.Integrations.MirrorWTransport.DissonanceNetworkMessage";
    let settings = ProxySettings { voice_type: VoiceType::new(name), ..ProxySettings::default() };
    let (now, mut proxy) = (Instant::now(), MirrorProxy::new(settings).open(Instant::now()));
    let stock = voice(NEWEST, b"stock");
    let made = Made::from_client(&mut proxy, now, RELIABLE, &stock);
    assert_eq!(made.parts, [(MessagePart::ToGame(RELIABLE), stock.clone())]);
    let mut forks = stock;
    forks[9..11].copy_from_slice(&[0xe3, 0x22]);
    assert_eq!(Made::from_client(&mut proxy, now, RELIABLE, &forks).voices().len(), 1);
}

proptest! {
    /// For any messages of the game, with voice at any place among them.
    #[test]
    fn voice_and_rest_are_together_all_that_came_in_order(
        seconds: f64,
        messages in prop::collection::vec((any::<bool>(), any::<u16>(), prop::collection::vec(any::<u8>(), 0..400)), 1..12),
        is_reliable: bool,
    ) {
        let (now, mut proxy) = connection();
        let channel = if is_reliable { RELIABLE } else { UNRELIABLE };
        Made::from_client(&mut proxy, now, UNRELIABLE, &ping(NEWEST));
        let (mut whole, mut rest) = (seconds.to_le_bytes().to_vec(), seconds.to_le_bytes().to_vec());
        let mut voices = Vec::new();
        for (is_voice, id, body) in &messages {
            if *is_voice {
                dialect(NEWEST).write_voice(body, &mut whole).expect("it is short enough");
                voices.push(body.as_slice());
            } else {
                // Any message but voice, the game's or Mirror's own.
                let id = if *id == 0xd355 { 0 } else { *id };
                let mut message = Vec::new();
                consonance_game_networks::mirror::varint::write(2 + body.len() as u64, &mut message);
                message.extend(id.to_le_bytes());
                message.extend(body);
                whole.extend(&message);
                rest.extend(&message);
            }
        }
        let made = Made::from_client(&mut proxy, now, channel, &whole);
        let taken: Vec<&[u8]> = made.voices().into_iter().map(|(_, packet)| packet).collect();
        prop_assert_eq!(taken, voices);
        let left: Vec<&(MessagePart, Vec<u8>)> =
            made.parts.iter().filter(|(part, _)| *part == MessagePart::ToGame(channel)).collect();
        match left.as_slice() {
            [] => prop_assert_eq!(rest.len(), 8, "only an empty batch is dropped"),
            [(_, left)] => prop_assert_eq!(left, &rest),
            _ => prop_assert!(false, "one batch became several"),
        }
    }
}

fn connection() -> (Instant, MirrorProxiedConnection) {
    let now = Instant::now();
    (now, MirrorProxy::new(ProxySettings::default()).open(now))
}
