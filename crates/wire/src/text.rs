//! `TextData`: a text message to a room or a player.

use crate::{
    ClientId, MessageType, PacketHeader, ParseError, Reader, RoomId, SessionId, WireStr, WriteError, Writer,
};

/// A text message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextData<'a> {
    /// The session.
    pub session: SessionId,
    /// The recipient.
    pub recipient: TextRecipient,
    /// The sender.
    pub sender: ClientId,
    /// The text.
    pub text: Option<WireStr<'a>>,
}

/// The recipient of a text message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TextRecipient {
    /// All listeners of a room.
    Room(RoomId),
    /// One player.
    Player(ClientId),
    /// Neither: the message is malformed, though its bytes can be read.
    Unknown {
        /// The recipient type; 2 or more.
        kind: u8,
        /// The recipient's id, whatever it means.
        id: u16,
    },
}

impl<'a> TextData<'a> {
    /// Parses what follows the header; also returns the bytes behind the body.
    ///
    /// # Errors
    /// [`ParseError::Truncated`].
    pub fn parse_body(session: SessionId, body: &'a [u8]) -> Result<(Self, &'a [u8]), ParseError> {
        let mut reader = Reader::new(body);
        let kind = reader.u8("recipient type")?;
        let sender = ClientId(reader.u16("sender id")?);
        let recipient = TextRecipient::from_wire(kind, reader.u16("recipient id")?);
        let text = reader.string(TEXT)?;
        Ok((Self { session, recipient, sender, text }, reader.rest()))
    }

    /// Writes the packet, header included.
    ///
    /// # Errors
    /// Any [`WriteError`].
    pub fn write(&self, writer: &mut Writer<'_>) -> Result<(), WriteError> {
        let (kind, id) = self.recipient.to_wire();
        PacketHeader::write(MessageType::TextData, self.session, writer)?;
        writer.u8(kind)?;
        writer.u16(self.sender.0)?;
        writer.u16(id)?;
        writer.string(self.text, TEXT)
    }
}

impl TextRecipient {
    const fn from_wire(kind: u8, id: u16) -> Self {
        match kind {
            0 => Self::Room(RoomId(id)),
            1 => Self::Player(ClientId(id)),
            _ => Self::Unknown { kind, id },
        }
    }

    const fn to_wire(self) -> (u8, u16) {
        match self {
            Self::Room(RoomId(id)) => (0, id),
            Self::Player(ClientId(id)) => (1, id),
            Self::Unknown { kind, id } => (kind, id),
        }
    }
}

const TEXT: &str = "text";
