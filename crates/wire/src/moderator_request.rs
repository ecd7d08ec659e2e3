//! What a player whose join token says that it may moderate asks of the server about another player.
//!
//! A request is carried as [`Extension`] says, reliably, to a server that has announced
//! [`Capabilities::MODERATORS`](crate::Capabilities), which answers with a [`Notice::Answered`](crate::Notice).

use crate::{
    ErrorWrongSession, Extension, ExtensionWriter, ParseError, Reader, SessionId, WireStr, WriteError, Writer,
};

/// One request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModeratorRequest<'a> {
    /// Counts a client's requests, wrapping; the answer has the same.
    pub number: u16,
    /// Whom it is about: a player's name.
    pub player: WireStr<'a>,
    /// Why; may be empty.
    pub reason: WireStr<'a>,
    /// What is to be done.
    pub deed: ModeratorDeed<'a>,
}

/// What a moderator can have done to a player of the same session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModeratorDeed<'a> {
    /// It is removed from the session; it may come back.
    Kick,
    /// Its voice goes nowhere.
    Mute {
        /// For how many seconds; 0 for good.
        for_s: u32,
    },
    /// Its voice is heard again.
    Unmute,
    /// It is taken out of a room and asked to listen to another one instead.
    Move {
        /// The room that it listens to.
        from: WireStr<'a>,
        /// The room to go to.
        to: WireStr<'a>,
    },
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[repr(u8)]
pub enum ModeratorAnswer {
    /// It is done.
    Done = 0,
    /// The join token of the one who asks does not say that it may moderate.
    NotModerator = 1,
    /// Nobody of this name is in the session.
    NoPlayer = 2,
    /// The player may moderate, too, or is muted by the operator: that is between it and the operator.
    Protected = 3,
    /// The player does not listen to the room.
    NotInRoom = 4,
    /// The player may not listen to the room that it was to go to.
    RoomForbidden = 5,
    /// The room that it was to go to is full.
    RoomFull = 6,
    /// The server could not do it, or has not answered.
    Failed = 7,
}

impl ModeratorAnswer {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Done,
        Self::NotModerator,
        Self::NoPlayer,
        Self::Protected,
        Self::NotInRoom,
        Self::RoomForbidden,
        Self::RoomFull,
        Self::Failed,
    ];

    pub(crate) fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte)).copied()
    }
}

impl<'a> ModeratorRequest<'a> {
    /// The request behind an [`ErrorWrongSession`]; `None` if there is none, or one that is not known here.
    pub fn find(trailing: &'a [u8]) -> Option<Self> {
        Extension::find_item(trailing, REQUEST, read)
    }

    /// Writes the whole packet: the carrier and the block behind it.
    ///
    /// # Errors
    /// [`WriteError::BufferFull`], or [`WriteError::TooLong`] for a string that no packet holds.
    pub fn write(&self, session: SessionId, writer: &mut Writer<'_>) -> Result<(), WriteError> {
        ErrorWrongSession { session }.write(writer)?;
        let mut block = ExtensionWriter::begin(writer)?;
        let item = block.begin_item(REQUEST, self.bytes())?;
        item.u16(self.number)?;
        item.string(Some(self.player), WHAT)?;
        item.string(Some(self.reason), WHAT)?;
        match self.deed {
            ModeratorDeed::Kick => item.u8(KICK),
            ModeratorDeed::Mute { for_s } => {
                item.u8(MUTE)?;
                item.u32(for_s)
            }
            ModeratorDeed::Unmute => item.u8(UNMUTE),
            ModeratorDeed::Move { from, to } => {
                item.u8(MOVE)?;
                item.string(Some(from), WHAT)?;
                item.string(Some(to), WHAT)
            }
        }
    }

    /// How long the item is.
    fn bytes(&self) -> usize {
        let string = |string: WireStr<'_>| 2 + string.as_bytes().len();
        let deed = match self.deed {
            ModeratorDeed::Kick | ModeratorDeed::Unmute => 0,
            ModeratorDeed::Mute { .. } => 4,
            ModeratorDeed::Move { from, to } => string(from) + string(to),
        };
        2 + string(self.player) + string(self.reason) + 1 + deed
    }
}

/// `u16` number, player, reason, `u8` kind, then what that kind says. (Tags up to 11 stand elsewhere.)
const REQUEST: u8 = 12;
const KICK: u8 = 1;
const MUTE: u8 = 2;
const UNMUTE: u8 = 3;
const MOVE: u8 = 4;
const WHAT: &str = "moderator request";

/// `None` for a kind that is not known here.
fn read<'a>(reader: &mut Reader<'a>) -> Result<Option<ModeratorRequest<'a>>, ParseError> {
    let number = reader.u16(WHAT)?;
    let (player, reason) = (read_string(reader)?, read_string(reader)?);
    let deed = match reader.u8(WHAT)? {
        KICK => ModeratorDeed::Kick,
        MUTE => ModeratorDeed::Mute { for_s: reader.u32(WHAT)? },
        UNMUTE => ModeratorDeed::Unmute,
        MOVE => ModeratorDeed::Move { from: read_string(reader)?, to: read_string(reader)? },
        _ => return Ok(None),
    };
    Ok(Some(ModeratorRequest { number, player, reason, deed }))
}

fn read_string<'a>(reader: &mut Reader<'a>) -> Result<WireStr<'a>, ParseError> {
    Ok(reader.string(WHAT)?.unwrap_or_else(|| WireStr::from("")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cursor::written;

    #[test]
    fn what_is_written_is_found_and_nothing_shorter_is() {
        let (player, reason) = (WireStr::from("Mallory"), WireStr::from("enough"));
        let rooms = ModeratorDeed::Move { from: WireStr::from("lobby"), to: WireStr::from("jail") };
        for deed in [ModeratorDeed::Kick, ModeratorDeed::Mute { for_s: 60 }, ModeratorDeed::Unmute, rooms] {
            let request = ModeratorRequest { number: 7, player, reason, deed };
            let bytes = written(|writer| request.write(SessionId(5), writer));
            assert_eq!(ModeratorRequest::find(&bytes[7..]), Some(request));
            for length in 7..bytes.len() {
                assert_eq!(ModeratorRequest::find(&bytes[7..length]), None, "{deed:?} of {length} bytes");
            }
        }
    }

    #[test]
    fn an_answer_is_found_by_its_number() {
        for answer in ModeratorAnswer::ALL {
            assert_eq!(ModeratorAnswer::from_byte(answer as u8), Some(answer));
        }
        assert_eq!(ModeratorAnswer::from_byte(8), None);
    }
}
