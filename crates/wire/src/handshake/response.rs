//! `HandshakeResponse`, and the roster that older servers put into it.

use crate::{
    ClientId, List, ListItem, MessageType, PacketHeader, ParseError, Reader, RoomId, RosterEntry, SessionId,
    WireStr, WriteError, Writer,
};

/// The server let a client in.
///
/// Current servers leave all three lists empty and send a [`crate::ClientState`] per client instead.
/// A parsed body is consistent: no client id twice, no room without a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandshakeResponse<'a> {
    /// The session the client is in now.
    pub session: SessionId,
    /// The id that the server gave it.
    pub id: ClientId,
    /// Everyone in the session, their rooms excepted.
    pub clients: List<'a, RosterEntry<'a>>,
    /// The names of all rooms that have listeners.
    pub room_names: List<'a, Option<WireStr<'a>>>,
    /// The listeners of each of those rooms.
    pub room_members: List<'a, RoomMembers<'a>>,
}

impl<'a> HandshakeResponse<'a> {
    /// Parses what follows the header; also returns the bytes behind the body.
    ///
    /// # Errors
    /// [`ParseError::Truncated`], [`ParseError::DuplicateClient`], [`ParseError::UnnamedRoom`].
    pub fn parse_body(session: SessionId, body: &'a [u8]) -> Result<(Self, &'a [u8]), ParseError> {
        let mut reader = Reader::new(body);
        let response = Self {
            session,
            id: ClientId(reader.u16("client id")?),
            clients: reader.list16(CLIENTS)?,
            room_names: reader.list16(ROOM_NAMES)?,
            room_members: reader.list16(ROOM_MEMBERS)?,
        };
        if !response.clients.is_empty() {
            response.check_clients()?;
        }
        if !response.room_members.is_empty() {
            response.check_rooms()?;
        }
        Ok((response, reader.rest()))
    }

    /// Writes the packet, header included. Whether the lists are consistent is the caller's business.
    ///
    /// # Errors
    /// Any [`WriteError`].
    pub fn write(&self, writer: &mut Writer<'_>) -> Result<(), WriteError> {
        PacketHeader::write(MessageType::HandshakeResponse, self.session, writer)?;
        writer.u16(self.id.0)?;
        writer.count16(self.clients.len(), CLIENTS)?;
        self.clients.write(writer, CLIENTS)?;
        writer.count16(self.room_names.len(), ROOM_NAMES)?;
        self.room_names.write(writer, ROOM_NAMES)?;
        writer.count16(self.room_members.len(), ROOM_MEMBERS)?;
        self.room_members.write(writer, ROOM_MEMBERS)
    }

    fn check_clients(&self) -> Result<(), ParseError> {
        let mut seen = Set16::new();
        match self.clients.iter().find(|client| !seen.insert(client.id.0)) {
            Some(client) => Err(ParseError::DuplicateClient { id: client.id }),
            None => Ok(()),
        }
    }

    fn check_rooms(&self) -> Result<(), ParseError> {
        let mut named = Set16::new();
        for name in self.room_names.iter().flatten() {
            named.insert(RoomId::of_utf16(name.encode_utf16()).0);
        }
        match self.room_members.iter().find(|members| !named.contains(members.room.0)) {
            Some(members) => Err(ParseError::UnnamedRoom { room: members.room }),
            None => Ok(()),
        }
    }
}

/// A room and the clients that listen to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomMembers<'a> {
    /// The room.
    pub room: RoomId,
    /// Its listeners, 255 at most.
    pub clients: List<'a, ClientId>,
}

impl<'a> ListItem<'a> for RoomMembers<'a> {
    fn read(reader: &mut Reader<'a>, _: &'static str) -> Result<Self, ParseError> {
        Ok(Self { room: RoomId(reader.u16("room id")?), clients: reader.list8(ROOM_MEMBERS)? })
    }

    fn write(self, writer: &mut Writer<'_>, what: &'static str) -> Result<(), WriteError> {
        writer.u16(self.room.0)?;
        writer.count8(self.clients.len(), what)?;
        self.clients.write(writer, what)
    }
}

const CLIENTS: &str = "clients";
const ROOM_NAMES: &str = "room names";
const ROOM_MEMBERS: &str = "room members";

/// A set of 16-bit numbers as one bit each: 8 KB of stack, and a hostile list costs no more per item than an
/// honest one.
struct Set16([u64; 1024]);

impl Set16 {
    const fn new() -> Self {
        Self([0; 1024])
    }

    /// Returns whether the number was not there yet.
    fn insert(&mut self, number: u16) -> bool {
        let was_there = self.contains(number);
        self.0[Self::word(number)] |= Self::bit(number);
        !was_there
    }

    const fn contains(&self, number: u16) -> bool {
        self.0[Self::word(number)] & Self::bit(number) != 0
    }

    const fn word(number: u16) -> usize {
        (number >> 6) as usize
    }

    const fn bit(number: u16) -> u64 {
        1 << (number & 63)
    }
}
