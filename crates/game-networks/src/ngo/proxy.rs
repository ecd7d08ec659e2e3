//! Voice taken out of a game's traffic on its way to the game's server.

use std::time::Instant;

use consonance_link::gateway::{
    Envelope, EnvelopeEnd, EnvelopeKind, MessageChannel, MessagePart, MessageParts,
};
use consonance_link::{Delivery, PacketLimits};

use crate::ngo::batch::{NgoBatch, NgoBatchWriter, NgoMessage};
use crate::ngo::client::approval_in;
use crate::ngo::voice::{CHANNELS, NameHash, RELIABLE, VoiceDialect, VoiceName, voice_limits};

/// Envelopes of the connections of a proxy; there is nothing to set.
///
/// Voice messages are taken out of each batch, and the rest goes on as a batch on the same channel; a batch without
/// voice, and whatever cannot be read, goes on byte for byte. What the game's own server says under the name of voice
/// is taken out, too, and dropped: there is one voice server. Which number voice messages have is learned from that
/// server's approval, which passes through.
#[derive(Clone, Copy, Debug, Default)]
pub struct NgoProxy;

impl EnvelopeKind for NgoProxy {
    type Envelope = NgoProxiedConnection;

    fn open(&mut self, _now: Instant) -> NgoProxiedConnection {
        NgoProxiedConnection::default()
    }

    fn limits(&self, messages: PacketLimits) -> PacketLimits {
        voice_limits(messages)
    }
}

/// One connection of a proxy.
#[derive(Debug, Default)]
pub struct NgoProxiedConnection {
    /// Known when the game's server has approved the client.
    voice: Option<VoiceDialect>,
    /// How the client hashes names, from its first voice message.
    names: Option<NameHash>,
}

impl NgoProxiedConnection {
    fn learn(&mut self, channel: MessageChannel, batch: &NgoBatch<'_>) {
        if self.voice.is_none() && channel == RELIABLE {
            let approval = batch.messages().flatten().find_map(|message| approval_in(&message));
            self.voice = approval.and_then(|approval| VoiceDialect::new(&approval.types));
        }
    }
}

impl EnvelopeEnd for NgoProxiedConnection {
    fn wrap(
        &mut self,
        _now: Instant,
        delivery: Delivery,
        packet: &[u8],
        message: &mut Vec<u8>,
    ) -> Option<MessageChannel> {
        let (voice, names) = (self.voice?, self.names?);
        voice.write(VoiceName::ToClient, names, packet, message);
        Some(CHANNELS.channel_for(delivery))
    }
}

impl Envelope for NgoProxiedConnection {
    fn handle_from_client(
        &mut self,
        _now: Instant,
        channel: MessageChannel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        let Some((voice, batch)) =
            self.voice.and_then(|voice| Some((voice, batch_with_voice(&voice, message)?)))
        else {
            parts.whole_to_game(channel, message);
            return;
        };
        for message in batch.messages().flatten() {
            if let Some((VoiceName::ToServer, hash)) = voice.name_of(&message) {
                self.names = Some(hash);
                match VoiceDialect::packet(&message) {
                    Some(packet) => parts.voice(CHANNELS.delivery_of(channel), packet),
                    None => parts.violation("a voice message does not tell its own length"),
                }
            }
        }
        pass_rest_on(&voice, &batch, MessagePart::ToGame(channel), parts);
    }

    fn handle_from_game(
        &mut self,
        _now: Instant,
        channel: MessageChannel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        if self.voice.is_none()
            && let Ok(batch) = NgoBatch::parse(message)
        {
            self.learn(channel, &batch);
        }
        match self.voice.and_then(|voice| Some((voice, batch_with_voice(&voice, message)?))) {
            Some((voice, batch)) => pass_rest_on(&voice, &batch, MessagePart::ToClient(channel), parts),
            None => parts.whole_to_client(channel, message),
        }
    }
}

/// The batch, if it can be read to its end and there is voice in it.
fn batch_with_voice<'a>(voice: &VoiceDialect, bytes: &'a [u8]) -> Option<NgoBatch<'a>> {
    let batch = NgoBatch::parse(bytes).ok()?;
    let mut has_voice = false;
    for message in batch.messages() {
        has_voice |= voice.name_of(&message.ok()?).is_some();
    }
    has_voice.then_some(batch)
}

/// Passes the game's own messages of a batch on as a batch, if there are any.
fn pass_rest_on(voice: &VoiceDialect, batch: &NgoBatch<'_>, part: MessagePart, parts: &mut MessageParts) {
    let is_the_games = |message: &NgoMessage<'_>| voice.name_of(message).is_none();
    if !batch.messages().flatten().any(|message| is_the_games(&message)) {
        return;
    }
    parts.write(part, |bytes| {
        let mut rest = NgoBatchWriter::new(bytes);
        for message in batch.messages().flatten().filter(is_the_games) {
            rest.framed(&message);
        }
        rest.finish();
    });
}
