//! The packets for joining: `HandshakeRequest`, `HandshakeResponse`, `ErrorWrongSession`, `HandshakeP2P`.

mod response;

pub use response::{HandshakeResponse, RoomMembers};

use crate::{
    ClientId, CodecParameters, MessageType, PacketHeader, ParseError, Reader, SessionId, WireStr, WriteError,
    Writer,
};

/// A client's request to be admitted. The one packet without a session id: the client does not know it yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandshakeRequest<'a> {
    /// The codec of the client's voice.
    pub codec: CodecParameters,
    /// The client's name; servers ignore a request without one.
    pub name: Option<WireStr<'a>>,
}

impl<'a> HandshakeRequest<'a> {
    /// Parses the body, which follows the header; also returns the bytes behind it.
    ///
    /// # Errors
    /// [`ParseError::Truncated`].
    pub fn parse_body(body: &'a [u8]) -> Result<(Self, &'a [u8]), ParseError> {
        let mut reader = Reader::new(body);
        let codec = CodecParameters::read(&mut reader)?;
        let name = reader.string("player name")?;
        Ok((Self { codec, name }, reader.rest()))
    }

    /// Writes the packet, header included.
    ///
    /// # Errors
    /// Any [`WriteError`].
    pub fn write(&self, writer: &mut Writer<'_>) -> Result<(), WriteError> {
        PacketHeader::write_without_session(MessageType::HandshakeRequest, writer)?;
        self.codec.write(writer)?;
        writer.string(self.name, "player name")
    }
}

/// The server's answer to a packet of another session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorWrongSession {
    /// The session that the server is in.
    pub session: SessionId,
}

impl ErrorWrongSession {
    /// Parses what follows the header, of which nothing belongs to the body: all of it is returned.
    ///
    /// # Errors
    /// None; the result is there because every packet's `parse_body` has one.
    pub const fn parse_body(session: SessionId, body: &[u8]) -> Result<(Self, &[u8]), ParseError> {
        Ok((Self { session }, body))
    }

    /// Writes the packet, header included.
    ///
    /// # Errors
    /// [`WriteError::BufferFull`].
    pub fn write(&self, writer: &mut Writer<'_>) -> Result<(), WriteError> {
        PacketHeader::write(MessageType::ErrorWrongSession, self.session, writer)
    }
}

/// A client's introduction on a direct link to another client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandshakeP2P {
    /// The session.
    pub session: SessionId,
    /// The client that sent this.
    pub id: ClientId,
}

impl HandshakeP2P {
    /// Parses what follows the header; also returns the bytes behind the body.
    ///
    /// # Errors
    /// [`ParseError::Truncated`].
    pub fn parse_body(session: SessionId, body: &[u8]) -> Result<(Self, &[u8]), ParseError> {
        let mut reader = Reader::new(body);
        let id = ClientId(reader.u16("client id")?);
        Ok((Self { session, id }, reader.rest()))
    }

    /// Writes the packet, header included.
    ///
    /// # Errors
    /// [`WriteError::BufferFull`].
    pub fn write(&self, writer: &mut Writer<'_>) -> Result<(), WriteError> {
        PacketHeader::write(MessageType::HandshakeP2P, self.session, writer)?;
        writer.u16(self.id.0)
    }
}
