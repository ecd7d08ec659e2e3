//! Voice in the messages of games on Forge Networking Remastered.
//!
//! A message is a frame's group, four bytes, little-endian, and a payload. Voice packets are the payloads of four
//! groups, two each way; of each two, integrations send one and understand both. Everything else is the game's.
//!
//! ```text
//! message   [group i32] [voice packet]
//!   to the server    57 729 876 voice, 57 729 877 system
//!   to clients       57 729 878 voice, 57 729 879 system
//! ```
//!
//! [`ForgeVoice`] is the envelope of a server for voice only, [`ForgeVoiceClient`] that of a player of ours in a game
//! of a stock host. A game may have other groups ([`VoiceGroups`]). Nothing here has a socket or a clock.

use std::time::Instant;

use consonance_link::gateway::{
    ClientEnvelope, Envelope, EnvelopeEnd, EnvelopeKind, MessageChannel, MessageParts, VoiceChannels,
};
use consonance_link::{Delivery, PacketLimits};
use consonance_settings::settings;

settings! {
    /// The groups of voice: a game may have changed them, in its settings of the voice component.
    #[derive(Copy, Debug, PartialEq, Eq)]
    pub struct VoiceGroups {
        /// The group of voice to the server, if the game changes it.
        ///
        /// Understood, never sent.
        pub voice_to_server: i32 as voice_to_server_group = 57_729_876, 0..=2_147_483_647;
        /// The group of other messages to the server.
        ///
        /// Voice is understood there, too, and that of clients of ours is sent there.
        pub system_to_server: i32 as system_to_server_group = 57_729_877, 0..=2_147_483_647;
        /// The group of voice to clients.
        ///
        /// Understood, never sent.
        pub voice_to_client: i32 as voice_to_client_group = 57_729_878, 0..=2_147_483_647;
        /// The group of other messages to clients.
        ///
        /// Voice is sent there.
        pub system_to_client: i32 as system_to_client_group = 57_729_879, 0..=2_147_483_647;
    }
}

/// Forge tells reliable and unreliable, and knows no more channels.
const CHANNELS: VoiceChannels = VoiceChannels { reliable: MessageChannel(0), unreliable: MessageChannel(1) };

/// The envelope of a server for voice only.
#[derive(Clone, Copy, Debug, Default)]
pub struct ForgeVoice {
    groups: VoiceGroups,
}

impl ForgeVoice {
    /// For a game with these groups.
    pub fn new(groups: VoiceGroups) -> Self {
        Self { groups }
    }
}

impl EnvelopeEnd for ForgeVoice {
    fn wrap(
        &mut self,
        _now: Instant,
        delivery: Delivery,
        packet: &[u8],
        message: &mut Vec<u8>,
    ) -> Option<MessageChannel> {
        Some(put(self.groups.system_to_client, delivery, packet, message))
    }
}

impl Envelope for ForgeVoice {
    fn handle_from_client(
        &mut self,
        _now: Instant,
        channel: MessageChannel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        let understood = [self.groups.system_to_server, self.groups.voice_to_server];
        sort(understood, channel, message, parts);
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

/// The envelope of a player of ours in a game of a stock host.
#[derive(Clone, Copy, Debug, Default)]
pub struct ForgeVoiceClient {
    groups: VoiceGroups,
}

impl ForgeVoiceClient {
    /// For a game with these groups.
    pub fn new(groups: VoiceGroups) -> Self {
        Self { groups }
    }
}

impl EnvelopeEnd for ForgeVoiceClient {
    fn wrap(
        &mut self,
        _now: Instant,
        delivery: Delivery,
        packet: &[u8],
        message: &mut Vec<u8>,
    ) -> Option<MessageChannel> {
        Some(put(self.groups.system_to_server, delivery, packet, message))
    }
}

impl ClientEnvelope for ForgeVoiceClient {
    fn handle_connected(&mut self, _now: Instant, _parts: &mut MessageParts) {}

    fn handle_message(
        &mut self,
        _now: Instant,
        channel: MessageChannel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        let understood = [self.groups.system_to_client, self.groups.voice_to_client];
        sort(understood, channel, message, parts);
    }

    fn limits(&self, messages: PacketLimits) -> PacketLimits {
        limits(messages)
    }
}

fn sort(understood: [i32; 2], channel: MessageChannel, message: &[u8], parts: &mut MessageParts) {
    let Some((group, packet)) = message.split_first_chunk() else { return };
    if understood.contains(&i32::from_le_bytes(*group)) {
        parts.voice(CHANNELS.delivery_of(channel), packet);
    }
}

fn put(group: i32, delivery: Delivery, packet: &[u8], message: &mut Vec<u8>) -> MessageChannel {
    message.extend_from_slice(&group.to_le_bytes());
    message.extend_from_slice(packet);
    CHANNELS.channel_for(delivery)
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
        let (mut server, mut client) = (ForgeVoice::default(), ForgeVoiceClient::default());
        let (mut parts, now) = (MessageParts::default(), Instant::now());
        let (mut up, mut down) = (Vec::new(), Vec::new());
        let channels = [
            client.wrap(now, Delivery::Unreliable, b"hello", &mut up),
            server.wrap(now, Delivery::Reliable, b"hello", &mut down),
        ];
        assert_eq!(channels, [Some(MessageChannel(1)), Some(MessageChannel(0))]);
        assert_eq!([up.as_slice(), &down], [b"\x55\xE3\x70\x03hello", b"\x57\xE3\x70\x03hello"]);
        for (group, is_voice) in [(0x54, true), (0x55, true), (0x56, false), (0x57, false)] {
            up[0] = group;
            server.handle_from_client(now, MessageChannel(1), &up, &mut parts);
            assert_eq!(parts.pop().is_some(), is_voice);
            client.handle_message(now, MessageChannel(1), &up, &mut parts);
            assert_eq!(parts.pop().is_some(), !is_voice);
        }
        server.handle_from_client(now, MessageChannel(0), b"abc", &mut parts);
        assert!(parts.is_empty(), "what is too short has no group");
    }
}
