//! Magic, message type, session id: enough to route a packet without parsing the rest.

use crate::{ParseError, Reader, SessionId, WriteError, Writer};

/// The first two bytes of every packet, big-endian.
pub const MAGIC: u16 = 0x8BC7;

/// The types of the eleven packets, with their numbers on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum MessageType {
    /// [`crate::ClientState`]
    ClientState = 1,
    /// [`crate::VoiceData`]
    VoiceData = 2,
    /// [`crate::TextData`]
    TextData = 3,
    /// [`crate::HandshakeRequest`]
    HandshakeRequest = 4,
    /// [`crate::HandshakeResponse`]
    HandshakeResponse = 5,
    /// [`crate::ErrorWrongSession`]
    ErrorWrongSession = 6,
    /// [`crate::ServerRelay`], to be passed on reliably
    ServerRelayReliable = 7,
    /// [`crate::ServerRelay`], to be passed on unreliably
    ServerRelayUnreliable = 8,
    /// [`crate::DeltaChannelState`]
    DeltaChannelState = 9,
    /// [`crate::RemoveClient`]
    RemoveClient = 10,
    /// [`crate::HandshakeP2P`]
    HandshakeP2P = 11,
}

impl MessageType {
    /// The type of a packet, from its first three bytes; the rest is not read.
    ///
    /// # Errors
    /// [`ParseError::BadMagic`], [`ParseError::UnknownType`], or [`ParseError::Truncated`].
    #[inline]
    pub fn peek(packet: &[u8]) -> Result<Self, ParseError> {
        Self::read(&mut Reader::new(packet))
    }

    /// The type with this number, if there is one.
    #[inline]
    pub const fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            1 => Self::ClientState,
            2 => Self::VoiceData,
            3 => Self::TextData,
            4 => Self::HandshakeRequest,
            5 => Self::HandshakeResponse,
            6 => Self::ErrorWrongSession,
            7 => Self::ServerRelayReliable,
            8 => Self::ServerRelayUnreliable,
            9 => Self::DeltaChannelState,
            10 => Self::RemoveClient,
            11 => Self::HandshakeP2P,
            _ => return None,
        })
    }

    /// Whether a session id follows the type: in every packet but the handshake request.
    #[inline]
    pub(crate) const fn has_session(self) -> bool {
        !matches!(self, Self::HandshakeRequest)
    }

    #[inline]
    fn read(reader: &mut Reader<'_>) -> Result<Self, ParseError> {
        let magic = reader.u16("magic number")?;
        if magic != MAGIC {
            return Err(ParseError::BadMagic { found: magic });
        }
        let byte = reader.u8("message type")?;
        Self::from_byte(byte).ok_or(ParseError::UnknownType { found: byte })
    }
}

/// The header that every packet begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PacketHeader {
    /// The type of the packet.
    pub message: MessageType,
    /// The session it belongs to; none in a handshake request, always present in the others.
    pub session: Option<SessionId>,
}

impl PacketHeader {
    /// The header of a packet, and the body behind it.
    ///
    /// # Errors
    /// [`ParseError::BadMagic`], [`ParseError::UnknownType`], or [`ParseError::Truncated`].
    #[inline]
    pub fn parse(packet: &[u8]) -> Result<(Self, &[u8]), ParseError> {
        let mut reader = Reader::new(packet);
        let message = MessageType::read(&mut reader)?;
        let session = if message.has_session() { Some(SessionId(reader.u32("session id")?)) } else { None };
        Ok((Self { message, session }, reader.rest()))
    }

    /// Writes the header of a packet within a session.
    #[inline]
    pub(crate) fn write(
        message: MessageType,
        session: SessionId,
        writer: &mut Writer<'_>,
    ) -> Result<(), WriteError> {
        Self::write_without_session(message, writer)?;
        writer.u32(session.0)
    }

    /// Writes the part of the header that a handshake request has.
    #[inline]
    pub(crate) fn write_without_session(
        message: MessageType,
        writer: &mut Writer<'_>,
    ) -> Result<(), WriteError> {
        writer.u16(MAGIC)?;
        writer.u8(message as u8)
    }
}
