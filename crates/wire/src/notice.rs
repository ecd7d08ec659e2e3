//! Notices of an operator's decisions to one client: the server tells a client of ours about its restrictions, and the
//! reasons for them.
//!
//! A notice is carried as [`Extension`] describes, reliably, to a client that has announced
//! [`Capabilities::MODERATION`](crate::Capabilities).

use crate::{
    ErrorWrongSession, Extension, ExtensionWriter, ModeratorAnswer, ParseError, Reader, SessionId, WireStr,
    WriteError, Writer,
};

/// A restriction that an operator can impose on a player.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Restriction {
    /// Its voice is discarded.
    Muted = 0,
    /// Its texts are discarded.
    TextMuted = 1,
    /// It receives no voice.
    Deafened = 2,
}

/// A notice from the server to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum Notice<'a> {
    /// A restriction is imposed.
    Imposed {
        /// The restriction.
        restriction: Restriction,
        /// The time until it ends, in seconds; 0 if it has no end.
        ends_in_s: u32,
        /// The operator's message; may be empty.
        reason: WireStr<'a>,
    },
    /// A restriction is lifted.
    Lifted {
        /// The restriction.
        restriction: Restriction,
    },
    /// The client's rights in a room, which override the rules of the rooms.
    RoomRights {
        /// The room's name.
        room: WireStr<'a>,
        /// Whether it may listen there; none if the rules decide.
        listen: Option<bool>,
        /// Whether it may speak and write there; none if the rules decide.
        speak: Option<bool>,
    },
    /// The client is removed from the session, and the link is closed after this.
    Kicked {
        /// The operator's message; may be empty.
        reason: WireStr<'a>,
    },
    /// The client has been removed from a room and is asked to listen to another one instead.
    Moved {
        /// The room that it no longer listens to.
        from: WireStr<'a>,
        /// The room to join.
        to: WireStr<'a>,
    },
    /// A text was discarded, because it followed the previous one too soon.
    TextRateLimited {
        /// The time until the next one is accepted, in ms.
        wait_ms: u32,
    },
    /// A room is full.
    RoomFull {
        /// The room's name.
        room: WireStr<'a>,
        /// True if it has enough speakers, false if it has enough listeners.
        is_speaking: bool,
    },
    /// The recording of voice by the operator.
    Recorded {
        /// Everything is recorded.
        is_whole: bool,
        /// The number of most recent seconds that are kept for review after a report; 0 if none are.
        last_s: u16,
    },
    /// The result of a [`ModeratorCommand`](crate::ModeratorCommand).
    Answered {
        /// The number of the request.
        number: u16,
        /// The result.
        answer: ModeratorAnswer,
    },
}

impl Restriction {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Muted, Self::TextMuted, Self::Deafened];

    const fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            0 => Self::Muted,
            1 => Self::TextMuted,
            2 => Self::Deafened,
            _ => return None,
        })
    }
}

impl<'a> Notice<'a> {
    /// The notice behind an [`ErrorWrongSession`]; `None` if there is none, or it is of an unknown kind.
    pub fn find(trailing: &'a [u8]) -> Option<Self> {
        Extension::find_item(trailing, NOTICE, read)
    }

    /// Writes the whole packet: the [`ErrorWrongSession`] and the extension after it.
    ///
    /// # Errors
    /// [`WriteError::BufferFull`], or [`WriteError::TooLong`] for a string that fits into no packet.
    pub fn write(&self, session: SessionId, writer: &mut Writer<'_>) -> Result<(), WriteError> {
        ErrorWrongSession { session }.write(writer)?;
        let mut block = ExtensionWriter::begin(writer)?;
        let item = block.begin_item(NOTICE, self.bytes())?;
        item.u8(self.kind())?;
        match *self {
            Self::Imposed { restriction, ends_in_s, reason } => {
                item.u8(restriction as u8)?;
                item.u32(ends_in_s)?;
                item.string(Some(reason), WHAT)
            }
            Self::Lifted { restriction } => item.u8(restriction as u8),
            Self::RoomRights { room, listen, speak } => {
                item.u8(right_byte(listen))?;
                item.u8(right_byte(speak))?;
                item.string(Some(room), WHAT)
            }
            Self::Kicked { reason } => item.string(Some(reason), WHAT),
            Self::Moved { from, to } => {
                item.string(Some(from), WHAT)?;
                item.string(Some(to), WHAT)
            }
            Self::TextRateLimited { wait_ms } => item.u32(wait_ms),
            Self::RoomFull { room, is_speaking } => {
                item.u8(is_speaking.into())?;
                item.string(Some(room), WHAT)
            }
            Self::Recorded { is_whole, last_s } => {
                item.u8(is_whole.into())?;
                item.u16(last_s)
            }
            Self::Answered { number, answer } => {
                item.u16(number)?;
                item.u8(answer as u8)
            }
        }
    }

    const fn kind(&self) -> u8 {
        match self {
            Self::Imposed { .. } => 1,
            Self::Lifted { .. } => 2,
            Self::RoomRights { .. } => 3,
            Self::Kicked { .. } => 4,
            Self::Moved { .. } => 5,
            Self::TextRateLimited { .. } => 6,
            Self::RoomFull { .. } => 7,
            Self::Recorded { .. } => 8,
            Self::Answered { .. } => 9,
        }
    }

    /// The length of the item: the kind and the bytes that [`write`](Self::write) puts behind it.
    fn bytes(&self) -> usize {
        let string = |string: WireStr<'_>| 2 + string.as_bytes().len();
        1 + match *self {
            Self::Imposed { reason, .. } => 1 + 4 + string(reason),
            Self::Lifted { .. } => 1,
            Self::RoomRights { room, .. } => 2 + string(room),
            Self::Kicked { reason } => string(reason),
            Self::Moved { from, to } => string(from) + string(to),
            Self::TextRateLimited { .. } => 4,
            Self::RoomFull { room, .. } => 1 + string(room),
            Self::Recorded { .. } | Self::Answered { .. } => 2 + 1,
        }
    }
}

/// `u8` kind, then what that kind says. (Tags up to 9 stand behind handshakes, in reports and in positions.)
const NOTICE: u8 = 10;
const WHAT: &str = "notice";

/// `None` for an unknown kind, restriction or right.
fn read<'a>(reader: &mut Reader<'a>) -> Result<Option<Notice<'a>>, ParseError> {
    Ok(Some(match reader.u8(WHAT)? {
        1 => {
            let Some(restriction) = Restriction::from_byte(reader.u8(WHAT)?) else { return Ok(None) };
            Notice::Imposed { restriction, ends_in_s: reader.u32(WHAT)?, reason: read_string(reader)? }
        }
        2 => {
            let Some(restriction) = Restriction::from_byte(reader.u8(WHAT)?) else { return Ok(None) };
            Notice::Lifted { restriction }
        }
        3 => {
            let (listen, speak) = (reader.u8(WHAT)?, reader.u8(WHAT)?);
            let (Ok(listen), Ok(speak)) = (right(listen), right(speak)) else { return Ok(None) };
            Notice::RoomRights { listen, speak, room: read_string(reader)? }
        }
        4 => Notice::Kicked { reason: read_string(reader)? },
        5 => Notice::Moved { from: read_string(reader)?, to: read_string(reader)? },
        6 => Notice::TextRateLimited { wait_ms: reader.u32(WHAT)? },
        7 => Notice::RoomFull { is_speaking: reader.u8(WHAT)? != 0, room: read_string(reader)? },
        8 => Notice::Recorded { is_whole: reader.u8(WHAT)? != 0, last_s: reader.u16(WHAT)? },
        9 => {
            let number = reader.u16(WHAT)?;
            let Some(answer) = ModeratorAnswer::from_byte(reader.u8(WHAT)?) else { return Ok(None) };
            Notice::Answered { number, answer }
        }
        _ => return Ok(None),
    }))
}

fn read_string<'a>(reader: &mut Reader<'a>) -> Result<WireStr<'a>, ParseError> {
    Ok(reader.string(WHAT)?.unwrap_or_else(|| WireStr::from("")))
}

/// 0: the rules decide; 1: denied; 2: allowed.
const fn right_byte(right: Option<bool>) -> u8 {
    match right {
        None => 0,
        Some(false) => 1,
        Some(true) => 2,
    }
}

/// Decodes the output of [`right_byte`]; an error for any other byte.
const fn right(byte: u8) -> Result<Option<bool>, ()> {
    match byte {
        0 => Ok(None),
        1 => Ok(Some(false)),
        2 => Ok(Some(true)),
        _ => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cursor::written;

    const SESSION: SessionId = SessionId(0x1234_5678);

    fn every_kind() -> [Notice<'static>; 10] {
        let room = WireStr::from("lobby");
        [
            Notice::Imposed { restriction: Restriction::Muted, ends_in_s: 60, reason: WireStr::from("loud") },
            Notice::Imposed { restriction: Restriction::Deafened, ends_in_s: 0, reason: WireStr::from("") },
            Notice::Lifted { restriction: Restriction::TextMuted },
            Notice::RoomRights { room, listen: None, speak: Some(false) },
            Notice::Kicked { reason: WireStr::from("enough") },
            Notice::Moved { from: room, to: WireStr::from("red") },
            Notice::TextRateLimited { wait_ms: 1500 },
            Notice::RoomFull { room, is_speaking: true },
            Notice::Recorded { is_whole: false, last_s: 30 },
            Notice::Answered { number: 9, answer: ModeratorAnswer::NoPlayer },
        ]
    }

    #[test]
    fn what_is_written_is_found() {
        for notice in every_kind() {
            let bytes = written(|writer| notice.write(SESSION, writer));
            assert_eq!(Notice::find(&bytes[7..]), Some(notice));
            for length in 7..bytes.len() {
                assert_eq!(Notice::find(&bytes[7..length]), None, "{notice:?} of {length} bytes");
            }
        }
    }

    #[test]
    fn a_notice_is_a_packet_a_mark_and_one_item() {
        let notice = Notice::Imposed {
            restriction: Restriction::Deafened,
            ends_in_s: 0x0102_0304,
            reason: "no".into(),
        };
        let expected = [
            &[0x8b, 0xc7, 6, 0x12, 0x34, 0x56, 0x78, 0xc0, 0x5a][..],
            &[10, 0, 10, 1, 2, 1, 2, 3, 4, 0, 3, b'n', b'o'],
        ];
        assert_eq!(written(|writer| notice.write(SESSION, writer)), expected.concat());
    }

    #[test]
    fn what_is_not_known_here_says_nothing() {
        for item in [&[200, 1, 2][..], &[2, 9], &[3, 7, 0, 0, 1], &[2, 0, 0], &[]] {
            let mut buffer = [0; 64];
            let mut writer = Writer::new(&mut buffer);
            ExtensionWriter::begin(&mut writer).unwrap().item(NOTICE, item).unwrap();
            assert_eq!(Notice::find(writer.written()), None, "{item:?}");
        }
        assert_eq!(Notice::find(&[]), None);
    }
}
