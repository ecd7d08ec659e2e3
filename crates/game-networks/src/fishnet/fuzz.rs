//! The body of the fuzz target `fishnet_payloads`: whatever comes from either side, to all envelopes.

use std::time::{Duration, Instant};

use consonance_link::Delivery;
use consonance_link::gateway::{
    ClientEnvelope as _, Envelope as _, EnvelopeEnd as _, EnvelopeKind as _, MessagePart, MessageParts,
};

use crate::fishnet::{
    ClientSettings, FishNetClient, FishNetProxy, FishNetVoiceOnly, ProxySettings, STOCK_CHANNELS,
    VoiceOnlySettings, packed, write_voice,
};

/// Payloads one after the other, each behind a byte for where it goes and one for its length; a length of 255 stands
/// for a voice broadcast put into the rest.
///
/// # Panics
/// If an envelope breaks its contract.
pub fn fishnet_payloads(mut bytes: &[u8]) {
    let start = Instant::now();
    let mut proxy = FishNetProxy::new(ProxySettings::default()).open(start);
    let mut server = FishNetVoiceOnly::new(VoiceOnlySettings::default()).open(start);
    let mut client = FishNetClient::new(ClientSettings::default());
    let mut parts = MessageParts::default();
    client.handle_connected(start, &mut parts);
    while parts.pop().is_some() {}
    let mut now = start;
    let mut proxy_took_bytes = 0;
    while let [place, length, rest @ ..] = bytes {
        let (raw, rest) = rest.split_at(usize::from(*length).min(rest.len()));
        bytes = rest;
        let mut payload = raw.to_vec();
        if *length == u8::MAX {
            payload.truncate(40);
            write_voice(crate::fishnet::BroadcastKey::VOICE, &[&[0x8b, 0xc7], raw].concat(), &mut payload);
        }
        now += Duration::from_millis(u64::from(*place));
        let channels = STOCK_CHANNELS;
        let channel = if place & 4 == 0 { channels.reliable } else { channels.unreliable };
        match place & 3 {
            0 => {
                proxy.handle_from_client(now, channel, &payload, &mut parts);
                proxy_took_bytes += payload.len();
            }
            1 => proxy.handle_from_game(now, channel, &payload, &mut parts),
            2 => server.handle_from_client(now, channel, &payload, &mut parts),
            _ => client.handle_message(now, channel, &payload, &mut parts),
        }
        check(&mut parts, place & 3, &mut proxy_took_bytes);
        check_numbers(raw);
        server.handle_timeout(now, &mut parts);
        client.handle_timeout(now, &mut parts);
        while parts.pop().is_some() {}
        let mut wrapped = Vec::new();
        let channel = proxy.wrap(now, Delivery::Unreliable, raw, &mut wrapped);
        assert_eq!(channel.is_some(), !wrapped.is_empty(), "a message has a channel");
        assert!(wrapped.len() <= crate::fishnet::PAYLOAD_BYTES_MAX);
    }
}

/// Checks that each end sends only its own parts, and that a proxy does not amplify a client's input.
fn check(parts: &mut MessageParts, place: u8, proxy_took_bytes: &mut usize) {
    while let Some((part, bytes)) = parts.pop() {
        match (part, place) {
            (MessagePart::Voice(_), 0 | 2 | 3) | (MessagePart::ToClient(_), 1 | 2) => {}
            (MessagePart::ToGame(_), 0) => {
                let left = proxy_took_bytes.checked_sub(bytes.len());
                *proxy_took_bytes = left.expect("what goes on came before");
            }
            other => panic!("{other:?}"),
        }
    }
    parts.take_violation();
}

/// A number that can be read is the same when it was written again.
fn check_numbers(bytes: &[u8]) {
    if let Some((number, _)) = packed::read(bytes) {
        let mut written = Vec::new();
        packed::write(number, &mut written);
        assert_eq!(packed::read(&written), Some((number, &[][..])));
    }
}
