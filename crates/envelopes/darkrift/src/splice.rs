//! Voice taken out of a game's traffic on its way to the game's server.

use std::time::Instant;

use consonance_gateway::{Channel, Envelope, EnvelopeKind, MessageParts};
use consonance_transport::{Delivery, PacketLimits};

use crate::dialect::MAGIC;
use crate::voice_only::Speaker;
use crate::{Learned, Message, VoiceSettings};

/// Envelopes of the connections of a splice.
///
/// Everything but voice goes on byte for byte, commands and pings included. Only messages whose tag, layout and first bytes
/// all are those of voice are taken out.
#[derive(Debug)]
pub struct DarkRiftSplice {
    settings: VoiceSettings,
    learned: Learned,
}

impl DarkRiftSplice {
    /// Envelopes with these settings for all connections.
    pub fn new(settings: VoiceSettings) -> Self {
        Self { settings, learned: Learned::default() }
    }

    /// What was learned from clients, now and later.
    pub fn learned(&self) -> Learned {
        self.learned.clone()
    }
}

impl EnvelopeKind for DarkRiftSplice {
    type Envelope = DarkRiftSplicedConnection;

    fn open(&mut self, _now: Instant) -> DarkRiftSplicedConnection {
        DarkRiftSplicedConnection(Speaker::new(self.settings, self.learned.clone()))
    }

    fn limits(&self, messages: PacketLimits) -> PacketLimits {
        self.settings.limits(messages)
    }
}

/// One connection of a splice.
#[derive(Debug)]
pub struct DarkRiftSplicedConnection(Speaker);

impl Envelope for DarkRiftSplicedConnection {
    fn handle_from_client(
        &mut self,
        _now: Instant,
        channel: Channel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        let packet = Message::parse(message)
            .and_then(|message| self.0.voice_packet(channel, &message))
            .filter(|packet| packet.starts_with(&MAGIC));
        match packet {
            Some(packet) => parts.voice(self.0.delivery_of(channel), packet),
            None => parts.to_game(channel, message),
        }
    }

    fn wrap(
        &mut self,
        _now: Instant,
        delivery: Delivery,
        packet: &[u8],
        message: &mut Vec<u8>,
    ) -> Option<Channel> {
        self.0.wrap(delivery, packet, message)
    }
}
