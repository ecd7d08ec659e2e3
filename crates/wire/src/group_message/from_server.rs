//! From the delivery service to a member, or to a player that is to become one.

use alloc::vec::Vec;

use super::{Named, PlainRooms, WHAT, put_bytes, put_list, put_named, read_bytes, read_list, read_named};
use crate::{ParseError, Reader, WireStr};

/// What the delivery service tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeliveryMessage<'a> {
    /// Where the group is. It is told after each join and each resume, and when the group begins again: a member of
    /// this group answers with its [position](super::MemberMessage::Position), others with a key package.
    State {
        /// Counts the groups of a session: one that cannot go on is replaced by the next one.
        group: u32,
        /// The receiver cannot catch up with the group: it answers with a key package even if it is a member.
        must_rejoin: bool,
    },
    /// Make a commit, or the group itself.
    Request {
        /// Counts the requests; the commit names it.
        number: u32,
        /// The group.
        group: u32,
        /// The epoch to commit to; none to make the group first.
        epoch: Option<u32>,
        /// The players to add.
        adds: Vec<Named<'a>>,
        /// The names of the members to remove, who may be among those to add: they lost their keys.
        removes: Vec<WireStr<'a>>,
        /// Which rooms are not encrypted from the next epoch on.
        plain: PlainRooms,
    },
    /// A commit of another member.
    Commit {
        /// The group.
        group: u32,
        /// The epoch that it leads to.
        epoch: u32,
        /// The message of MLS.
        commit: &'a [u8],
    },
    /// The receiver's own commit counts.
    Accepted {
        /// The request that it fulfilled.
        number: u32,
    },
    /// The receiver was added.
    Welcome {
        /// The group.
        group: u32,
        /// The epoch that it joins in.
        epoch: u32,
        /// The message of MLS.
        welcome: &'a [u8],
        /// The ratchet tree of that epoch.
        tree: &'a [u8],
    },
    /// What another member states about its epoch.
    Statement {
        /// The member's name, as the server has it.
        name: WireStr<'a>,
        /// The statement, signed by the member.
        statement: &'a [u8],
    },
    /// What becomes of a report of the receiver.
    ReportAnswer {
        /// That.
        answer: ReportAnswer,
    },
}

/// What becomes of a report that a member submits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReportAnswer {
    /// It may be sent, within a minute.
    Send,
    /// It is kept for the moderators.
    Taken,
    /// No reports are taken here.
    NotTaken,
    /// The member, or the session, has made several lately: try again in a minute.
    TooMany,
    /// It is too long.
    TooLong,
    /// It could not be kept.
    Failed,
}

impl ReportAnswer {
    const ALL: [Self; 6] =
        [Self::Send, Self::Taken, Self::NotTaken, Self::TooMany, Self::TooLong, Self::Failed];
}

impl<'a> DeliveryMessage<'a> {
    /// As bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Self::State { group, must_rejoin } => {
                out.push(STATE);
                out.extend(group.to_be_bytes());
                out.push(u8::from(*must_rejoin));
            }
            Self::Request { number, group, epoch, adds, removes, plain } => {
                out.push(REQUEST);
                out.extend(number.to_be_bytes());
                out.extend(group.to_be_bytes());
                out.push(u8::from(epoch.is_none()));
                out.extend(epoch.unwrap_or(0).to_be_bytes());
                put_list(&mut out, adds, put_named);
                put_list(&mut out, removes, |out, name| put_bytes(out, name.as_bytes()));
                plain.write(&mut out);
            }
            Self::Commit { group, epoch, commit } => {
                out.push(COMMIT);
                out.extend(group.to_be_bytes());
                out.extend(epoch.to_be_bytes());
                put_bytes(&mut out, commit);
            }
            Self::Accepted { number } => {
                out.push(ACCEPTED);
                out.extend(number.to_be_bytes());
            }
            Self::Welcome { group, epoch, welcome, tree } => {
                out.push(WELCOME);
                out.extend(group.to_be_bytes());
                out.extend(epoch.to_be_bytes());
                put_bytes(&mut out, welcome);
                put_bytes(&mut out, tree);
            }
            Self::Statement { name, statement } => {
                out.push(STATEMENT);
                put_bytes(&mut out, name.as_bytes());
                put_bytes(&mut out, statement);
            }
            Self::ReportAnswer { answer } => out.extend([REPORT_ANSWER, *answer as u8]),
        }
        out
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote; `None` for a message that is not known here.
    ///
    /// # Errors
    /// [`ParseError::Truncated`].
    pub fn parse(bytes: &'a [u8]) -> Result<Option<Self>, ParseError> {
        let mut reader = Reader::new(bytes);
        Ok(Some(match reader.u8(WHAT)? {
            STATE => Self::State { group: reader.u32(WHAT)?, must_rejoin: reader.u8(WHAT)? != 0 },
            REQUEST => return Self::parse_request(&mut reader),
            COMMIT => Self::Commit {
                group: reader.u32(WHAT)?,
                epoch: reader.u32(WHAT)?,
                commit: read_bytes(&mut reader)?,
            },
            ACCEPTED => Self::Accepted { number: reader.u32(WHAT)? },
            WELCOME => Self::Welcome {
                group: reader.u32(WHAT)?,
                epoch: reader.u32(WHAT)?,
                welcome: read_bytes(&mut reader)?,
                tree: read_bytes(&mut reader)?,
            },
            STATEMENT => Self::Statement {
                name: WireStr::from_bytes(read_bytes(&mut reader)?),
                statement: read_bytes(&mut reader)?,
            },
            REPORT_ANSWER => {
                let answer = reader.u8(WHAT)?;
                let Some(answer) = ReportAnswer::ALL.get(usize::from(answer)) else { return Ok(None) };
                Self::ReportAnswer { answer: *answer }
            }
            _ => return Ok(None),
        }))
    }

    fn parse_request(reader: &mut Reader<'a>) -> Result<Option<Self>, ParseError> {
        let (number, group) = (reader.u32(WHAT)?, reader.u32(WHAT)?);
        let makes_group = reader.u8(WHAT)? != 0;
        let epoch = reader.u32(WHAT)?;
        let adds = read_list(reader, read_named)?;
        let removes = read_list(reader, |reader| read_bytes(reader).map(WireStr::from_bytes))?;
        let plain = PlainRooms::read(reader)?;
        let epoch = (!makes_group).then_some(epoch);
        Ok(plain.map(|plain| Self::Request { number, group, epoch, adds, removes, plain }))
    }
}

const STATE: u8 = 1;
const REQUEST: u8 = 2;
const COMMIT: u8 = 3;
const ACCEPTED: u8 = 4;
const WELCOME: u8 = 5;
const STATEMENT: u8 = 6;
const REPORT_ANSWER: u8 = 7;
