//! Voice among the messages of a game's clients: for a voice-only server, and for a proxy.

use std::time::Instant;

use consonance_link::gateway::{
    Envelope, EnvelopeEnd, EnvelopeKind, MessageChannel, MessagePart, MessageParts,
};
use consonance_link::{Delivery, PacketLimits};

use crate::darkrift::voice::dialect::MAGIC;
use crate::darkrift::voice::{DarkRiftMessage, DarkRiftPing, DarkRiftVoiceSettings, Learned, VoiceDialect};

/// Envelopes of the connections from a game's clients.
#[derive(Debug)]
pub struct DarkRiftVoice {
    settings: DarkRiftVoiceSettings,
    learned: Learned,
    rest: Rest,
}

/// The handling of messages that are not voice.
#[derive(Clone, Copy, Debug)]
enum Rest {
    Answered,
    PassedOn,
}

impl DarkRiftVoice {
    /// For a voice-only server, which the game connects to beside its own. Messages of other tags are ignored, except
    /// that their pings are answered. A client that sends commands is disconnected, as by a stock server.
    pub fn voice_only(settings: DarkRiftVoiceSettings) -> Self {
        Self { settings, learned: Learned::default(), rest: Rest::Answered }
    }

    /// For a proxy: takes voice out of a game's traffic on its way to the game's server. Everything else goes
    /// on byte for byte, commands and pings included. Only messages whose tag, layout and first bytes all are
    /// those of voice are taken out.
    pub fn in_proxy(settings: DarkRiftVoiceSettings) -> Self {
        Self { settings, learned: Learned::default(), rest: Rest::PassedOn }
    }

    /// The dialect learned from clients, and contradictions to the settings; the returned value stays up to date.
    pub fn learned(&self) -> Learned {
        self.learned.clone()
    }
}

impl EnvelopeKind for DarkRiftVoice {
    type Envelope = DarkRiftVoiceConnection;

    fn open(&mut self, _now: Instant) -> DarkRiftVoiceConnection {
        DarkRiftVoiceConnection {
            settings: self.settings,
            dialect: self.settings.to_server(),
            learned: self.learned.clone(),
            rest: self.rest,
            has_begun: false,
        }
    }

    fn limits(&self, messages: PacketLimits) -> PacketLimits {
        self.settings.limits(messages)
    }
}

/// One connection from a game's client.
#[derive(Debug)]
pub struct DarkRiftVoiceConnection {
    settings: DarkRiftVoiceSettings,
    dialect: Option<VoiceDialect>,
    learned: Learned,
    rest: Rest,
    has_begun: bool,
}

impl EnvelopeEnd for DarkRiftVoiceConnection {
    fn wrap(
        &mut self,
        _now: Instant,
        delivery: Delivery,
        packet: &[u8],
        message: &mut Vec<u8>,
    ) -> Option<MessageChannel> {
        let to_server = self.dialect.or_else(|| self.learned.dialect())?;
        self.settings.to_client(to_server).write(packet, message);
        Some(self.settings.channels.channel_for(delivery))
    }
}

impl Envelope for DarkRiftVoiceConnection {
    fn handle_from_client(
        &mut self,
        _now: Instant,
        channel: MessageChannel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        let parsed = DarkRiftMessage::parse(message);
        let packet = parsed.and_then(|parsed| self.voice_packet(channel, &parsed));
        match (self.rest, packet) {
            (Rest::Answered, Some(packet)) => parts.voice(self.delivery_of(channel), packet),
            (Rest::Answered, None) => answer(channel, parsed, parts),
            (Rest::PassedOn, Some(packet)) if packet.starts_with(&MAGIC) => {
                parts.voice(self.delivery_of(channel), packet);
            }
            (Rest::PassedOn, _) => parts.whole_to_game(channel, message),
        }
    }
}

impl DarkRiftVoiceConnection {
    /// The voice packet in a message from the client; the first handshake tells what voice looks like.
    fn voice_packet<'a>(
        &mut self,
        channel: MessageChannel,
        message: &DarkRiftMessage<'a>,
    ) -> Option<&'a [u8]> {
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

    fn delivery_of(&self, channel: MessageChannel) -> Delivery {
        self.settings.channels.delivery_of(channel)
    }
}

/// Handles a message that no plugin of the game accepts, as a stock server does: answers pings, rejects commands.
fn answer(channel: MessageChannel, message: Option<DarkRiftMessage<'_>>, parts: &mut MessageParts) {
    match message {
        Some(DarkRiftMessage { is_command: true, .. }) => parts.violation("clients give no commands"),
        Some(message @ DarkRiftMessage { ping: Some(DarkRiftPing { code, is_answer: false }), .. }) => {
            let ping = Some(DarkRiftPing { code, is_answer: true });
            let answer = DarkRiftMessage { ping, body: &[], ..message };
            parts.write(MessagePart::ToClient(channel), |bytes| answer.write(bytes));
        }
        _ => {}
    }
}
