//! Messages from a member, or a player that is about to become one, to the delivery service.

use alloc::vec::Vec;

use super::{Named, WHAT, put_bytes, put_list, put_named, read_bytes, read_list, read_named};
use crate::{ParseError, Reader};

/// A message from a member to the delivery service.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum MemberMessage<'a> {
    /// Asks to be added, and to be removed first if the sender is in the group: it has lost the group's keys.
    KeyPackage {
        /// The MLS message.
        key_package: &'a [u8],
        /// If the sender creates a group, its [`Commit`](Self::Commit) will say what the server needs to follow it.
        shows_group: bool,
    },
    /// The requested commit.
    Commit {
        /// The request's number.
        number: u32,
        /// The MLS message; empty for a new group whose only member is its creator.
        commit: &'a [u8],
        /// The ratchet tree of the resulting epoch; empty if no player is added.
        tree: &'a [u8],
        /// A Welcome for each of the added players, under the same names.
        welcomes: Vec<Named<'a>>,
        /// For a new group: the `GroupInfo` of its epoch 0, with its tree and without a way into the group, so that the
        /// server can follow it; else empty.
        info: &'a [u8],
    },
    /// The sender cannot make the requested commit: another member must be asked.
    Declined {
        /// The request's number.
        number: u32,
    },
    /// The sender's group and epoch.
    Position {
        /// The group.
        group: u32,
        /// The sender's epoch.
        epoch: u32,
    },
    /// The sender's statement about its epoch, for all members.
    Statement {
        /// The statement, signed.
        statement: &'a [u8],
    },
    /// Asks for permission to submit a report of this length to the moderators.
    ReportOffer {
        /// The length of the report in bytes.
        bytes: u32,
    },
    /// The report that the sender was permitted to submit.
    Report {
        /// The report, sealed: the delivery service cannot read it.
        report: &'a [u8],
    },
    /// An accepted commit, or its Welcome, gave the sender no keys.
    Complaint {
        /// The group.
        group: u32,
        /// The epoch that the commit leads to.
        epoch: u32,
        /// The sender's signature over both.
        signature: &'a [u8],
    },
}

impl<'a> MemberMessage<'a> {
    /// Encodes the message.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Self::KeyPackage { key_package, shows_group } => {
                out.push(KEY_PACKAGE);
                put_bytes(&mut out, key_package);
                // Servers before this ignore what follows, as they do behind a commit.
                out.extend(shows_group.then_some(SHOWS_GROUP));
            }
            Self::Commit { number, commit, tree, welcomes, info } => {
                out.push(COMMIT);
                out.extend(number.to_be_bytes());
                put_bytes(&mut out, commit);
                put_bytes(&mut out, tree);
                put_list(&mut out, welcomes, put_named);
                if !info.is_empty() {
                    put_bytes(&mut out, info);
                }
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
            Self::Complaint { group, epoch, signature } => {
                out.push(COMPLAINT);
                out.extend(group.to_be_bytes());
                out.extend(epoch.to_be_bytes());
                put_bytes(&mut out, signature);
            }
        }
        out
    }

    /// Decodes the output of [`to_bytes`](Self::to_bytes); `None` for an unknown message.
    ///
    /// # Errors
    /// [`ParseError::Truncated`].
    pub fn parse(bytes: &'a [u8]) -> Result<Option<Self>, ParseError> {
        let mut reader = Reader::new(bytes);
        Ok(Some(match reader.u8(WHAT)? {
            KEY_PACKAGE => Self::KeyPackage {
                key_package: read_bytes(&mut reader)?,
                shows_group: reader.rest().first() == Some(&SHOWS_GROUP),
            },
            COMMIT => Self::Commit {
                number: reader.u32(WHAT)?,
                commit: read_bytes(&mut reader)?,
                tree: read_bytes(&mut reader)?,
                welcomes: read_list(&mut reader, read_named)?,
                info: if reader.rest().is_empty() { &[] } else { read_bytes(&mut reader)? },
            },
            DECLINED => Self::Declined { number: reader.u32(WHAT)? },
            POSITION => Self::Position { group: reader.u32(WHAT)?, epoch: reader.u32(WHAT)? },
            STATEMENT => Self::Statement { statement: read_bytes(&mut reader)? },
            REPORT_OFFER => Self::ReportOffer { bytes: reader.u32(WHAT)? },
            REPORT => Self::Report { report: read_bytes(&mut reader)? },
            COMPLAINT => Self::Complaint {
                group: reader.u32(WHAT)?,
                epoch: reader.u32(WHAT)?,
                signature: read_bytes(&mut reader)?,
            },
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
const COMPLAINT: u8 = 8;
/// Behind a key package.
const SHOWS_GROUP: u8 = 1;
