//! Errors in received packets and in packets to be written.

use crate::{ClientId, RoomId};

/// Why bytes are not a packet. The fault is the sender's: count it and drop the packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// The first two bytes are not the protocol's magic number: not a packet of this protocol.
    #[error("not a voice packet: it begins with {found:#06x} instead of {:#06x}", crate::MAGIC)]
    BadMagic {
        /// The two bytes, big-endian.
        found: u16,
    },
    /// The message type is none of the eleven.
    #[error("unknown message type {found}")]
    UnknownType {
        /// The type byte.
        found: u8,
    },
    /// The packet ends early, or a length or count inside it is too large.
    #[error("the packet ends within its {reading}: {missing} more bytes expected")]
    Truncated {
        /// The field that did not fit.
        reading: &'static str,
        /// How many bytes more that field would have needed; for a list at least this many.
        missing: usize,
    },
    /// A required string is absent.
    #[error("the packet has no {what}")]
    Missing {
        /// The field.
        what: &'static str,
    },
    /// A handshake response lists one client id twice.
    #[error("the roster lists client {id} twice")]
    DuplicateClient {
        /// The repeated id.
        id: ClientId,
    },
    /// A handshake response has members for a room that it does not name.
    #[error("the roster has members for room {room} but not its name")]
    UnnamedRoom {
        /// The room without a name.
        room: RoomId,
    },
}

impl ParseError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadMagic { .. } => "bad-magic",
            Self::UnknownType { .. } => "unknown-type",
            Self::Truncated { .. } => "truncated",
            Self::Missing { .. } => "missing",
            Self::DuplicateClient { .. } => "duplicate-client",
            Self::UnnamedRoom { .. } => "unnamed-room",
        }
    }
}

/// Why a packet cannot be written. The caller is at fault. The buffer then holds an incomplete packet: do not send it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The buffer is too small.
    #[error("the packet needs at least {needed} bytes but its buffer has {capacity}")]
    BufferFull {
        /// Bytes needed up to and including the field that did not fit; the whole packet may need more.
        needed: usize,
        /// Bytes the buffer has.
        capacity: usize,
    },
    /// A list has more items than its count field can hold.
    #[error("{count} {what} are too many for one packet: at most {limit} fit")]
    TooManyItems {
        /// The list.
        what: &'static str,
        /// Items given.
        count: usize,
        /// Items allowed.
        limit: usize,
    },
    /// A string or a piece of bytes is longer than its length prefix, or the packet's limit, can take.
    #[error("the {what} has {bytes} bytes: at most {limit} fit")]
    TooLong {
        /// The field.
        what: &'static str,
        /// Bytes given.
        bytes: usize,
        /// Bytes allowed.
        limit: usize,
    },
}

impl WriteError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BufferFull { .. } => "buffer-full",
            Self::TooManyItems { .. } => "too-many-items",
            Self::TooLong { .. } => "too-long",
        }
    }
}
