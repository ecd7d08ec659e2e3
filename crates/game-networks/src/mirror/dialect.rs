//! Differences between Mirror's versions that concern voice, and their detection.

use std::fmt;

use crate::mirror::{IdHash, MessageId, MessageKind, MirrorBatch, PongForm};

/// The full name of the voice message's C# type in the integration that the asset store has.
pub const VOICE_TYPE: &str = "Dissonance.Integrations.MirrorIgnorance.DissonanceNetworkMessage";

/// The ids of the voice message, for each hash.
///
/// A fork of the integration has another namespace, and so other ids:
/// `Dissonance.Integrations.MirrorWTransport`, for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoiceType {
    times_31: MessageId,
    fnv_1a: MessageId,
}

impl VoiceType {
    /// The ids of [`VOICE_TYPE`].
    pub const STOCK: Self = Self {
        times_31: MessageId::of_ascii(VOICE_TYPE, IdHash::Times31),
        fnv_1a: MessageId::of_ascii(VOICE_TYPE, IdHash::Fnv1a),
    };

    /// The ids of a type with this full name, such as [`VOICE_TYPE`].
    pub fn new(type_name: &str) -> Self {
        Self {
            times_31: MessageId::of(type_name, IdHash::Times31),
            fnv_1a: MessageId::of(type_name, IdHash::Fnv1a),
        }
    }

    fn id(self, hash: IdHash) -> MessageId {
        match hash {
            IdHash::Times31 => self.times_31,
            IdHash::Fnv1a => self.fnv_1a,
        }
    }
}

impl Default for VoiceType {
    fn default() -> Self {
        Self::STOCK
    }
}

/// Mirror's versions as far as they can be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// Before v42.2 (2021): each transport message is one message.
    BeforeBatches,
    /// v42.2 to v78.2.0: batches whose messages do not tell their lengths.
    V42,
    /// v78.2.1 to v80 (2023): pongs hold the ping's time and nothing else.
    V78_2_1,
    /// v81.0 to v82.3: messages tell their lengths; pings have one time.
    V81,
    /// v82.4 and v82.5: pings have two times.
    V82_4,
    /// v82.6 (September 2023) and later: ids by another hash.
    V82_6,
}

impl Version {
    /// The version of current games.
    pub const NEWEST: Self = Self::V82_6;

    /// The framing of messages in a batch.
    pub fn framing(self) -> Framing {
        match self {
            Self::BeforeBatches => Framing::Bare,
            Self::V42 | Self::V78_2_1 => Framing::Unprefixed,
            Self::V81 | Self::V82_4 | Self::V82_6 => Framing::Prefixed,
        }
    }

    /// The hash that ids are made with.
    pub fn hash(self) -> IdHash {
        match self {
            Self::BeforeBatches | Self::V42 | Self::V78_2_1 | Self::V81 | Self::V82_4 => IdHash::Times31,
            Self::V82_6 => IdHash::Fnv1a,
        }
    }

    /// The answer to a ping with one time.
    pub fn pong_form(self) -> PongForm {
        if self <= Self::V42 { PongForm::EchoAndTime } else { PongForm::Echo }
    }

    /// Whether pings have two times, and come ten times a second instead of every two seconds.
    pub fn has_two_times(self) -> bool {
        self >= Self::V82_4
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::BeforeBatches => "Mirror before v42.2",
            Self::V42 => "Mirror v42.2 to v78.2.0",
            Self::V78_2_1 => "Mirror v78.2.1 to v80",
            Self::V81 => "Mirror v81.0 to v82.3",
            Self::V82_4 => "Mirror v82.4 or v82.5",
            Self::V82_6 => "Mirror v82.6 or later",
        })
    }
}

/// The layout of messages in the data that a transport carries at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// `[time stamp f64]`, then `[length varint][id u16][body]` each; since v81.
    Prefixed,
    /// `[time stamp f64]`, then `[id u16][body]` each: an end that does not know a message cannot find the next one.
    Unprefixed,
    /// `[id u16][body]` and nothing else.
    Bare,
}

/// How to read one side's messages: framing, ids and pongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    framing: Framing,
    hash: IdHash,
    pong_form: PongForm,
    voice: MessageId,
}

impl Dialect {
    /// The dialect of a version.
    pub fn new(version: Version, voice_type: VoiceType) -> Self {
        Self::from_parts(version.framing(), version.hash(), version.pong_form(), voice_type)
    }

    /// Detects the dialect of the sender of these bytes, if possible: they must be readable to their end in one way,
    /// with at least one known message in them.
    ///
    /// Clients send a ping first, which is recognised in every dialect. Clients of v42.2 to v78.2.0 and of v78.2.1 to
    /// v80 send the same bytes: for both, the result is [`PongForm::Either`].
    pub fn detect(bytes: &[u8], voice_type: VoiceType) -> Option<Self> {
        CANDIDATES
            .iter()
            .map(|&(framing, hash, pong_form)| Self::from_parts(framing, hash, pong_form, voice_type))
            .find(|dialect| dialect.fits(bytes))
    }

    /// The framing of messages in a batch.
    pub fn framing(self) -> Framing {
        self.framing
    }

    /// How ids are made.
    pub fn hash(self) -> IdHash {
        self.hash
    }

    /// The answer to a ping with one time.
    pub fn pong_form(self) -> PongForm {
        self.pong_form
    }

    /// The kind of message that an id stands for, if it is known.
    pub fn kind(self, id: MessageId) -> Option<MessageKind> {
        if id == self.voice { Some(MessageKind::Voice) } else { MessageKind::of(id, self.hash) }
    }

    /// The id of a kind.
    pub fn id(self, kind: MessageKind) -> MessageId {
        kind.id(self.hash).unwrap_or(self.voice)
    }

    fn from_parts(framing: Framing, hash: IdHash, pong_form: PongForm, voice_type: VoiceType) -> Self {
        Self { framing, hash, pong_form, voice: voice_type.id(hash) }
    }

    fn fits(self, bytes: &[u8]) -> bool {
        let Ok(batch) = MirrorBatch::parse(self.framing, bytes) else { return false };
        let mut is_anything_known = false;
        for message in batch.messages(self) {
            let Ok(message) = message else { return false };
            is_anything_known |= self.kind(message.id).is_some();
        }
        is_anything_known
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match (self.framing, self.hash, self.pong_form) {
            (Framing::Prefixed, IdHash::Fnv1a, _) => "Mirror v82.6 or later",
            (Framing::Prefixed, IdHash::Times31, _) => "Mirror v81.0 to v82.5",
            (Framing::Unprefixed, _, PongForm::EchoAndTime) => "Mirror v42.2 to v78.2.0",
            (Framing::Unprefixed, _, PongForm::Echo) => "Mirror v78.2.1 to v80",
            (Framing::Unprefixed, _, PongForm::Either) => "Mirror v42.2 to v80",
            (Framing::Bare, _, _) => "Mirror before v42.2",
        })
    }
}

/// All combinations, the commonest first; ids by the newer hash came after lengths.
const CANDIDATES: [(Framing, IdHash, PongForm); 4] = [
    (Framing::Prefixed, IdHash::Fnv1a, PongForm::Echo),
    (Framing::Prefixed, IdHash::Times31, PongForm::Echo),
    (Framing::Unprefixed, IdHash::Times31, PongForm::Either),
    (Framing::Bare, IdHash::Times31, PongForm::EchoAndTime),
];
