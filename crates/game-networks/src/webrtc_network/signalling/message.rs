//! The messages of the signalling protocol: `type u8 | dataType u8 | connId i16 | [len u32 | data]`, little-endian.

use std::fmt;

/// The largest message, in bytes, as the stock signalling server has it.
pub const MESSAGE_BYTES_MAX: usize = 1024 * 1024;

/// The longest address, in UTF-16 code units, as the stock signalling server has it.
pub const ADDRESS_UNITS_MAX: usize = 256;

/// The version of the protocol that we speak; above 1, heartbeats are answered.
pub const VERSION: u8 = 2;

/// A peer's name for one of its signalling links.
///
/// A connector counts its own from 1; those of a listener's incoming links begin at 16384.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SignalLinkId(pub i16);

impl SignalLinkId {
    /// The placeholder for no link, in messages about listening.
    pub const NONE: Self = Self(-1);
    /// The first name of a listener's incoming links.
    pub const FIRST_INCOMING: Self = Self(16384);
}

/// One message in either direction.
#[derive(Clone, PartialEq, Eq)]
pub enum SignalMessage {
    /// On open, in both directions.
    Version(u8),
    /// Every 30 s from a client; the server echoes it.
    Heartbeat,
    /// Bytes or text over a link, without or with guaranteed delivery; here all are delivered.
    Relayed {
        /// Whether the sender asked for guaranteed delivery.
        is_reliable: bool,
        /// The link, by the reader's name for it.
        link: SignalLinkId,
        /// The payload.
        data: Data,
    },
    /// Anything else: an event of the network.
    Event {
        /// The kind of event.
        kind: SignalKind,
        /// The link that it concerns.
        link: SignalLinkId,
        /// An address, as a rule.
        data: Data,
    },
}

/// The events of the network, in the words of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignalKind {
    /// From a client: listen on this address. From the server: it listens.
    ServerInitialized,
    /// The address is taken, or cannot be one.
    ServerInitFailed,
    /// From a client: stop listening. From the server: it has stopped.
    ServerClosed,
    /// From a client: connect to this address. From the server: there is a link.
    NewConnection,
    /// No client listens there.
    ConnectionFailed,
    /// A link is dropped.
    Disconnected,
    /// The other side cannot go on.
    FatalError,
    /// A warning for a log.
    Warning,
    /// Something for a log.
    Log,
}

/// The payload of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// Nothing.
    None,
    /// Bytes.
    Bytes(Vec<u8>),
    /// Text as UTF-16, which may be no valid text: it comes from an unknown client and travels on unchanged.
    Utf16(Vec<u16>),
}

/// Why a message is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignalMessageError {
    /// It is incomplete.
    #[error("truncated signalling message")]
    Truncated,
    /// More follows than its length says.
    #[error("a signalling message is longer than its size field")]
    TooLong,
    /// Its type is none.
    #[error("unknown type {0} of a signalling message")]
    UnknownType(u8),
    /// Its kind of data is unknown.
    #[error("unknown kind of data {0} in a signalling message")]
    UnknownData(u8),
}

impl SignalMessageError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::TooLong => "too-long",
            Self::UnknownType(_) => "unknown-type",
            Self::UnknownData(_) => "unknown-data",
        }
    }
}

impl SignalMessage {
    /// A message without data.
    pub fn event(kind: SignalKind, link: SignalLinkId) -> Self {
        Self::Event { kind, link, data: Data::None }
    }

    /// A message with an address.
    pub fn address(kind: SignalKind, link: SignalLinkId, address: &str) -> Self {
        Self::Event { kind, link, data: Data::text(address) }
    }

    /// Reads one message, which must fill the bytes.
    ///
    /// # Errors
    ///
    /// If it is not a message.
    pub fn parse(bytes: &[u8]) -> Result<Self, SignalMessageError> {
        match bytes {
            [VERSION_TYPE, version] => return Ok(Self::Version(*version)),
            [HEARTBEAT_TYPE] => return Ok(Self::Heartbeat),
            [VERSION_TYPE | HEARTBEAT_TYPE, _, _, ..] => return Err(SignalMessageError::TooLong),
            _ => {}
        }
        let (&[kind, data_kind, low, high], rest) =
            bytes.split_first_chunk::<4>().ok_or(SignalMessageError::Truncated)?;
        let link = SignalLinkId(i16::from_le_bytes([low, high]));
        let data = Data::parse(data_kind, rest)?;
        match kind {
            UNRELIABLE_TYPE | RELIABLE_TYPE => {
                Ok(Self::Relayed { is_reliable: kind == RELIABLE_TYPE, link, data })
            }
            _ => {
                let known = EVENTS.iter().find(|(of, _)| *of == kind);
                let (_, kind) = known.ok_or(SignalMessageError::UnknownType(kind))?;
                Ok(Self::Event { kind: *kind, link, data })
            }
        }
    }

    /// The message's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let (kind, link, data) = match self {
            Self::Version(version) => return vec![VERSION_TYPE, *version],
            Self::Heartbeat => return vec![HEARTBEAT_TYPE],
            Self::Relayed { is_reliable: true, link, data } => (RELIABLE_TYPE, link, data),
            Self::Relayed { is_reliable: false, link, data } => (UNRELIABLE_TYPE, link, data),
            Self::Event { kind, link, data } => (kind.number(), link, data),
        };
        let [low, high] = link.0.to_le_bytes();
        let mut bytes = vec![kind, data.kind(), low, high];
        data.write(&mut bytes);
        bytes
    }
}

impl fmt::Debug for SignalMessage {
    /// Without what is relayed: offers and answers are long, and addresses of players are in them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => write!(f, "version {version}"),
            Self::Heartbeat => write!(f, "heartbeat"),
            Self::Relayed { link, data, .. } => write!(f, "{} relayed over {}", data.len(), link.0),
            Self::Event { kind, link, data } => {
                write!(f, "{kind:?} of {} with {:?}", link.0, data.to_text())
            }
        }
    }
}

impl SignalKind {
    fn number(self) -> u8 {
        EVENTS.iter().find(|(_, kind)| *kind == self).map_or(0, |(number, _)| *number)
    }
}

impl Data {
    /// Text.
    pub fn text(text: &str) -> Self {
        Self::Utf16(text.encode_utf16().collect())
    }

    /// The text, if it is one.
    pub fn to_text(&self) -> Option<String> {
        match self {
            Self::Utf16(units) => String::from_utf16(units).ok(),
            // Stock peers send text over links as bytes.
            Self::Bytes(bytes) if bytes.len().is_multiple_of(2) => String::from_utf16(&units_of(bytes)).ok(),
            Self::Bytes(_) | Self::None => None,
        }
    }

    /// How many bytes it has.
    pub fn len(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Bytes(bytes) => bytes.len(),
            Self::Utf16(units) => 2 * units.len(),
        }
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn parse(kind: u8, rest: &[u8]) -> Result<Self, SignalMessageError> {
        let unit_bytes = match kind {
            0 if rest.is_empty() => return Ok(Self::None),
            0 => return Err(SignalMessageError::TooLong),
            1 => 1,
            2 => 2,
            _ => return Err(SignalMessageError::UnknownData(kind)),
        };
        let (length, data) = rest.split_first_chunk().ok_or(SignalMessageError::Truncated)?;
        let length = u64::from(u32::from_le_bytes(*length)) * unit_bytes;
        match length.cmp(&(data.len() as u64)) {
            std::cmp::Ordering::Less => Err(SignalMessageError::TooLong),
            std::cmp::Ordering::Greater => Err(SignalMessageError::Truncated),
            std::cmp::Ordering::Equal if kind == 1 => Ok(Self::Bytes(data.to_vec())),
            std::cmp::Ordering::Equal => Ok(Self::Utf16(units_of(data))),
        }
    }

    fn kind(&self) -> u8 {
        match self {
            Self::None => 0,
            Self::Bytes(_) => 1,
            Self::Utf16(_) => 2,
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::None => {}
            Self::Bytes(bytes) => {
                out.extend((bytes.len() as u32).to_le_bytes());
                out.extend(bytes);
            }
            Self::Utf16(units) => {
                out.extend((units.len() as u32).to_le_bytes());
                out.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
            }
        }
    }
}

/// Text as the peers of a link exchange it: bytes that are UTF-16.
pub(crate) fn text_as_bytes(text: &str) -> Data {
    Data::Bytes(text.encode_utf16().flat_map(u16::to_le_bytes).collect())
}

fn units_of(bytes: &[u8]) -> Vec<u16> {
    bytes.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect()
}

const UNRELIABLE_TYPE: u8 = 1;
const RELIABLE_TYPE: u8 = 2;
const VERSION_TYPE: u8 = 201;
const HEARTBEAT_TYPE: u8 = 202;

const EVENTS: [(u8, SignalKind); 9] = [
    (3, SignalKind::ServerInitialized),
    (4, SignalKind::ServerInitFailed),
    (5, SignalKind::ServerClosed),
    (6, SignalKind::NewConnection),
    (7, SignalKind::ConnectionFailed),
    (8, SignalKind::Disconnected),
    (100, SignalKind::FatalError),
    (101, SignalKind::Warning),
    (102, SignalKind::Log),
];
