//! From a member, or a player that is to become one, to the delivery service.

use alloc::vec::Vec;

use super::{Named, WHAT, put_bytes, put_list, put_named, read_bytes, read_list, read_named};
use crate::{ParseError, Reader};

/// What a member tells the delivery service.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MemberMessage<'a> {
    /// Add me, and remove me first if I am in the group: I have lost its keys.
    KeyPackage {
        /// The message of MLS.
        key_package: &'a [u8],
    },
    /// The commit that was asked for.
    Commit {
        /// The request.
        number: u32,
        /// The message of MLS; empty for a new group of its maker alone.
        commit: &'a [u8],
        /// The ratchet tree of the epoch that it leads to; empty if no player is added.
        tree: &'a [u8],
        /// A Welcome for each of the players that were to be added, under the same names.
        welcomes: Vec<Named<'a>>,
    },
    /// I cannot commit what was asked for: ask another member.
    Declined {
        /// The request.
        number: u32,
    },
    /// I am in this group, and this far.
    Position {
        /// The group.
        group: u32,
        /// The epoch that I am in.
        epoch: u32,
    },
    /// What I state about my epoch, for all members.
    Statement {
        /// The statement, signed.
        statement: &'a [u8],
    },
    /// I want to submit a report of this length to the moderators: may I?
    ReportOffer {
        /// How long it is.
        bytes: u32,
    },
    /// The report that I was allowed to send.
    Report {
        /// It is sealed: nothing of it can be read here.
        report: &'a [u8],
    },
}

impl<'a> MemberMessage<'a> {
    /// As bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Self::KeyPackage { key_package } => {
                out.push(KEY_PACKAGE);
                put_bytes(&mut out, key_package);
            }
            Self::Commit { number, commit, tree, welcomes } => {
                out.push(COMMIT);
                out.extend(number.to_be_bytes());
                put_bytes(&mut out, commit);
                put_bytes(&mut out, tree);
                put_list(&mut out, welcomes, put_named);
            }
            Self::Declined { number } => {
                out.push(DECLINED);
                out.extend(number.to_be_bytes());
            }
            Self::Position { group, epoch } => {
                out.push(POSITION);
                out.extend(group.to_be_bytes());
                out.extend(epoch.to_be_bytes());
            }
            Self::Statement { statement } => {
                out.push(STATEMENT);
                put_bytes(&mut out, statement);
            }
            Self::ReportOffer { bytes } => {
                out.push(REPORT_OFFER);
                out.extend(bytes.to_be_bytes());
            }
            Self::Report { report } => {
                out.push(REPORT);
                put_bytes(&mut out, report);
            }
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
            KEY_PACKAGE => Self::KeyPackage { key_package: read_bytes(&mut reader)? },
            COMMIT => Self::Commit {
                number: reader.u32(WHAT)?,
                commit: read_bytes(&mut reader)?,
                tree: read_bytes(&mut reader)?,
                welcomes: read_list(&mut reader, read_named)?,
            },
            DECLINED => Self::Declined { number: reader.u32(WHAT)? },
            POSITION => Self::Position { group: reader.u32(WHAT)?, epoch: reader.u32(WHAT)? },
            STATEMENT => Self::Statement { statement: read_bytes(&mut reader)? },
            REPORT_OFFER => Self::ReportOffer { bytes: reader.u32(WHAT)? },
            REPORT => Self::Report { report: read_bytes(&mut reader)? },
            _ => return Ok(None),
        }))
    }
}

const KEY_PACKAGE: u8 = 1;
const COMMIT: u8 = 2;
const DECLINED: u8 = 3;
const POSITION: u8 = 4;
const STATEMENT: u8 = 5;
const REPORT_OFFER: u8 = 6;
const REPORT: u8 = 7;
