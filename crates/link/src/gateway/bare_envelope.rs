//! No envelope: each message is a voice packet.

use std::time::Instant;

use crate::gateway::{
    ClientEnvelope, Envelope, EnvelopeEnd, EnvelopeKind, MessageChannel, MessageParts, VoiceChannels,
};
use crate::{Delivery, PacketLimits};

/// Each message is a voice packet, on the channel for its delivery and on no other.
#[derive(Clone, Copy, Debug)]
pub struct BareEnvelope(pub VoiceChannels);

impl BareEnvelope {
    fn sort(self, channel: MessageChannel, message: &[u8], parts: &mut MessageParts) {
        let Self(channels) = self;
        if [channels.reliable, channels.unreliable].contains(&channel) {
            parts.voice(channels.delivery_of(channel), message);
        }
    }
}

impl EnvelopeEnd for BareEnvelope {
    fn wrap(
        &mut self,
        _now: Instant,
        delivery: Delivery,
        packet: &[u8],
        message: &mut Vec<u8>,
    ) -> Option<MessageChannel> {
        message.extend_from_slice(packet);
        Some(self.0.channel_for(delivery))
    }
}

impl Envelope for BareEnvelope {
    fn handle_from_client(
        &mut self,
        _now: Instant,
        channel: MessageChannel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        self.sort(channel, message, parts);
    }
}

impl EnvelopeKind for BareEnvelope {
    type Envelope = Self;

    fn open(&mut self, _now: Instant) -> Self {
        *self
    }

    fn limits(&self, messages: PacketLimits) -> PacketLimits {
        messages
    }
}

impl ClientEnvelope for BareEnvelope {
    fn handle_connected(&mut self, _now: Instant, _parts: &mut MessageParts) {}

    fn handle_message(
        &mut self,
        _now: Instant,
        channel: MessageChannel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        self.sort(channel, message, parts);
    }

    fn limits(&self, messages: PacketLimits) -> PacketLimits {
        messages
    }
}
