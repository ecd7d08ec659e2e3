//! The roster and each client's rooms: `ClientState`, `DeltaChannelState`, `RemoveClient`.

use crate::{
    ClientId, CodecParameters, List, ListItem, MessageType, PacketHeader, ParseError, Reader, SessionId,
    WireStr, WriteError, Writer,
};

/// A client in the roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RosterEntry<'a> {
    /// Its name, unique in the session. None is possible on the wire, but no honest peer sends it.
    pub name: Option<WireStr<'a>>,
    /// Its id.
    pub id: ClientId,
    /// The codec of its voice.
    pub codec: CodecParameters,
}

impl<'a> ListItem<'a> for RosterEntry<'a> {
    fn read(reader: &mut Reader<'a>, _: &'static str) -> Result<Self, ParseError> {
        Ok(Self {
            name: reader.string("client name")?,
            id: ClientId(reader.u16("client id")?),
            codec: CodecParameters::read(reader)?,
        })
    }

    fn write(self, writer: &mut Writer<'_>, _: &'static str) -> Result<(), WriteError> {
        writer.string(self.name, "client name")?;
        writer.u16(self.id.0)?;
        self.codec.write(writer)
    }
}

/// A client and all the rooms it listens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientState<'a> {
    /// The session.
    pub session: SessionId,
    /// The client.
    pub client: RosterEntry<'a>,
    /// The names of the rooms it listens to.
    pub rooms: List<'a, Option<WireStr<'a>>>,
}

impl<'a> ClientState<'a> {
    /// Parses what follows the header; also returns the bytes behind the body. A body that ends before its number of
    /// rooms, or within it, has no rooms, as for originals since 9.0.8.
    ///
    /// # Errors
    /// [`ParseError::Truncated`].
    pub fn parse_body(session: SessionId, body: &'a [u8]) -> Result<(Self, &'a [u8]), ParseError> {
        let mut reader = Reader::new(body);
        let client = RosterEntry::read(&mut reader, CLIENT)?;
        if reader.rest().len() < ROOM_COUNT_BYTES {
            return Ok((Self { session, client, rooms: List::default() }, &[]));
        }
        let rooms = reader.list16(ROOM_NAMES)?;
        Ok((Self { session, client, rooms }, reader.rest()))
    }

    /// Writes the packet, header included.
    ///
    /// # Errors
    /// Any [`WriteError`].
    pub fn write(&self, writer: &mut Writer<'_>) -> Result<(), WriteError> {
        Self::write_before_rooms(writer, self.session, &self.client, self.rooms.len())?;
        self.rooms.write(writer, ROOM_NAMES)
    }

    /// Writes the packet, header included, with room names from any iterator, without collecting them first.
    ///
    /// # Errors
    /// Any [`WriteError`].
    pub fn write_with_rooms<'r>(
        writer: &mut Writer<'_>,
        session: SessionId,
        client: &RosterEntry<'_>,
        rooms: impl ExactSizeIterator<Item = &'r str>,
    ) -> Result<(), WriteError> {
        Self::write_before_rooms(writer, session, client, rooms.len())?;
        for room in rooms {
            writer.string(Some(WireStr::from(room)), ROOM_NAME)?;
        }
        Ok(())
    }

    fn write_before_rooms(
        writer: &mut Writer<'_>,
        session: SessionId,
        client: &RosterEntry<'_>,
        room_count: usize,
    ) -> Result<(), WriteError> {
        PacketHeader::write(MessageType::ClientState, session, writer)?;
        client.write(writer, CLIENT)?;
        writer.count16(room_count, ROOM_NAMES)
    }
}

/// A client has started or stopped listening to a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeltaChannelState<'a> {
    /// The session.
    pub session: SessionId,
    /// True if it began to listen. Any byte but 0 is read as true.
    pub joined: bool,
    /// The client.
    pub id: ClientId,
    /// The room's name. A parsed packet always has one: the original refuses it without.
    pub room: Option<WireStr<'a>>,
}

impl<'a> DeltaChannelState<'a> {
    /// Parses what follows the header; also returns the bytes behind the body.
    ///
    /// # Errors
    /// [`ParseError::Truncated`], or [`ParseError::Missing`] if the room has no name.
    pub fn parse_body(session: SessionId, body: &'a [u8]) -> Result<(Self, &'a [u8]), ParseError> {
        let mut reader = Reader::new(body);
        let joined = reader.u8("joined flag")? != 0;
        let id = ClientId(reader.u16("client id")?);
        let room = reader.string(ROOM_NAME)?;
        if room.is_none() {
            return Err(ParseError::Missing { what: ROOM_NAME });
        }
        Ok((Self { session, joined, id, room }, reader.rest()))
    }

    /// Writes the packet, header included.
    ///
    /// # Errors
    /// Any [`WriteError`].
    pub fn write(&self, writer: &mut Writer<'_>) -> Result<(), WriteError> {
        PacketHeader::write(MessageType::DeltaChannelState, self.session, writer)?;
        writer.u8(u8::from(self.joined))?;
        writer.u16(self.id.0)?;
        writer.string(self.room, ROOM_NAME)
    }
}

/// A client has left the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoveClient {
    /// The session.
    pub session: SessionId,
    /// The client; its id may be given to another at once.
    pub id: ClientId,
}

impl RemoveClient {
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
        PacketHeader::write(MessageType::RemoveClient, self.session, writer)?;
        writer.u16(self.id.0)
    }
}

const ROOM_COUNT_BYTES: usize = 2;
const CLIENT: &str = "client";
const ROOM_NAME: &str = "room name";
const ROOM_NAMES: &str = "room names";
