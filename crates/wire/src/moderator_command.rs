//! Moderation requests about another player, from a player whose join token permits moderation.
//!
//! A request is carried as [`Extension`] describes, reliably, to a server that has announced
//! [`Capabilities::MODERATORS`](crate::Capabilities), which answers with a [`Notice::Answered`](crate::Notice).

use crate::{
    ErrorWrongSession, Extension, ExtensionWriter, ParseError, Reader, SessionId, WireStr, WriteError, Writer,
};

/// A moderation request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModeratorCommand<'a> {
    /// The request's number, wrapping; the answer repeats it.
    pub number: u16,
    /// The name of the player concerned.
    pub player: WireStr<'a>,
    /// The reason; may be empty.
    pub reason: WireStr<'a>,
    /// The requested action.
    pub action: CommandAction<'a>,
}

/// An action of a moderator against a player of the same session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum CommandAction<'a> {
    /// It is removed from the session; it may come back.
    Kick,
    /// Its voice is discarded.
    Mute {
        /// The duration in seconds; 0 for a permanent one.
        duration_s: u32,
    },
    /// Its voice is heard again.
    Unmute,
    /// It is removed from a room and asked to listen to another one instead.
    Move {
        /// The room that it listens to.
        from: WireStr<'a>,
        /// The room to go to.
        to: WireStr<'a>,
    },
    /// It is removed from the session, and cannot come back.
    Ban {
        /// The duration in seconds; 0 for a permanent one.
        duration_s: u32,
    },
}

/// The result of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
#[repr(u8)]
pub enum ModeratorAnswer {
    /// It is done.
    Done = 0,
    /// The requester's join token does not permit moderation.
    NotModerator = 1,
    /// No player of this name is in the session.
    NoPlayer = 2,
    /// The target is a moderator, too, or the operator has muted it: only the operator can change that.
    Protected = 3,
    /// The player does not listen to the room.
    NotInRoom = 4,
    /// The player is not allowed to listen to the target room.
    RoomForbidden = 5,
    /// The room that it was to go to is full.
    RoomFull = 6,
    /// The server failed to do it, or has not answered.
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

impl<'a> ModeratorCommand<'a> {
    /// The request behind an [`ErrorWrongSession`]; `None` if there is none, or it is of an unknown kind.
    pub fn find(trailing: &'a [u8]) -> Option<Self> {
        Extension::find_item(trailing, REQUEST, read)
    }

    /// Writes the whole packet: the [`ErrorWrongSession`] and the extension after it.
    ///
    /// # Errors
    /// [`WriteError::BufferFull`], or [`WriteError::TooLong`] for a string that fits into no packet.
    pub fn write(&self, session: SessionId, writer: &mut Writer<'_>) -> Result<(), WriteError> {
        ErrorWrongSession { session }.write(writer)?;
        let mut block = ExtensionWriter::begin(writer)?;
        let item = block.begin_item(REQUEST, self.bytes())?;
        item.u16(self.number)?;
        item.string(Some(self.player), WHAT)?;
        item.string(Some(self.reason), WHAT)?;
        match self.action {
            CommandAction::Kick => item.u8(KICK),
            CommandAction::Mute { duration_s } => {
                item.u8(MUTE)?;
                item.u32(duration_s)
            }
            CommandAction::Unmute => item.u8(UNMUTE),
            CommandAction::Move { from, to } => {
                item.u8(MOVE)?;
                item.string(Some(from), WHAT)?;
                item.string(Some(to), WHAT)
            }
            CommandAction::Ban { duration_s } => {
                item.u8(BAN)?;
                item.u32(duration_s)
            }
        }
    }

    /// The length of the item in bytes.
    fn bytes(&self) -> usize {
        let string = |string: WireStr<'_>| 2 + string.as_bytes().len();
        let action = match self.action {
            CommandAction::Kick | CommandAction::Unmute => 0,
            CommandAction::Mute { .. } | CommandAction::Ban { .. } => 4,
            CommandAction::Move { from, to } => string(from) + string(to),
        };
        2 + string(self.player) + string(self.reason) + 1 + action
    }
}

/// `u16` number, player, reason, `u8` kind, then what that kind says. (Tags up to 11 stand elsewhere.)
const REQUEST: u8 = 12;
const KICK: u8 = 1;
const MUTE: u8 = 2;
const UNMUTE: u8 = 3;
const MOVE: u8 = 4;
const BAN: u8 = 5;
const WHAT: &str = "moderator request";

/// `None` for an unknown kind.
fn read<'a>(reader: &mut Reader<'a>) -> Result<Option<ModeratorCommand<'a>>, ParseError> {
    let number = reader.u16(WHAT)?;
    let (player, reason) = (read_string(reader)?, read_string(reader)?);
    let action = match reader.u8(WHAT)? {
        KICK => CommandAction::Kick,
        MUTE => CommandAction::Mute { duration_s: reader.u32(WHAT)? },
        UNMUTE => CommandAction::Unmute,
        MOVE => CommandAction::Move { from: read_string(reader)?, to: read_string(reader)? },
        BAN => CommandAction::Ban { duration_s: reader.u32(WHAT)? },
        _ => return Ok(None),
    };
    Ok(Some(ModeratorCommand { number, player, reason, action }))
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
        let rooms = CommandAction::Move { from: WireStr::from("lobby"), to: WireStr::from("jail") };
        let (mute, ban) = (CommandAction::Mute { duration_s: 60 }, CommandAction::Ban { duration_s: 60 });
        for action in [CommandAction::Kick, mute, CommandAction::Unmute, rooms, ban] {
            let request = ModeratorCommand { number: 7, player, reason, action };
            let bytes = written(|writer| request.write(SessionId(5), writer));
            assert_eq!(ModeratorCommand::find(&bytes[7..]), Some(request));
            for length in 7..bytes.len() {
                assert_eq!(ModeratorCommand::find(&bytes[7..length]), None, "{action:?} of {length} bytes");
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
