//! No envelope: each message is a voice packet.

use std::time::Instant;

use consonance_transport::{Delivery, PacketLimits};

use crate::{Channel, ClientEnvelope, Envelope, EnvelopeKind, MessageParts, VoiceChannels};

/// Each message is a voice packet, on the channel for its delivery and on no other.
#[derive(Clone, Copy, Debug)]
pub struct BareEnvelope {
    /// The channel of reliable packets.
    pub reliable: Channel,
    /// The channel of unreliable packets.
    pub unreliable: Channel,
}

impl BareEnvelope {
    fn sort(self, channel: Channel, message: &[u8], parts: &mut MessageParts) {
        if channel == self.reliable {
            parts.voice(Delivery::Reliable, message);
        } else if channel == self.unreliable {
            parts.voice(Delivery::Unreliable, message);
        }
    }

    fn put(self, delivery: Delivery, packet: &[u8], message: &mut Vec<u8>) -> Channel {
        message.extend_from_slice(packet);
        let Self { reliable, unreliable } = self;
        VoiceChannels { reliable, unreliable }.channel_for(delivery)
    }
}

impl Envelope for BareEnvelope {
    fn handle_from_client(
        &mut self,
        _now: Instant,
        channel: Channel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        self.sort(channel, message, parts);
    }

    fn wrap(
        &mut self,
        _now: Instant,
        delivery: Delivery,
        packet: &[u8],
        message: &mut Vec<u8>,
    ) -> Option<Channel> {
        Some(self.put(delivery, packet, message))
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

    fn handle_message(&mut self, _now: Instant, channel: Channel, message: &[u8], parts: &mut MessageParts) {
        self.sort(channel, message, parts);
    }

    fn wrap(
        &mut self,
        _now: Instant,
        delivery: Delivery,
        packet: &[u8],
        message: &mut Vec<u8>,
    ) -> Option<Channel> {
        Some(self.put(delivery, packet, message))
    }

    fn limits(&self, messages: PacketLimits) -> PacketLimits {
        messages
    }
}
