//! A game whose messages are voice if they begin with a mark.

use std::time::Instant;

use consonance_link::gateway::memory::{RELIABLE, UNRELIABLE};
use consonance_link::gateway::{Envelope, EnvelopeEnd, EnvelopeKind, MessageChannel, MessageParts};
use consonance_link::{Delivery, PacketLimits};

#[derive(Clone, Copy, Debug)]
pub(crate) struct MarkedEnvelope;

/// The first byte of voice.
pub(crate) const MARK: u8 = b'V';
/// A message with which a client breaks a rule.
pub(crate) const BAD: &[u8] = b"!";

/// A voice packet as a game message.
pub(crate) fn voice(packet: &[u8]) -> Vec<u8> {
    [&[MARK], packet].concat()
}

impl EnvelopeEnd for MarkedEnvelope {
    fn wrap(
        &mut self,
        _now: Instant,
        delivery: Delivery,
        packet: &[u8],
        message: &mut Vec<u8>,
    ) -> Option<MessageChannel> {
        message.push(MARK);
        message.extend_from_slice(packet);
        Some(if delivery == Delivery::Reliable { RELIABLE } else { UNRELIABLE })
    }
}

impl Envelope for MarkedEnvelope {
    fn handle_from_client(
        &mut self,
        _now: Instant,
        channel: MessageChannel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        match message {
            [MARK, packet @ ..] if channel == UNRELIABLE => parts.voice(Delivery::Unreliable, packet),
            [MARK, packet @ ..] => parts.voice(Delivery::Reliable, packet),
            BAD => parts.violation("malformed message"),
            _ => parts.to_game(channel, message),
        }
    }
}

impl EnvelopeKind for MarkedEnvelope {
    type Envelope = Self;

    fn open(&mut self, _now: Instant) -> Self {
        *self
    }

    fn limits(&self, messages: PacketLimits) -> PacketLimits {
        PacketLimits {
            reliable_bytes: messages.reliable_bytes - 1,
            unreliable_bytes: messages.unreliable_bytes - 1,
        }
    }
}
