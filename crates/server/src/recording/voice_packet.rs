//! The voice packet in what a client sent.

use consonance_wire::{MessageType, Packet, VoiceData};

/// The voice packet that a client sent, on its own or in a relay.
pub(crate) fn voice_of(packet: &[u8]) -> Option<(&[u8], VoiceData<'_>)> {
    match Packet::parse(packet).ok()? {
        Packet::VoiceData(voice) => Some((packet, voice)),
        Packet::ServerRelayUnreliable(relay) | Packet::ServerRelayReliable(relay)
            if MessageType::peek(relay.packet) == Ok(MessageType::VoiceData) =>
        {
            match Packet::parse(relay.packet).ok()? {
                Packet::VoiceData(voice) => Some((relay.packet, voice)),
                _ => None,
            }
        }
        _ => None,
    }
}
