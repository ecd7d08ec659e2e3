//! Messages from the delivery service to a member, or to a player that is about to become one.

use alloc::vec;
use alloc::vec::Vec;

use super::{
    Named, PlainRooms, WHAT, put_bytes, put_length, put_list, put_named, read_bytes, read_list, read_named,
};
use crate::{ParseError, Reader, WireStr};

/// A message from the delivery service.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeliveryMessage<'a> {
    /// The state of the group. It is sent after each join and each resume, and when the group is created again: a
    /// member of this group answers with its [position](super::MemberMessage::Position), others with a key package.
    State {
        /// Counts the groups of a session: a group that cannot continue is replaced by the next one.
        group: u32,
        /// The receiver cannot catch up with the group: it answers with a key package even if it is a member.
        must_rejoin: bool,
    },
    /// Requests a commit, or the creation of the group itself.
    Request {
        /// The request's number, which the commit repeats.
        number: u32,
        /// The group.
        group: u32,
        /// The epoch to commit to; none to create the group first.
        epoch: Option<u32>,
        /// The players to add.
        adds: Vec<Named<'a>>,
        /// The names of the members to remove, which may be among those to add: they lost their keys.
        removes: Vec<WireStr<'a>>,
        /// The rooms that are not encrypted from the next epoch on.
        plain: PlainRooms,
    },
    /// Another member's commit.
    Commit {
        /// The group.
        group: u32,
        /// The resulting epoch.
        epoch: u32,
        /// The MLS message.
        commit: &'a [u8],
    },
    /// What the next [`Commit`](Self::Commit) was asked to change: a member refuses one that changes anything else.
    Changes {
        /// The group.
        group: u32,
        /// The epoch that the commit leads to.
        epoch: u32,
        /// The names of the players that it adds.
        adds: Vec<WireStr<'a>>,
        /// The names of the members that it removes; some may be gone already.
        removes: Vec<WireStr<'a>>,
    },
    /// The receiver's own commit is accepted.
    Accepted {
        /// The number of the request that it fulfilled.
        number: u32,
    },
    /// The receiver was added.
    Welcome {
        /// The group.
        group: u32,
        /// The epoch that it joins in.
        epoch: u32,
        /// The MLS message.
        welcome: &'a [u8],
        /// The ratchet tree of that epoch.
        tree: &'a [u8],
    },
    /// Another member's statement about its epoch.
    Statement {
        /// The member's name, as the server has it.
        name: WireStr<'a>,
        /// The statement, signed by the member.
        statement: &'a [u8],
    },
    /// The answer to a report of the receiver.
    ReportAnswer {
        /// The answer.
        answer: ReportAnswer,
    },
}

/// The answer to a member's report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum ReportAnswer {
    /// It may be sent, within a minute.
    Send,
    /// It is stored for the moderators.
    Taken,
    /// This server accepts no reports.
    NotTaken,
    /// The member, or the session, has submitted several recently: try again in a minute.
    TooMany,
    /// It is too long.
    TooLong,
    /// It could not be stored.
    Failed,
}

impl ReportAnswer {
    const ALL: [Self; 6] =
        [Self::Send, Self::Taken, Self::NotTaken, Self::TooMany, Self::TooLong, Self::Failed];
}

impl<'a> DeliveryMessage<'a> {
    /// Encodes the message.
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
                put_list(&mut out, removes, put_name);
                plain.write(&mut out);
            }
            Self::Commit { group, epoch, commit } => {
                out.push(COMMIT);
                out.extend(group.to_be_bytes());
                out.extend(epoch.to_be_bytes());
                put_bytes(&mut out, commit);
            }
            Self::Changes { group, epoch, adds, removes } => {
                out.push(CHANGES);
                out.extend(group.to_be_bytes());
                out.extend(epoch.to_be_bytes());
                put_list(&mut out, adds, put_name);
                put_list(&mut out, removes, put_name);
            }
            Self::Accepted { number } => {
                out.push(ACCEPTED);
                out.extend(number.to_be_bytes());
            }
            Self::Welcome { group, epoch, welcome, tree } => {
                out = Self::welcome_without_tree(*group, *epoch, welcome, tree.len());
                out.extend(*tree);
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

    /// Encodes a [`Welcome`](Self::Welcome) up to its tree: many newcomers get the same one, of which one copy is
    /// enough.
    pub fn welcome_without_tree(group: u32, epoch: u32, welcome: &[u8], tree_bytes: usize) -> Vec<u8> {
        let mut out = vec![WELCOME];
        out.extend(group.to_be_bytes());
        out.extend(epoch.to_be_bytes());
        put_bytes(&mut out, welcome);
        put_length(&mut out, tree_bytes);
        out
    }

    /// Decodes the output of [`to_bytes`](Self::to_bytes); `None` for an unknown message.
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
            CHANGES => Self::Changes {
                group: reader.u32(WHAT)?,
                epoch: reader.u32(WHAT)?,
                adds: read_list(&mut reader, read_name)?,
                removes: read_list(&mut reader, read_name)?,
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
        let removes = read_list(reader, read_name)?;
        let plain = PlainRooms::read(reader)?;
        let epoch = (!makes_group).then_some(epoch);
        Ok(plain.map(|plain| Self::Request { number, group, epoch, adds, removes, plain }))
    }
}

fn put_name(out: &mut Vec<u8>, name: &WireStr<'_>) {
    put_bytes(out, name.as_bytes());
}

fn read_name<'a>(reader: &mut Reader<'a>) -> Result<WireStr<'a>, ParseError> {
    read_bytes(reader).map(WireStr::from_bytes)
}

const STATE: u8 = 1;
const REQUEST: u8 = 2;
const COMMIT: u8 = 3;
const ACCEPTED: u8 = 4;
const WELCOME: u8 = 5;
const STATEMENT: u8 = 6;
const REPORT_ANSWER: u8 = 7;
const CHANGES: u8 = 8;
