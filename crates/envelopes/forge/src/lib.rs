//! Where voice is in the messages of games on Forge Networking Remastered.
//!
//! A message is a frame's group, four bytes, little-endian, and a payload. Voice packets are the payloads of four groups, two
//! each way; of each two, integrations send one and understand both. Everything else is the game's.
//!
//! ```text
//! message   [group i32] [voice packet]
//!   to the server    57 729 876 voice, 57 729 877 system
//!   to clients       57 729 878 voice, 57 729 879 system
//! ```
//!
//! [`ForgeVoice`] is the envelope of a server for voice only, and of a player of ours in a game of a stock host. A game may
//! have other groups ([`VoiceGroups`]). Nothing here has a socket or a clock.

#![forbid(unsafe_code)]

use std::time::Instant;

use consonance_gateway::{Channel, ClientEnvelope, Envelope, EnvelopeKind, MessageParts};
use consonance_transport::{Delivery, PacketLimits};

/// The groups of voice: a game may have changed them, in its settings of the voice component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoiceGroups {
    /// Voice to the server: understood, never sent.
    pub voice_to_server: i32,
    /// Everything to the server, voice included.
    pub system_to_server: i32,
    /// Voice to clients: understood, never sent.
    pub voice_to_client: i32,
    /// Everything to clients, voice included.
    pub system_to_client: i32,
}

impl Default for VoiceGroups {
    /// Those of the stock integration.
    fn default() -> Self {
        Self {
            voice_to_server: 57_729_876,
            system_to_server: 57_729_877,
            voice_to_client: 57_729_878,
            system_to_client: 57_729_879,
        }
    }
}

/// The envelope at either end.
#[derive(Clone, Copy, Debug)]
pub struct ForgeVoice {
    groups: VoiceGroups,
    reliable: Channel,
    unreliable: Channel,
}

impl Default for ForgeVoice {
    fn default() -> Self {
        Self::new(VoiceGroups::default())
    }
}

impl ForgeVoice {
    /// For a game with these groups.
    pub fn new(groups: VoiceGroups) -> Self {
        Self { groups, reliable: Channel(0), unreliable: Channel(1) }
    }

    fn sort(self, understood: [i32; 2], channel: Channel, message: &[u8], parts: &mut MessageParts) {
        let Some((group, packet)) = message.split_first_chunk() else { return };
        if understood.contains(&i32::from_le_bytes(*group)) {
            let is_reliable = channel == self.reliable;
            parts.voice(if is_reliable { Delivery::Reliable } else { Delivery::Unreliable }, packet);
        }
    }

    fn put(self, group: i32, delivery: Delivery, packet: &[u8], message: &mut Vec<u8>) -> Channel {
        message.extend_from_slice(&group.to_le_bytes());
        message.extend_from_slice(packet);
        match delivery {
            Delivery::Reliable => self.reliable,
            Delivery::Unreliable => self.unreliable,
        }
    }
}

impl Envelope for ForgeVoice {
    fn handle_from_client(
        &mut self,
        _now: Instant,
        channel: Channel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        let understood = [self.groups.system_to_server, self.groups.voice_to_server];
        self.sort(understood, channel, message, parts);
    }

    fn wrap(
        &mut self,
        _now: Instant,
        delivery: Delivery,
        packet: &[u8],
        message: &mut Vec<u8>,
    ) -> Option<Channel> {
        Some(self.put(self.groups.system_to_client, delivery, packet, message))
    }
}

impl EnvelopeKind for ForgeVoice {
    type Envelope = Self;

    fn open(&mut self, _now: Instant) -> Self {
        *self
    }

    fn limits(&self, messages: PacketLimits) -> PacketLimits {
        limits(messages)
    }
}

impl ClientEnvelope for ForgeVoice {
    fn handle_connected(&mut self, _now: Instant, _parts: &mut MessageParts) {}

    fn handle_message(&mut self, _now: Instant, channel: Channel, message: &[u8], parts: &mut MessageParts) {
        let understood = [self.groups.system_to_client, self.groups.voice_to_client];
        self.sort(understood, channel, message, parts);
    }

    fn wrap(
        &mut self,
        _now: Instant,
        delivery: Delivery,
        packet: &[u8],
        message: &mut Vec<u8>,
    ) -> Option<Channel> {
        Some(self.put(self.groups.system_to_server, delivery, packet, message))
    }

    fn limits(&self, messages: PacketLimits) -> PacketLimits {
        limits(messages)
    }
}

fn limits(messages: PacketLimits) -> PacketLimits {
    let largest = |bytes: usize| bytes.saturating_sub(GROUP_BYTES).min(VOICE_BYTES_MAX);
    PacketLimits {
        reliable_bytes: largest(messages.reliable_bytes),
        unreliable_bytes: largest(messages.unreliable_bytes),
    }
}

const GROUP_BYTES: usize = 4;

/// The largest packet that stock integrations read, in bytes.
const VOICE_BYTES_MAX: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_groups_are_those_of_the_description() {
        let VoiceGroups { voice_to_server, system_to_server, voice_to_client, system_to_client } =
            VoiceGroups::default();
        assert_eq!(
            [voice_to_server, system_to_server, voice_to_client, system_to_client],
            [0x0370_E354, 0x0370_E355, 0x0370_E356, 0x0370_E357]
        );
    }

    #[test]
    fn each_end_understands_both_groups_and_sends_one() {
        let (mut voice, now) = (ForgeVoice::default(), Instant::now());
        let mut parts = MessageParts::default();
        let mut message = Vec::new();
        let channel = ClientEnvelope::wrap(&mut voice, now, Delivery::Unreliable, b"hello", &mut message);
        assert_eq!((channel, message.as_slice()), (Some(Channel(1)), b"\x55\xE3\x70\x03hello".as_slice()));
        for (group, is_voice) in [(0x54, true), (0x55, true), (0x56, false), (0x57, false)] {
            message[0] = group;
            voice.handle_from_client(now, Channel(1), &message, &mut parts);
            assert_eq!(parts.pop().is_some(), is_voice);
            voice.handle_message(now, Channel(1), &message, &mut parts);
            assert_eq!(parts.pop().is_some(), !is_voice);
        }
        voice.handle_from_client(now, Channel(0), b"abc", &mut parts);
        assert!(parts.is_empty(), "what is too short has no group");
    }
}
