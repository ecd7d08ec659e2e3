//! Batches as either side sends them, and an envelope's output for them.

use std::time::{Duration, Instant};

use consonance_game_networks::mirror::{Dialect, MessageKind, MirrorBatch, MirrorPing, Version, VoiceType};
use consonance_link::Delivery;
use consonance_link::gateway::{Envelope, MessageChannel, MessagePart, MessageParts};

pub(crate) const RELIABLE: MessageChannel = MessageChannel(0);
pub(crate) const UNRELIABLE: MessageChannel = MessageChannel(1);
pub(crate) const ALL_VERSIONS: [Version; 6] =
    [Version::BeforeBatches, Version::V42, Version::V78_2_1, Version::V81, Version::V82_4, Version::V82_6];

/// The output of an envelope: parts in order, and the protocol violation, if any.
#[derive(Debug, PartialEq)]
pub(crate) struct Made {
    pub(crate) parts: Vec<(MessagePart, Vec<u8>)>,
    pub(crate) violation: Option<&'static str>,
}

impl Made {
    /// The output of an envelope for this call with an empty `MessageParts`.
    pub(crate) fn by(act: impl FnOnce(&mut MessageParts)) -> Self {
        let mut buffer = MessageParts::default();
        act(&mut buffer);
        let violation = buffer.take_violation();
        let mut parts = Vec::new();
        while let Some((part, bytes)) = buffer.pop() {
            parts.push((part, bytes.to_vec()));
        }
        Self { parts, violation }
    }

    pub(crate) fn from_client(
        envelope: &mut impl Envelope,
        now: Instant,
        channel: MessageChannel,
        batch: &[u8],
    ) -> Self {
        Self::by(|parts| envelope.handle_from_client(now, channel, batch, parts))
    }

    pub(crate) fn voices(&self) -> Vec<(Delivery, &[u8])> {
        let voices = self.parts.iter().filter_map(|(part, bytes)| match part {
            MessagePart::Voice(delivery) => Some((*delivery, bytes.as_slice())),
            _ => None,
        });
        voices.collect()
    }

    pub(crate) fn is_nothing(&self) -> bool {
        self.parts.is_empty() && self.violation.is_none()
    }
}

pub(crate) fn dialect(version: Version) -> Dialect {
    Dialect::new(version, VoiceType::STOCK)
}

/// A batch of these messages.
pub(crate) fn batch(version: Version, seconds: f64, messages: &[(MessageKind, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    dialect(version).begin_batch(seconds, &mut bytes);
    for (kind, body) in messages {
        dialect(version).write_message(*kind, &[body], &mut bytes);
    }
    bytes
}

pub(crate) fn voice(version: Version, packet: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    dialect(version).begin_batch(1.0, &mut bytes);
    dialect(version).write_voice(packet, &mut bytes).expect("the packet is short enough");
    bytes
}

/// The body of a voice message.
pub(crate) fn voice_body(packet: &[u8]) -> Vec<u8> {
    [&(packet.len() as u16).to_le_bytes(), packet].concat()
}

/// The first ping of a client of this version, at 1 s on its clock.
pub(crate) fn ping(version: Version) -> Vec<u8> {
    let ping = if version.has_two_times() {
        MirrorPing::Times { local: 1.0, predicted: 1.5 }
    } else {
        MirrorPing::Time(1.0)
    };
    batch(version, 1.0, &[(MessageKind::Ping, ping.body().as_ref())])
}

/// The time stamp, kinds and bodies of a batch, which must all be known.
pub(crate) fn read(version: Version, bytes: &[u8]) -> (f64, Vec<(MessageKind, Vec<u8>)>) {
    let batch = MirrorBatch::parse(dialect(version).framing(), bytes).expect("there is a time stamp");
    let messages = batch.messages(dialect(version)).map(|message| {
        let message = message.expect("the batch is whole");
        (dialect(version).kind(message.id).expect("a known message"), message.body.to_vec())
    });
    (batch.seconds().unwrap_or_default(), messages.collect())
}

pub(crate) fn after(start: Instant, milliseconds: u64) -> Instant {
    start + Duration::from_millis(milliseconds)
}

/// A string in a body.
pub(crate) fn string(text: &str) -> Vec<u8> {
    [&(text.len() as u16 + 1).to_le_bytes(), text.as_bytes()].concat()
}
