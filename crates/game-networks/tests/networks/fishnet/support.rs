//! Test bytes, and the output of envelopes for them.

use consonance_game_networks::fishnet::{BroadcastKey, STOCK_CHANNELS, write_voice};
use consonance_link::gateway::{MessageChannel, MessagePart, MessageParts, VoiceChannels};

pub(crate) const RELIABLE: MessageChannel = MessageChannel(2);
pub(crate) const UNRELIABLE: MessageChannel = MessageChannel(256);

/// The handshake of a player called Bob.
pub(crate) const HANDSHAKE: &str = "8bc7 04 01 00000780 0000bb80 0004 426f62";

/// Decodes hexadecimal digits; spaces are ignored.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()
}

/// The output of an envelope: parts in order, and the protocol violation, if any.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) parts: Vec<(MessagePart, Vec<u8>)>,
    pub(crate) violation: Option<&'static str>,
}

/// Collects an envelope's output.
pub(crate) fn made(make: impl FnOnce(&mut MessageParts)) -> Made {
    let mut buffer = MessageParts::default();
    make(&mut buffer);
    let violation = buffer.take_violation();
    let mut parts = Vec::new();
    while let Some((part, bytes)) = buffer.pop() {
        parts.push((part, bytes.to_vec()));
    }
    Made { parts, violation }
}

/// A payload with this tick and these packets.
pub(crate) fn payload(tick: u32, packets: &[&[u8]]) -> Vec<u8> {
    [&tick.to_le_bytes()[..], &packets.concat()].concat()
}

/// The broadcast of a voice packet with these bytes after the magic bytes.
pub(crate) fn voice(bytes: &[u8]) -> Vec<u8> {
    let mut broadcast = Vec::new();
    write_voice(BroadcastKey::VOICE, &packet(bytes), &mut broadcast);
    broadcast
}

/// A voice packet with these bytes after the magic bytes.
pub(crate) fn packet(bytes: &[u8]) -> Vec<u8> {
    [&[0x8b, 0xc7], bytes].concat()
}

#[test]
fn channels_are_those_of_our_network() {
    assert_eq!(STOCK_CHANNELS, VoiceChannels { reliable: RELIABLE, unreliable: UNRELIABLE });
}
