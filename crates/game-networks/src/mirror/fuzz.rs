//! The body of the fuzz target `mirror_messages`: whatever comes from either side, to all envelopes.

use std::time::{Duration, Instant};

use consonance_link::Delivery;
use consonance_link::gateway::{
    ClientEnvelope as _, Envelope as _, EnvelopeEnd as _, EnvelopeKind as _, MessageChannel, MessagePart,
    MessageParts,
};

use crate::mirror::{
    ClientSettings, Credentials, MirrorBatch, MirrorClient, MirrorProxiedConnection, MirrorProxy,
    MirrorVoiceOnly, ProxySettings, VOICE_BYTES_MAX, Version, VoiceOnlySettings, varint,
};

/// Messages one after the other, each behind a byte for where it goes and one for its length.
///
/// # Panics
/// If an envelope breaks its contract.
pub fn mirror_messages(mut bytes: &[u8]) {
    let start = Instant::now();
    let mut proxy = MirrorProxy::new(ProxySettings::default()).open(start);
    let mut server = voice_only(bytes).open(start);
    let mut client = MirrorClient::new(client_settings(bytes));
    let mut parts = MessageParts::default();
    client.handle_connected(start, &mut parts);
    drain(&mut parts);
    let mut now = start;
    while let [place, length, rest @ ..] = bytes {
        let (message, rest) = rest.split_at(usize::from(*length).min(rest.len()));
        bytes = rest;
        now += Duration::from_millis(u64::from(*place));
        let channel = MessageChannel(u16::from(place >> 2 & 1));
        match place & 3 {
            0 => check_proxy(&mut proxy, now, channel, message),
            1 => proxy.handle_from_game(now, channel, message, &mut parts),
            2 => server.handle_from_client(now, channel, message, &mut parts),
            _ => client.handle_message(now, channel, message, &mut parts),
        }
        check_varint(message);
        drain(&mut parts);
        let mut wrapped = Vec::new();
        let channel = proxy.wrap(now, Delivery::Unreliable, message, &mut wrapped);
        assert_eq!(channel.is_some(), !wrapped.is_empty(), "a message has a channel");
        server.handle_timeout(now, &mut parts);
        client.handle_timeout(now, &mut parts);
        drain(&mut parts);
    }
}

/// Checks that the messages passed on to the game and the voice taken out together are the input, in order.
fn check_proxy(proxy: &mut MirrorProxiedConnection, now: Instant, channel: MessageChannel, message: &[u8]) {
    let mut parts = MessageParts::default();
    proxy.handle_from_client(now, channel, message, &mut parts);
    let (mut voice, mut games) = (Vec::new(), None);
    while let Some((part, bytes)) = parts.pop() {
        match part {
            MessagePart::Voice(_) => voice.push(bytes.to_vec()),
            MessagePart::ToGame(on) => {
                assert_eq!(on, channel, "the game's messages stay on their channel");
                assert!(games.replace(bytes.to_vec()).is_none(), "one message remains one");
            }
            MessagePart::ToClient(_) => panic!("a proxy answers nothing"),
        }
    }
    assert!(parts.take_violation().is_none(), "a proxy is no judge");
    if voice.is_empty() {
        assert_eq!(games.as_deref(), Some(message), "what holds no voice goes on as it came");
        return;
    }
    let dialect = proxy.dialect().expect("voice is found only in a dialect that is known");
    let (mut left_voice, mut left) = (voice.into_iter(), Vec::new());
    let batch = MirrorBatch::parse(dialect.framing(), message).expect("voice was found in it");
    left.extend_from_slice(batch.time_stamp());
    for message in batch.messages(dialect) {
        let message = message.expect("a batch that was cut can be read");
        match dialect.voice_packet(&message) {
            Some(packet) => assert_eq!(left_voice.next().as_deref(), Some(packet), "voice is taken in order"),
            None => left.extend_from_slice(message.framed),
        }
    }
    let has_rest = left.len() > batch.time_stamp().len();
    assert_eq!(games, has_rest.then_some(left), "what is left goes on in order");
}

fn check_varint(bytes: &[u8]) {
    if let Some((number, _)) = varint::read(bytes) {
        let mut shortest = Vec::new();
        varint::write(number, &mut shortest);
        assert_eq!(varint::read(&shortest), Some((number, shortest.len())), "what is written can be read");
    }
}

fn drain(parts: &mut MessageParts) {
    parts.take_violation();
    while let Some((part, bytes)) = parts.pop() {
        assert!(!matches!(part, MessagePart::Voice(_)) || bytes.len() <= VOICE_BYTES_MAX);
    }
}

/// The first byte selects the server's settings.
fn voice_only(bytes: &[u8]) -> MirrorVoiceOnly {
    let first = bytes.first().copied().unwrap_or_default();
    MirrorVoiceOnly::new(VoiceOnlySettings {
        online_scene: (first & 8 != 0).then(|| "Online".to_owned()),
        credentials: (first & 16 != 0).then(credentials),
        pong_interval_max: (first & 32 != 0).then(|| Duration::from_millis(100)),
        ..VoiceOnlySettings::default()
    })
}

/// The second byte selects the client's settings.
fn client_settings(bytes: &[u8]) -> ClientSettings {
    let second = bytes.get(1).copied().unwrap_or_default();
    let versions = [
        Version::BeforeBatches,
        Version::V42,
        Version::V81,
        Version::V82_4,
        Version::V82_6,
        Version::V78_2_1,
    ];
    ClientSettings {
        version: versions[usize::from(second) % versions.len()],
        credentials: (second & 64 != 0).then(credentials),
        waits_for_scene: second & 128 != 0,
        ..ClientSettings::default()
    }
}

fn credentials() -> Credentials {
    Credentials::new("user", "password").expect("both are short")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mirror::{Dialect, Framing, MessageKind, VoiceType};

    #[test]
    fn the_body_takes_batches_of_all_dialects_for_all_places() {
        for version in [Version::BeforeBatches, Version::V42, Version::V78_2_1, Version::V81, Version::V82_6]
        {
            let dialect = Dialect::new(version, VoiceType::STOCK);
            for place in 0..=255 {
                let mut bytes = Vec::new();
                for _ in 0..2 {
                    let mut batch = Vec::new();
                    dialect.begin_batch(1.0, &mut batch);
                    dialect.write_voice(b"voice", &mut batch).expect("it is short");
                    if dialect.framing() != Framing::Bare {
                        dialect.write_message(MessageKind::Ready, &[], &mut batch);
                    }
                    bytes.extend([place, batch.len() as u8]);
                    bytes.extend(batch);
                }
                mirror_messages(&bytes);
            }
        }
    }
}
