//! Voice taken out of a game's traffic on its way to the game's server.

use std::time::Instant;

use consonance_link::gateway::{
    Envelope, EnvelopeEnd, EnvelopeKind, MessageChannel, MessagePart, MessageParts, VoiceChannels,
};
use consonance_link::{Delivery, PacketLimits};

use crate::mirror::channels::{STOCK_CHANNELS, voice_limits};
use crate::mirror::{Dialect, MirrorBatch, MirrorMessage, VoiceType};

/// Properties of the game that a proxy has to know.
#[derive(Clone, Debug)]
pub struct ProxySettings {
    /// The voice message's type.
    pub voice_type: VoiceType,
    /// The channels that carry voice.
    pub channels: VoiceChannels,
    /// The dialect of all clients. `None` detects it for each, which takes their first ping.
    pub dialect: Option<Dialect>,
}

impl Default for ProxySettings {
    fn default() -> Self {
        Self { voice_type: VoiceType::default(), channels: STOCK_CHANNELS, dialect: None }
    }
}

/// Envelopes of the connections of a proxy.
///
/// Towards the game, voice messages are taken out of each batch, and the rest goes on as a batch with the same time
/// stamp on the same channel; a batch without voice, and whatever cannot be read, goes on byte for byte. What comes
/// from the game goes on untouched.
///
/// Before v81 messages do not tell their lengths: a batch in which there is one of the game's own goes on whole then,
/// with any voice that is in it.
#[derive(Debug)]
pub struct MirrorProxy {
    settings: ProxySettings,
}

impl MirrorProxy {
    /// Envelopes with these settings for all connections.
    pub fn new(settings: ProxySettings) -> Self {
        Self { settings }
    }
}

impl EnvelopeKind for MirrorProxy {
    type Envelope = MirrorProxiedConnection;

    fn open(&mut self, _now: Instant) -> MirrorProxiedConnection {
        MirrorProxiedConnection {
            settings: self.settings.clone(),
            dialect: self.settings.dialect,
            takes_voice: false,
            games_seconds: 0.0,
        }
    }

    fn limits(&self, messages: PacketLimits) -> PacketLimits {
        voice_limits(messages)
    }
}

/// One connection of a proxy.
#[derive(Debug)]
pub struct MirrorProxiedConnection {
    settings: ProxySettings,
    dialect: Option<Dialect>,
    /// A voice message has come, so one is understood there.
    takes_voice: bool,
    /// The latest time stamp that the game's server has put on a batch.
    games_seconds: f64,
}

impl MirrorProxiedConnection {
    /// The client's dialect, once it is known.
    pub fn dialect(&self) -> Option<Dialect> {
        self.dialect
    }

    fn detect(&mut self, message: &[u8]) -> Option<Dialect> {
        if self.dialect.is_none() {
            self.dialect = Dialect::detect(message, self.settings.voice_type);
            if let Some(dialect) = self.dialect {
                tracing::debug!(%dialect, "a Mirror client's dialect is known");
            }
        }
        self.dialect
    }
}

impl EnvelopeEnd for MirrorProxiedConnection {
    fn wrap(
        &mut self,
        _now: Instant,
        delivery: Delivery,
        packet: &[u8],
        message: &mut Vec<u8>,
    ) -> Option<MessageChannel> {
        let dialect =
            self.dialect.filter(|_| self.takes_voice && packet.len() <= crate::mirror::VOICE_BYTES_MAX)?;
        dialect.begin_batch(self.games_seconds, message);
        dialect.write_voice(packet, message)?;
        Some(self.settings.channels.channel_for(delivery))
    }
}

impl Envelope for MirrorProxiedConnection {
    fn handle_from_client(
        &mut self,
        _now: Instant,
        channel: MessageChannel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        let dialect = self.detect(message);
        let found = dialect.and_then(|dialect| Some((dialect, batch_with_voice(dialect, message)?)));
        let Some((dialect, batch)) = found else {
            parts.whole_to_game(channel, message);
            return;
        };
        self.takes_voice = true;
        let delivery = self.settings.channels.delivery_of(channel);
        let messages = || batch.messages(dialect).flatten();
        let is_the_games = |message: &MirrorMessage<'_>| dialect.voice_packet(message).is_none();
        for packet in messages().filter_map(|message| dialect.voice_packet(&message)) {
            parts.voice(delivery, packet);
        }
        if messages().any(|message| is_the_games(&message)) {
            parts.write(MessagePart::ToGame(channel), |rest| {
                rest.extend_from_slice(batch.time_stamp());
                messages().filter(is_the_games).for_each(|message| rest.extend_from_slice(message.framed));
            });
        }
    }

    fn handle_from_game(
        &mut self,
        _now: Instant,
        channel: MessageChannel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        let seconds = self
            .dialect
            .and_then(|dialect| MirrorBatch::parse(dialect.framing(), message).ok()?.seconds())
            .filter(|seconds| seconds.is_finite());
        self.games_seconds = seconds.map_or(self.games_seconds, |seconds| self.games_seconds.max(seconds));
        parts.whole_to_client(channel, message);
    }
}

/// The batch, if it can be read to its end and there is voice in it.
fn batch_with_voice(dialect: Dialect, bytes: &[u8]) -> Option<MirrorBatch<'_>> {
    let batch = MirrorBatch::parse(dialect.framing(), bytes).ok()?;
    let mut has_voice = false;
    for message in batch.messages(dialect) {
        has_voice |= dialect.voice_packet(&message.ok()?).is_some();
    }
    has_voice.then_some(batch)
}
