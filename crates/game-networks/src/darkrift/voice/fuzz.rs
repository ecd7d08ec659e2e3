//! The body of a fuzz target for messages.

use std::time::Instant;

use consonance_link::Delivery;
use consonance_link::gateway::{
    ClientEnvelope as _, Envelope as _, EnvelopeEnd as _, EnvelopeKind as _, MessageChannel, MessagePart,
    MessageParts,
};

use crate::darkrift::voice::{
    DarkRiftMessage, DarkRiftVoice, DarkRiftVoiceClient, DarkRiftVoiceSettings, Layout, VoiceDialect,
};

/// Reads messages one after the other, each after a byte for its channel and one for its length.
///
/// # Panics
/// If an envelope breaks its contract.
pub fn darkrift_messages(mut bytes: &[u8]) {
    let now = Instant::now();
    let mut proxy = DarkRiftVoice::in_proxy(DarkRiftVoiceSettings::default()).open(now);
    let mut server = DarkRiftVoice::voice_only(DarkRiftVoiceSettings::default()).open(now);
    let mut client = DarkRiftVoiceClient::new(7, None, Layout::Prefixed);
    let mut parts = MessageParts::default();
    while let [way, length, rest @ ..] = bytes {
        let (message, rest) = rest.split_at(usize::from(*length).min(rest.len()));
        bytes = rest;
        let channel = MessageChannel(u16::from(way & 1));
        check_message(message);
        proxy.handle_from_client(now, channel, message, &mut parts);
        check_proxied(message, &mut parts);
        server.handle_from_client(now, channel, message, &mut parts);
        client.handle_message(now, channel, message, &mut parts);
        parts.take_violation();
        while parts.pop().is_some() {}
        let mut wrapped = Vec::new();
        if server.wrap(now, Delivery::Unreliable, message, &mut wrapped).is_some() {
            let wrapped = DarkRiftMessage::parse(&wrapped).expect("what is written has a header");
            assert!(wrapped.body.ends_with(message) && !wrapped.is_command && wrapped.ping.is_none());
        }
    }
}

/// A parsed message is written back unchanged, except for flags without a meaning.
fn check_message(bytes: &[u8]) {
    let Some(message) = DarkRiftMessage::parse(bytes) else { return };
    let mut again = Vec::new();
    message.write(&mut again);
    assert_eq!(again[1..], bytes[1..]);
    assert_eq!(DarkRiftMessage::parse(&again), Some(message));
    if let Some(dialect) = VoiceDialect::learn(&message) {
        assert!(dialect.voice_packet(&message).is_some_and(|packet| bytes.ends_with(packet)));
    }
}

/// Each message goes in exactly one direction, unchanged.
fn check_proxied(message: &[u8], parts: &mut MessageParts) {
    match parts.pop().expect("nothing is swallowed") {
        (MessagePart::ToGame(_), bytes) => assert_eq!(bytes, message),
        (MessagePart::Voice(_), packet) => assert!(message.ends_with(packet) && packet.len() >= 2),
        (part, _) => panic!("a client's message does not become {part:?}"),
    }
    assert!(parts.pop().is_none());
}
