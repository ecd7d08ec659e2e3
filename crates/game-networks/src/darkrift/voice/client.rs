//! A player of ours in a session of a game on DarkRift.

use std::time::Instant;

use consonance_link::gateway::{ClientEnvelope, EnvelopeEnd, MessageChannel, MessageParts};
use consonance_link::{Delivery, PacketLimits};

use crate::darkrift::voice::{DarkRiftMessage, DarkRiftVoiceSettings, Layout, STOCK_CHANNELS, VoiceDialect};

/// The envelope of a client. A client sends first, so it must know the dialect in advance.
#[derive(Clone, Copy, Debug)]
pub struct DarkRiftVoiceClient {
    to_server: VoiceDialect,
    settings: DarkRiftVoiceSettings,
}

impl DarkRiftVoiceClient {
    /// A client whose voice has this tag and this layout to the server, and `tag_to_client` (or the same) back.
    pub fn new(tag_to_server: u16, tag_to_client: Option<u16>, layout: Layout) -> Self {
        let settings = DarkRiftVoiceSettings {
            tag_to_server: Some(tag_to_server),
            tag_to_client,
            layout,
            channels: STOCK_CHANNELS,
        };
        Self { to_server: VoiceDialect { tag: tag_to_server, layout }, settings }
    }
}

impl EnvelopeEnd for DarkRiftVoiceClient {
    fn wrap(
        &mut self,
        _now: Instant,
        delivery: Delivery,
        packet: &[u8],
        message: &mut Vec<u8>,
    ) -> Option<MessageChannel> {
        self.to_server.write(packet, message);
        Some(self.settings.channels.channel_for(delivery))
    }
}

impl ClientEnvelope for DarkRiftVoiceClient {
    fn handle_connected(&mut self, _now: Instant, _parts: &mut MessageParts) {}

    fn handle_message(
        &mut self,
        _now: Instant,
        channel: MessageChannel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        let dialect = self.settings.to_client(self.to_server);
        let packet = DarkRiftMessage::parse(message).and_then(|message| dialect.voice_packet(&message));
        if let Some(packet) = packet {
            parts.voice(self.settings.channels.delivery_of(channel), packet);
        }
    }

    fn limits(&self, messages: PacketLimits) -> PacketLimits {
        self.settings.limits(messages)
    }
}
