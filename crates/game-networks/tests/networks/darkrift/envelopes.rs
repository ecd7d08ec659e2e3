//! Voice is found in messages and put into them; everything else passes unchanged.

use std::time::Instant;

use consonance_game_networks::darkrift::voice::{
    DarkRiftMessage, DarkRiftPing, DarkRiftVoice, DarkRiftVoiceClient, DarkRiftVoiceSettings, Layout,
    VoiceDialect,
};
use consonance_link::gateway::{
    ClientEnvelope as _, Envelope, EnvelopeEnd as _, EnvelopeKind as _, MessageChannel, MessagePart,
    MessageParts,
};
use consonance_link::{Delivery, PacketLimits};
use proptest::prelude::*;

const RELIABLE: MessageChannel = MessageChannel(0);
const UNRELIABLE: MessageChannel = MessageChannel(1);
const HANDSHAKE: [u8; 5] = [0x8B, 0xC7, 4, 1, 2];
const VOICE: [u8; 4] = [0x8B, 0xC7, 2, 9];

/// Captured messages of the stock client, in both directions; those over TCP without their length prefix.
mod golden {
    use super::*;

    const RAW: [u8; 8] = [0x00, 0x12, 0x34, 0x8B, 0xC7, 0x01, 0x02, 0x03];
    const PREFIXED: [u8; 10] = [0x00, 0x12, 0x35, 0x00, 0x00, 0x00, 0x03, 0x09, 0x08, 0x07];
    const PING: [u8; 5] = [0x40, 0x00, 0x05, 0x6E, 0xA8];
    const PING_ANSWER: [u8; 5] = [0x60, 0x00, 0x05, 0x6E, 0xA8];
    const CONFIGURE: [u8; 5] = [0x80, 0x00, 0x00, 0x00, 0x07];

    #[test]
    fn headers_are_read_and_written() {
        let plain = |tag, body| DarkRiftMessage { is_command: false, tag, ping: None, body };
        let ping = |is_answer| DarkRiftMessage {
            ping: Some(DarkRiftPing { code: 0x6EA8, is_answer }),
            ..plain(5, &[])
        };
        let rows: [(&[u8], DarkRiftMessage<'_>); 5] = [
            (&RAW, plain(0x1234, &[0x8B, 0xC7, 1, 2, 3])),
            (&PREFIXED, plain(0x1235, &[0, 0, 0, 3, 9, 8, 7])),
            (&PING, ping(false)),
            (&PING_ANSWER, ping(true)),
            (&CONFIGURE, DarkRiftMessage { is_command: true, ..plain(0, &[0, 7]) }),
        ];
        for (bytes, message) in rows {
            assert_eq!(DarkRiftMessage::parse(bytes), Some(message));
            let mut written = Vec::new();
            message.write(&mut written);
            assert_eq!(written, bytes);
        }
    }

    #[test]
    fn bodies_are_read_and_written() {
        let rows: [(VoiceDialect, &[u8], &[u8]); 2] = [
            (VoiceDialect { tag: 0x1234, layout: Layout::Raw }, &RAW, &[0x8B, 0xC7, 1, 2, 3]),
            (VoiceDialect { tag: 0x1235, layout: Layout::Prefixed }, &PREFIXED, &[9, 8, 7]),
        ];
        for (dialect, bytes, packet) in rows {
            let message = DarkRiftMessage::parse(bytes).unwrap();
            assert_eq!(dialect.voice_packet(&message), Some(packet));
            let mut written = Vec::new();
            dialect.write(packet, &mut written);
            assert_eq!(written, bytes);
        }
    }

    #[test]
    fn a_voice_only_server_answers_a_ping_of_the_game() {
        let mut server = DarkRiftVoice::voice_only(DarkRiftVoiceSettings::default()).open(Instant::now());
        assert_eq!(
            sort(&mut server, RELIABLE, &PING),
            [(MessagePart::ToClient(RELIABLE), PING_ANSWER.to_vec())]
        );
        assert_eq!(sort(&mut server, RELIABLE, &PING_ANSWER), []);
    }
}

#[test]
fn the_first_handshake_tells_what_voice_looks_like() {
    for layout in LAYOUTS {
        let mut envelopes = DarkRiftVoice::voice_only(DarkRiftVoiceSettings::default());
        let mut server = envelopes.open(Instant::now());
        let mut answer = Vec::new();
        assert_eq!(server.wrap(Instant::now(), Delivery::Reliable, &VOICE, &mut answer), None);
        assert_eq!(sort(&mut server, RELIABLE, &message(9, layout, &VOICE)), [], "no handshake came yet");
        let first = sort(&mut server, RELIABLE, &message(9, layout, &HANDSHAKE));
        assert_eq!(first, [(MessagePart::Voice(Delivery::Reliable), HANDSHAKE.to_vec())]);
        let second = sort(&mut server, UNRELIABLE, &message(9, layout, &VOICE));
        assert_eq!(second, [(MessagePart::Voice(Delivery::Unreliable), VOICE.to_vec())]);
        assert_eq!(sort(&mut server, RELIABLE, &message(8, layout, &VOICE)), [], "another tag is the game's");
        let channel = server.wrap(Instant::now(), Delivery::Unreliable, &VOICE, &mut answer);
        assert_eq!((channel, answer), (Some(UNRELIABLE), message(9, layout, &VOICE)));
        assert_eq!(envelopes.learned().dialect(), Some(VoiceDialect { tag: 9, layout }));
    }
}

#[test]
fn only_a_handshake_over_tcp_teaches() {
    let mut server = DarkRiftVoice::voice_only(DarkRiftVoiceSettings::default()).open(Instant::now());
    assert_eq!(sort(&mut server, UNRELIABLE, &message(9, Layout::Raw, &HANDSHAKE)), []);
    let wrong_length = [&[0, 0, 9, 0, 0, 0, 4], HANDSHAKE.as_slice()].concat();
    assert_eq!(sort(&mut server, RELIABLE, &wrong_length), []);
}

#[test]
fn what_one_connection_has_shown_holds_for_the_next_until_it_shows_something_else() {
    let mut envelopes = DarkRiftVoice::voice_only(DarkRiftVoiceSettings::default());
    sort(&mut envelopes.open(Instant::now()), RELIABLE, &message(9, Layout::Prefixed, &HANDSHAKE));
    let mut second = envelopes.open(Instant::now());
    let mut answer = Vec::new();
    assert_eq!(second.wrap(Instant::now(), Delivery::Reliable, &VOICE, &mut answer), Some(RELIABLE));
    assert_eq!(answer, message(9, Layout::Prefixed, &VOICE));
    sort(&mut second, RELIABLE, &message(7, Layout::Raw, &HANDSHAKE));
    answer.clear();
    second.wrap(Instant::now(), Delivery::Reliable, &VOICE, &mut answer);
    assert_eq!(answer, message(7, Layout::Raw, &VOICE));
    assert_eq!(envelopes.learned().dialect().map(|dialect| dialect.tag), Some(9), "the first one counts");
}

#[test]
fn what_is_configured_holds_and_contradictions_are_counted() {
    let settings = DarkRiftVoiceSettings {
        tag_to_server: Some(5),
        tag_to_client: Some(6),
        ..DarkRiftVoiceSettings::default()
    };
    let mut envelopes = DarkRiftVoice::voice_only(settings);
    let mut server = envelopes.open(Instant::now());
    assert_eq!(sort(&mut server, RELIABLE, &message(9, Layout::Raw, &HANDSHAKE)), []);
    assert_eq!(sort(&mut server, RELIABLE, &message(5, Layout::Raw, b"any packet")).len(), 1);
    let mut answer = Vec::new();
    server.wrap(Instant::now(), Delivery::Reliable, &VOICE, &mut answer);
    assert_eq!(answer, message(6, Layout::Raw, &VOICE));
    assert_eq!(envelopes.learned().contradictions(), 1);
    sort(&mut envelopes.open(Instant::now()), RELIABLE, &message(5, Layout::Raw, &HANDSHAKE));
    assert_eq!(envelopes.learned().contradictions(), 1, "the configured one contradicts nothing");
}

#[test]
fn voice_with_a_ping_is_voice() {
    let mut server = DarkRiftVoice::voice_only(DarkRiftVoiceSettings::default()).open(Instant::now());
    let mut pinged = Vec::new();
    let ping = Some(DarkRiftPing { code: 3, is_answer: false });
    DarkRiftMessage { is_command: false, tag: 9, ping, body: &HANDSHAKE }.write(&mut pinged);
    assert_eq!(
        sort(&mut server, RELIABLE, &pinged),
        [(MessagePart::Voice(Delivery::Reliable), HANDSHAKE.to_vec())]
    );
}

#[test]
fn a_command_from_a_client_ends_its_connection_to_a_voice_only_server() {
    let mut server = DarkRiftVoice::voice_only(DarkRiftVoiceSettings::default()).open(Instant::now());
    let mut parts = MessageParts::default();
    server.handle_from_client(Instant::now(), RELIABLE, &[0x80, 0, 1, 0, 0], &mut parts);
    assert!(parts.take_violation().is_some() && parts.is_empty());
}

#[test]
fn a_proxy_takes_voice_out_and_hands_everything_else_on_untouched() {
    let mut proxy = DarkRiftVoice::in_proxy(DarkRiftVoiceSettings::default()).open(Instant::now());
    let games: [&[u8]; 7] = [
        &[],
        &[0x00],
        &[0x80, 0, 1, 0, 0],
        &[0x40, 0, 5, 0x6E, 0xA8, 1],
        &[0x60, 0, 5, 0x6E, 0xA8],
        &[0x1F, 0, 9, 0x8B],
        &[0, 0, 9, 1, 2, 3],
    ];
    let rounds = [
        (HANDSHAKE.as_slice(), RELIABLE, Delivery::Reliable),
        (VOICE.as_slice(), UNRELIABLE, Delivery::Unreliable),
    ];
    for (packet, channel, delivery) in rounds {
        for game in games {
            assert_eq!(sort(&mut proxy, channel, game), [(MessagePart::ToGame(channel), game.to_vec())]);
        }
        let voice = sort(&mut proxy, channel, &message(9, Layout::Prefixed, packet));
        assert_eq!(voice, [(MessagePart::Voice(delivery), packet.to_vec())]);
    }
    let mut parts = MessageParts::default();
    proxy.handle_from_game(Instant::now(), UNRELIABLE, &[0, 0, 9, 1], &mut parts);
    assert_eq!(parts.pop(), Some((MessagePart::ToClient(UNRELIABLE), [0, 0, 9, 1].as_slice())));
}

#[test]
fn a_client_hears_its_tag_and_speaks_in_the_servers() {
    let mut client = DarkRiftVoiceClient::new(5, Some(6), Layout::Prefixed);
    let mut parts = MessageParts::default();
    client.handle_message(Instant::now(), UNRELIABLE, &message(6, Layout::Prefixed, &VOICE), &mut parts);
    assert_eq!(parts.pop(), Some((MessagePart::Voice(Delivery::Unreliable), VOICE.as_slice())));
    for other in [message(5, Layout::Prefixed, &VOICE), message(6, Layout::Raw, &VOICE), vec![0x80, 0, 6]] {
        client.handle_message(Instant::now(), RELIABLE, &other, &mut parts);
        assert_eq!(parts.pop(), None, "{other:?}");
    }
    let mut said = Vec::new();
    assert_eq!(client.wrap(Instant::now(), Delivery::Reliable, &VOICE, &mut said), Some(RELIABLE));
    assert_eq!(said, message(5, Layout::Prefixed, &VOICE));
}

#[test]
fn limits_leave_room_for_what_is_around_a_packet() {
    let messages = PacketLimits { reliable_bytes: 100, unreliable_bytes: 1200 };
    let unknown = DarkRiftVoice::voice_only(DarkRiftVoiceSettings::default()).limits(messages);
    assert_eq!(unknown, PacketLimits { reliable_bytes: 93, unreliable_bytes: 1024 });
    let raw = DarkRiftVoiceClient::new(5, None, Layout::Raw).limits(messages);
    assert_eq!(raw, PacketLimits { reliable_bytes: 97, unreliable_bytes: 1024 });
}

proptest! {
    #[test]
    fn whatever_comes_is_taken_apart_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        consonance_game_networks::darkrift::voice::fuzz::darkrift_messages(&bytes);
    }

    #[test]
    fn a_handshake_with_a_changed_bit_is_the_games_or_still_voice(bit in 0..80_usize, cut in 0..13_usize) {
        let mut changed = message(9, Layout::Prefixed, &HANDSHAKE);
        changed[bit / 8] ^= 1 << (bit % 8);
        changed.truncate(cut);
        let mut proxy = DarkRiftVoice::in_proxy(DarkRiftVoiceSettings::default()).open(Instant::now());
        match sort(&mut proxy, RELIABLE, &changed).as_slice() {
            [(MessagePart::ToGame(_), bytes)] => prop_assert_eq!(bytes, &changed),
            [(MessagePart::Voice(_), packet)] => prop_assert!(packet.starts_with(&HANDSHAKE[..3])),
            other => prop_assert!(false, "{:?}", other),
        }
    }
}

const LAYOUTS: [Layout; 3] = [Layout::Raw, Layout::Prefixed, Layout::PrefixedLittleEndian];

fn message(tag: u16, layout: Layout, packet: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    VoiceDialect { tag, layout }.write(packet, &mut bytes);
    bytes
}

fn sort(
    envelope: &mut impl Envelope,
    channel: MessageChannel,
    message: &[u8],
) -> Vec<(MessagePart, Vec<u8>)> {
    let mut parts = MessageParts::default();
    envelope.handle_from_client(Instant::now(), channel, message, &mut parts);
    assert_eq!(parts.take_violation(), None);
    std::iter::from_fn(|| parts.pop().map(|(part, bytes)| (part, bytes.to_vec()))).collect()
}
