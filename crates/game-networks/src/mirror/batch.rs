//! The unit that a transport carries: a time stamp and messages.

use crate::mirror::{
    Dialect, Framing, MessageId, MessageKind, PongForm, Version, VoiceType, text, varint, voice,
};

/// The contents of one transport message, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct MirrorBatch<'a> {
    /// Eight bytes, or none before batches.
    time_stamp: &'a [u8],
    messages: &'a [u8],
}

/// One message of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MirrorMessage<'a> {
    /// The message's type.
    pub id: MessageId,
    /// The message's content.
    pub body: &'a [u8],
    /// All its bytes in the batch: length if there is one, id and body.
    pub framed: &'a [u8],
}

/// Why a batch cannot be read, or not to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MirrorBatchError {
    /// There is no room for a time stamp.
    #[error("a batch of {bytes} bytes is shorter than its time stamp; check that the peer speaks Mirror")]
    TooShort {
        /// How many bytes there are.
        bytes: usize,
    },
    /// A message is longer than what is left, or shorter than its id.
    #[error("a message in the batch is cut off; check that the peer speaks Mirror v81 or later")]
    CutOff,
    /// Without lengths, nothing behind a message that is not known can be found.
    #[error("message {:#06x} has an unknown length; Mirror v81 and later state it", id.0)]
    UnknownLength {
        /// The message's type.
        id: MessageId,
    },
}

impl MirrorBatchError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooShort { .. } => "too-short",
            Self::CutOff => "cut-off",
            Self::UnknownLength { .. } => "unknown-length",
        }
    }
}

impl<'a> MirrorBatch<'a> {
    /// Takes the time stamp off, where there is one.
    ///
    /// # Errors
    /// If it is cut off.
    pub fn parse(framing: Framing, bytes: &'a [u8]) -> Result<Self, MirrorBatchError> {
        if framing == Framing::Bare {
            return Ok(Self { time_stamp: &[], messages: bytes });
        }
        let (time_stamp, messages) =
            bytes.split_at_checked(8).ok_or(MirrorBatchError::TooShort { bytes: bytes.len() })?;
        Ok(Self { time_stamp, messages })
    }

    /// Seconds of the sender's clock, whatever its bytes say; before batches there were none.
    pub fn seconds(&self) -> Option<f64> {
        self.time_stamp.try_into().ok().map(f64::from_le_bytes)
    }

    /// The bytes of the time stamp: eight, or none before batches.
    pub fn time_stamp(&self) -> &'a [u8] {
        self.time_stamp
    }

    /// The messages, in order. After an error there is nothing more.
    pub fn messages(&self, dialect: Dialect) -> MirrorMessages<'a> {
        MirrorMessages { dialect, rest: self.messages }
    }
}

/// The messages of a batch.
#[derive(Clone, Debug)]
pub struct MirrorMessages<'a> {
    dialect: Dialect,
    rest: &'a [u8],
}

impl<'a> Iterator for MirrorMessages<'a> {
    type Item = Result<MirrorMessage<'a>, MirrorBatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let message = self.read();
        self.rest = match message {
            Ok(message) => &self.rest[message.framed.len()..],
            Err(_) => &[],
        };
        Some(message)
    }
}

impl<'a> MirrorMessages<'a> {
    /// The message in front.
    fn read(&self) -> Result<MirrorMessage<'a>, MirrorBatchError> {
        let (prefix_bytes, bytes) = match self.dialect.framing() {
            Framing::Prefixed => {
                let (length, prefix_bytes) = varint::read(self.rest).ok_or(MirrorBatchError::CutOff)?;
                let length = usize::try_from(length).map_err(|_| MirrorBatchError::CutOff)?;
                (prefix_bytes, self.rest[prefix_bytes..].get(..length).ok_or(MirrorBatchError::CutOff)?)
            }
            Framing::Unprefixed | Framing::Bare => (0, self.rest),
        };
        let (id, body) = bytes.split_first_chunk().ok_or(MirrorBatchError::CutOff)?;
        let id = MessageId(u16::from_le_bytes(*id));
        let body = match self.dialect.framing() {
            Framing::Prefixed | Framing::Bare => body,
            Framing::Unprefixed => {
                let length = body_bytes(self.dialect, id, body);
                let length = length.ok_or(MirrorBatchError::UnknownLength { id })?;
                body.get(..length).ok_or(MirrorBatchError::CutOff)?
            }
        };
        Ok(MirrorMessage { id, body, framed: &self.rest[..prefix_bytes + 2 + body.len()] })
    }
}

/// Whether bytes can be a batch with lengths, of any game: for networks that have to guess where a batch begins.
///
/// The time stamp is a time, and there is at least one message, and the messages fill the batch.
pub fn looks_like_batch(bytes: &[u8]) -> bool {
    let dialect = Dialect::new(Version::NEWEST, VoiceType::STOCK);
    let Ok(batch) = MirrorBatch::parse(Framing::Prefixed, bytes) else { return false };
    let is_a_time = batch.seconds().is_some_and(|seconds| seconds.is_finite() && seconds >= 0.0);
    let mut messages = batch.messages(dialect).peekable();
    is_a_time && messages.peek().is_some() && messages.all(|message| message.is_ok())
}

/// How long the body in front of `bytes` is in versions without lengths, for messages of which that can be told.
///
/// Commands are not among them: the function's width changed over the versions.
fn body_bytes(dialect: Dialect, id: MessageId, bytes: &[u8]) -> Option<usize> {
    match dialect.kind(id)? {
        MessageKind::Voice => voice::bytes_of(bytes),
        MessageKind::Ready | MessageKind::NotReady | MessageKind::AddPlayer | MessageKind::TimeSnapshot => {
            Some(0)
        }
        MessageKind::Scene => Some(text::bytes_of(bytes)? + 2),
        MessageKind::Ping => Some(8),
        MessageKind::Pong => Some(match dialect.pong_form() {
            PongForm::EchoAndTime => 16,
            PongForm::Echo => 8,
            PongForm::Either => bytes.len().clamp(8, 16),
        }),
        MessageKind::ObjectDestroy | MessageKind::ObjectHide => Some(4),
        MessageKind::AuthRequest => {
            let user_bytes = text::bytes_of(bytes)?;
            Some(user_bytes + text::bytes_of(&bytes[user_bytes..])?)
        }
        MessageKind::AuthResponse => Some(1 + text::bytes_of(bytes.get(1..)?)?),
        MessageKind::Command
        | MessageKind::Rpc
        | MessageKind::Spawn
        | MessageKind::ObjectSpawnStarted
        | MessageKind::ObjectSpawnFinished
        | MessageKind::EntityState
        | MessageKind::ChangeOwner => None,
    }
}

impl Dialect {
    /// The voice packet that a message holds, if it is a voice message and well-formed.
    pub fn voice_packet<'a>(self, message: &MirrorMessage<'a>) -> Option<&'a [u8]> {
        let is_voice = self.kind(message.id) == Some(MessageKind::Voice);
        is_voice.then(|| voice::read(message.body)).flatten()
    }

    /// Appends the beginning of a batch: the time stamp, in seconds of our clock. Where there are no batches, nothing.
    ///
    /// Without batches, one message may follow, and no more.
    pub fn begin_batch(self, seconds: f64, batch: &mut Vec<u8>) {
        if self.framing() != Framing::Bare {
            batch.extend_from_slice(&seconds.to_le_bytes());
        }
    }

    /// Appends a message to a batch that was begun. Its body is given in pieces.
    pub fn write_message(self, kind: MessageKind, body: &[&[u8]], batch: &mut Vec<u8>) {
        if self.framing() == Framing::Prefixed {
            let body_bytes: usize = body.iter().map(|piece| piece.len()).sum();
            varint::write(2 + body_bytes as u64, batch);
        }
        batch.extend_from_slice(&self.id(kind).0.to_le_bytes());
        for piece in body {
            batch.extend_from_slice(piece);
        }
    }

    /// Appends a voice message to a batch that was begun. The packet is at most
    /// [`VOICE_BYTES_MAX`](crate::mirror::VOICE_BYTES_MAX) long; `None`, and nothing appended, if it is longer.
    pub fn write_voice(self, packet: &[u8], batch: &mut Vec<u8>) -> Option<()> {
        let is_allowed = packet.len() <= voice::VOICE_BYTES_MAX;
        is_allowed.then(|| {
            self.write_message(MessageKind::Voice, &[&(packet.len() as u16).to_le_bytes(), packet], batch);
        })
    }
}
