//! The body of the fuzz target `ngo_messages`: whatever comes from either side, to all envelopes.

use std::time::{Duration, Instant};

use consonance_link::Delivery;
use consonance_link::gateway::{
    ClientEnvelope as _, Envelope as _, EnvelopeEnd as _, EnvelopeKind as _, MessageChannel, MessagePart,
    MessageParts,
};

use crate::ngo::{
    ClientSettings, NgoBatch, NgoBatchWriter, NgoClient, NgoMessageType, NgoProxiedConnection, NgoProxy,
    NgoVoiceOnly, TypeList, VoiceOnlySettings, packed,
};

/// Messages one after the other, each behind a byte for where it goes and one for its length. Half of them are put into
/// a batch first, whose hash no mutation would find.
///
/// # Panics
/// If an envelope breaks its contract.
pub fn ngo_messages(mut bytes: &[u8]) {
    let start = Instant::now();
    let mut proxy = NgoProxy.open(start);
    let mut server = NgoVoiceOnly::new(VoiceOnlySettings::default()).open(start);
    let mut client = NgoClient::new(ClientSettings::default());
    let mut parts = MessageParts::default();
    client.handle_connected(start, &mut parts);
    drain(&mut parts);
    let mut now = start;
    while let [place, length, rest @ ..] = bytes {
        let (content, rest) = rest.split_at(usize::from(*length).min(rest.len()));
        bytes = rest;
        now += Duration::from_millis(u64::from(*place));
        let channel = MessageChannel(u16::from(place >> 2 & 1) * 2 + 1);
        let message = if place >> 3 & 1 == 0 { batch_of(content) } else { content.to_vec() };
        match place & 3 {
            0 => check_proxy(&mut proxy, now, channel, &message),
            1 => proxy.handle_from_game(now, channel, &message, &mut parts),
            2 => server.handle_from_client(now, channel, &message, &mut parts),
            _ => client.handle_message(now, channel, &message, &mut parts),
        }
        drain(&mut parts);
        check_codecs(content);
        check_wrapped(|wrapped| proxy.wrap(now, Delivery::Reliable, content, wrapped));
        check_wrapped(|wrapped| server.wrap(now, Delivery::Reliable, content, wrapped));
        check_wrapped(|wrapped| client.wrap(now, Delivery::Reliable, content, wrapped));
        server.handle_timeout(now, &mut parts);
        drain(&mut parts);
    }
}

/// Messages one after the other: the number of a type, a length, and the body.
fn batch_of(mut content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut batch = NgoBatchWriter::new(&mut bytes);
    while let [id, length, rest @ ..] = content {
        let (body, rest) = rest.split_at(usize::from(*length).min(rest.len()));
        batch.message(u32::from(*id), &[body]);
        content = rest;
    }
    batch.finish();
    bytes
}

fn check_wrapped(wrap: impl FnOnce(&mut Vec<u8>) -> Option<MessageChannel>) {
    let mut wrapped = Vec::new();
    let channel = wrap(&mut wrapped);
    assert_eq!(channel.is_some(), NgoBatch::parse(&wrapped).is_ok(), "a message is a batch");
}

/// A batch without voice goes on byte for byte, and one with voice without that.
fn check_proxy(proxy: &mut NgoProxiedConnection, now: Instant, channel: MessageChannel, message: &[u8]) {
    let mut parts = MessageParts::default();
    proxy.handle_from_client(now, channel, message, &mut parts);
    let has_broken_a_rule = parts.take_violation().is_some();
    let (mut voices, mut game) = (0, None);
    while let Some((part, bytes)) = parts.pop() {
        match part {
            MessagePart::Voice(_) => voices += 1,
            MessagePart::ToGame(on) => {
                assert_eq!(on, channel, "the game's messages stay on their channel");
                assert!(game.replace(bytes.to_vec()).is_none(), "one batch remains one");
            }
            MessagePart::ToClient(_) => panic!("a proxy answers nothing"),
        }
    }
    if voices == 0 && !has_broken_a_rule && game.is_some() {
        let count = |bytes: &[u8]| NgoBatch::parse(bytes).map_or(0, |batch| batch.messages().count());
        let game = game.unwrap_or_default();
        assert!(game == message || count(&game) < count(message), "something was changed");
    }
}

fn check_codecs(bytes: &[u8]) {
    if let Some((list, _)) = TypeList::read(bytes) {
        let mut written = Vec::new();
        list.write(&mut written);
        assert_eq!(TypeList::read(&written), Some((list.clone(), written.len())));
        assert!(list.find(NgoMessageType::NAMED).is_none_or(|(id, _)| (id as usize) < list.types().len()));
    }
    let mut written = Vec::new();
    if let Some((value, _)) = packed::read_u64(bytes) {
        packed::write_u64(value, &mut written);
        assert_eq!(packed::read_u64(&written), Some((value, written.len())));
    }
    written.clear();
    if let Some((value, _)) = packed::read_i32(bytes) {
        packed::write_i32(value, &mut written);
        assert_eq!(packed::read_i32(&written), Some((value, written.len())));
    }
}

fn drain(parts: &mut MessageParts) {
    let _ = parts.take_violation();
    while parts.pop().is_some() {}
}
