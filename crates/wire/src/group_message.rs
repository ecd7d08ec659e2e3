//! Messages between the members of an encrypted session's group and its delivery service.
//!
//! The group is an MLS group (RFC 9420), and the server is its delivery service (RFC 9750, section 5): it orders
//! commits and distributes Welcomes, but cannot read them. To the server, an MLS message is opaque bytes.
//!
//! Messages are longer than packets, so each is split into [parts](GroupPart), which are carried as [`Extension`]
//! describes, reliably and in order, between peers that have announced [`Capabilities::GROUPS`](crate::Capabilities).

mod from_member;
mod from_server;

use alloc::vec::Vec;

use crate::{
    ErrorWrongSession, Extension, ExtensionWriter, ParseError, Reader, SessionId, WireStr, WriteError, Writer,
};

pub use from_member::MemberMessage;
pub use from_server::{DeliveryMessage, ReportAnswer};

/// A part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupPart<'a> {
    /// It begins a message; an unfinished earlier message is discarded.
    pub is_first: bool,
    /// It ends a message.
    pub is_last: bool,
    /// The bytes.
    pub bytes: &'a [u8],
}

impl<'a> GroupPart<'a> {
    /// Bytes around a part in its packet: the header, the extension's mark and the item's head.
    pub const OVERHEAD_BYTES: usize = 7 + 2 + 3 + 1;

    /// The part behind an [`ErrorWrongSession`]; `None` if there is none.
    pub fn find(trailing: &'a [u8]) -> Option<Self> {
        Extension::find_item(trailing, GROUP_PART, |reader| {
            let flags = reader.u8(WHAT)?;
            let bytes = reader.take(reader.rest().len(), WHAT)?;
            let is = |flag| flags & flag != 0;
            Ok(Some(Self { is_first: is(FIRST), is_last: is(LAST), bytes }))
        })
    }

    /// Writes the whole packet: the [`ErrorWrongSession`] and the extension after it.
    ///
    /// # Errors
    /// [`WriteError::BufferFull`], or [`WriteError::TooLong`] for more bytes than an item holds.
    pub fn write(&self, session: SessionId, writer: &mut Writer<'_>) -> Result<(), WriteError> {
        ErrorWrongSession { session }.write(writer)?;
        let mut block = ExtensionWriter::begin(writer)?;
        let item = block.begin_item(GROUP_PART, 1 + self.bytes.len())?;
        item.u8(if self.is_first { FIRST } else { 0 } | if self.is_last { LAST } else { 0 })?;
        item.put(self.bytes)
    }

    /// The parts of a message, each of at most `most` bytes, which is at least 1.
    pub fn of(message: &'a [u8], most: usize) -> impl Iterator<Item = Self> {
        Self::of_piece(message, most, (true, true))
    }

    /// The parts of a piece of a message, which may begin or end the message. Parts may be of any length, so that
    /// several messages can share a piece.
    pub fn of_piece(
        piece: &'a [u8],
        most: usize,
        (begins, ends): (bool, bool),
    ) -> impl Iterator<Item = Self> {
        let most = most.max(1);
        let count = piece.len().div_ceil(most).max(1);
        (0..count).map(move |index| {
            let bytes = piece.get(index * most..).unwrap_or_default();
            Self {
                is_first: begins && index == 0,
                is_last: ends && index + 1 == count,
                bytes: bytes.get(..most).unwrap_or(bytes),
            }
        })
    }
}

/// A message for one player: a newcomer's key package, or the Welcome for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named<'a> {
    /// The player's name.
    pub name: WireStr<'a>,
    /// The MLS message.
    pub message: &'a [u8],
}

/// The rooms that originals listen to, so that voice to them is not encrypted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PlainRooms {
    /// The rooms with these ids, in order and each once; none in most sessions.
    Only(Vec<u16>),
    /// All rooms: there are more than [`PlainRooms::MAX`].
    All,
    /// None, since the session requires encryption.
    #[default]
    Never,
}

impl PlainRooms {
    /// The maximum number of listed rooms.
    pub const MAX: usize = 64;

    /// Whether voice to a room may be sent without encryption.
    pub fn contains(&self, room: u16) -> bool {
        match self {
            Self::Only(rooms) => rooms.binary_search(&room).is_ok(),
            Self::All => true,
            Self::Never => false,
        }
    }

    /// Encodes the rooms: a kind, and for a list its length in one byte and the ids.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Never => out.push(0),
            Self::All => out.push(1),
            Self::Only(rooms) => {
                let listed = rooms.iter().take(Self::MAX);
                out.extend([2, listed.len() as u8]);
                listed.for_each(|room| out.extend(room.to_be_bytes()));
            }
        }
    }

    /// Decodes the output of [`write`](Self::write); `None` if the kind is unknown, or the list is too long or out of
    /// order.
    ///
    /// # Errors
    /// [`ParseError::Truncated`].
    pub fn read(reader: &mut Reader<'_>) -> Result<Option<Self>, ParseError> {
        Ok(match reader.u8(WHAT)? {
            0 => Some(Self::Never),
            1 => Some(Self::All),
            2 => {
                let count = usize::from(reader.u8(WHAT)?);
                let rooms = (0..count).map(|_| reader.u16(WHAT)).collect::<Result<Vec<_>, _>>()?;
                let is_ordered = rooms.is_sorted_by(|a, b| a < b);
                (count <= Self::MAX && is_ordered).then_some(Self::Only(rooms))
            }
            _ => None,
        })
    }
}

/// `u8` flags, then the rest of the item. (Tags up to 16 stand elsewhere.)
const GROUP_PART: u8 = 17;
const FIRST: u8 = 1;
const LAST: u8 = 2;
const WHAT: &str = "group message";

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_length(out, bytes.len());
    out.extend(bytes);
}

fn put_length(out: &mut Vec<u8>, length: usize) {
    out.extend(u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
}

fn read_bytes<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], ParseError> {
    let length = reader.u32(WHAT)?;
    reader.take(usize::try_from(length).unwrap_or(usize::MAX), WHAT)
}

fn put_list<T>(out: &mut Vec<u8>, list: &[T], put: impl Fn(&mut Vec<u8>, &T)) {
    let listed = &list[..list.len().min(usize::from(u16::MAX))];
    out.extend((listed.len() as u16).to_be_bytes());
    for item in listed {
        put(out, item);
    }
}

/// Does not preallocate by the claimed count: each item takes bytes that must be present.
fn read_list<'a, T>(
    reader: &mut Reader<'a>,
    read: impl Fn(&mut Reader<'a>) -> Result<T, ParseError>,
) -> Result<Vec<T>, ParseError> {
    let count = reader.u16(WHAT)?;
    let mut list = Vec::new();
    for _ in 0..count {
        list.push(read(reader)?);
    }
    Ok(list)
}

fn put_named(out: &mut Vec<u8>, named: &Named<'_>) {
    put_bytes(out, named.name.as_bytes());
    put_bytes(out, named.message);
}

fn read_named<'a>(reader: &mut Reader<'a>) -> Result<Named<'a>, ParseError> {
    Ok(Named { name: WireStr::from_bytes(read_bytes(reader)?), message: read_bytes(reader)? })
}
