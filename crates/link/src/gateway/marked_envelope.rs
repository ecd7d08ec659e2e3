//! An envelope of one byte, for networks with one way for everything.

use std::time::Instant;

use crate::gateway::{
    ClientEnvelope, Envelope, EnvelopeEnd, EnvelopeKind, MessageChannel, MessageParts, VoiceChannels,
};
use crate::{Delivery, PacketLimits};

/// Each message is a byte for the delivery of a voice packet (0 reliable, 1 unreliable), and the packet. So packets
/// may be empty although messages must not be, and the delivery is known although channels are not reported.
#[derive(Clone, Copy, Debug)]
pub struct MarkedEnvelope(pub VoiceChannels);

const MARK_OF_RELIABLE: u8 = 0;
const MARK_OF_UNRELIABLE: u8 = 1;

impl MarkedEnvelope {
    fn sort(message: &[u8], parts: &mut MessageParts) {
        match message {
            [MARK_OF_RELIABLE, packet @ ..] => parts.voice(Delivery::Reliable, packet),
            [MARK_OF_UNRELIABLE, packet @ ..] => parts.voice(Delivery::Unreliable, packet),
            _ => parts.violation("a message does not say how its packet travels"),
        }
    }

    fn limits_within(messages: PacketLimits) -> PacketLimits {
        PacketLimits {
            reliable_bytes: messages.reliable_bytes.saturating_sub(1),
            unreliable_bytes: messages.unreliable_bytes.saturating_sub(1),
        }
    }
}

impl EnvelopeEnd for MarkedEnvelope {
    fn wrap(
        &mut self,
        _now: Instant,
        delivery: Delivery,
        packet: &[u8],
        message: &mut Vec<u8>,
    ) -> Option<MessageChannel> {
        message.push(match delivery {
            Delivery::Reliable => MARK_OF_RELIABLE,
            Delivery::Unreliable => MARK_OF_UNRELIABLE,
        });
        message.extend_from_slice(packet);
        Some(self.0.channel_for(delivery))
    }
}

impl Envelope for MarkedEnvelope {
    fn handle_from_client(
        &mut self,
        _now: Instant,
        _channel: MessageChannel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        Self::sort(message, parts);
    }
}

impl EnvelopeKind for MarkedEnvelope {
    type Envelope = Self;

    fn open(&mut self, _now: Instant) -> Self {
        *self
    }

    fn limits(&self, messages: PacketLimits) -> PacketLimits {
        Self::limits_within(messages)
    }
}

impl ClientEnvelope for MarkedEnvelope {
    fn handle_connected(&mut self, _now: Instant, _parts: &mut MessageParts) {}

    fn handle_message(
        &mut self,
        _now: Instant,
        _channel: MessageChannel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        Self::sort(message, parts);
    }

    fn limits(&self, messages: PacketLimits) -> PacketLimits {
        Self::limits_within(messages)
    }
}
