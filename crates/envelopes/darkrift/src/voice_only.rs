//! A server for voice only: the game connects to it beside its own server.

use std::time::Instant;

use consonance_gateway::{Channel, Envelope, EnvelopeKind, MessagePart, MessageParts};
use consonance_transport::{Delivery, PacketLimits};

use crate::{Learned, Message, Ping, VoiceDialect, VoiceSettings};

/// Envelopes of a voice-only server's connections.
///
/// Messages of other tags are ignored, except that their pings are answered. A client that sends commands is disconnected,
/// as by a stock server.
#[derive(Debug)]
pub struct DarkRiftVoiceOnly {
    settings: VoiceSettings,
    learned: Learned,
}

impl DarkRiftVoiceOnly {
    /// Envelopes with these settings for all connections.
    pub fn new(settings: VoiceSettings) -> Self {
        Self { settings, learned: Learned::default() }
    }

    /// What was learned from clients, now and later.
    pub fn learned(&self) -> Learned {
        self.learned.clone()
    }
}

impl EnvelopeKind for DarkRiftVoiceOnly {
    type Envelope = DarkRiftVoiceOnlyConnection;

    fn open(&mut self, _now: Instant) -> DarkRiftVoiceOnlyConnection {
        DarkRiftVoiceOnlyConnection(Speaker::new(self.settings, self.learned.clone()))
    }

    fn limits(&self, messages: PacketLimits) -> PacketLimits {
        self.settings.limits(messages)
    }
}

/// One connection of a voice-only server.
#[derive(Debug)]
pub struct DarkRiftVoiceOnlyConnection(Speaker);

impl Envelope for DarkRiftVoiceOnlyConnection {
    fn handle_from_client(
        &mut self,
        _now: Instant,
        channel: Channel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        let Some(message) = Message::parse(message) else { return };
        if message.is_command {
            parts.violation("clients give no commands");
        } else if let Some(packet) = self.0.voice_packet(channel, &message) {
            parts.voice(self.0.delivery_of(channel), packet);
        } else if let Some(Ping { code, is_answer: false }) = message.ping {
            let ping = Some(Ping { code, is_answer: true });
            let answer = Message { ping, body: &[], ..message };
            parts.write(MessagePart::ToClient(channel), |bytes| answer.write(bytes));
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

/// What is known about the voice of one connection.
#[derive(Debug)]
pub(crate) struct Speaker {
    settings: VoiceSettings,
    dialect: Option<VoiceDialect>,
    learned: Learned,
    has_begun: bool,
}

impl Speaker {
    pub(crate) fn new(settings: VoiceSettings, learned: Learned) -> Self {
        Self { settings, dialect: settings.to_server(), learned, has_begun: false }
    }

    /// The voice packet in a message from the client; the first handshake tells what voice looks like.
    pub(crate) fn voice_packet<'a>(&mut self, channel: Channel, message: &Message<'a>) -> Option<&'a [u8]> {
        if !self.has_begun
            && channel == self.settings.channels.reliable
            && let Some(seen) = VoiceDialect::learn(message)
        {
            self.has_begun = true;
            match self.dialect {
                Some(settled) if settled != seen => self.learned.note_contradiction(settled, seen),
                _ => {
                    self.dialect = Some(seen);
                    self.learned.note(seen);
                }
            }
        }
        self.dialect.or_else(|| self.learned.dialect())?.voice_packet(message)
    }

    pub(crate) fn delivery_of(&self, channel: Channel) -> Delivery {
        self.settings.channels.delivery_of(channel)
    }

    pub(crate) fn wrap(&self, delivery: Delivery, packet: &[u8], message: &mut Vec<u8>) -> Option<Channel> {
        let to_server = self.dialect.or_else(|| self.learned.dialect())?;
        self.settings.to_client(to_server).write(packet, message);
        Some(self.settings.channels.channel_for(delivery))
    }
}
