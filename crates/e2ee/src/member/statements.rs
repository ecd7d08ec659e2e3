//! Signed statements about epochs, by which members notice that the server shows them different groups.
//!
//! Members of one epoch have one context: the group's id, its tree, its extensions, and the hash of all commits (RFC
//! 9420, section 8.1). Each signs the hash of its own periodically, for all others. A server that splits a group into
//! two can hold back the statements of the other half, but then those members stay unconfirmed; it cannot forge
//! matching statements.

use std::collections::BTreeMap;
use std::time::Duration;

use consonance_wire::Reader;
use mls_rs::CipherSuiteProvider;
use mls_rs::mls_rs_codec::MlsEncode;

use super::group::Group;
use crate::identity::cipher_suite;
use crate::{E2eeError, GroupMember, IdentityKey};

/// The number of statements in a session per second, independent of the number of members.
const PER_SECOND: u32 = 5;
/// The minimum time until a member states its epoch again.
const EVERY: Duration = Duration::from_secs(10);
/// The number of epochs that are remembered.
const EPOCHS_MAX: usize = 32;

const LABEL: &str = "epoch statement";
const VERSION: u8 = 1;
const HASH_BYTES: usize = 32;
/// Version, group, epoch and hash.
const CONTENT_BYTES: usize = 1 + 4 + 8 + HASH_BYTES;

/// The epochs of one group that this member knows, and the members that have confirmed them.
#[derive(Debug, Default)]
pub(super) struct Statements {
    group: u32,
    own: BTreeMap<u64, [u8; HASH_BYTES]>,
    /// The last epoch in which a member's state was the same as this one's, by its leaf.
    confirmed: BTreeMap<u32, u64>,
    due: Option<Duration>,
}

/// The result of another member's statement.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// It has, or had, the same state as this member.
    Confirmed,
    /// It is in a different group with the same number and epoch.
    Forked,
    /// Nothing: the epoch is no longer known here, or not yet.
    Nothing,
}

impl Statements {
    /// The group is in a new epoch.
    pub(super) fn enter(&mut self, now: Duration, group: &Group) -> Result<(), E2eeError> {
        if self.group != group.number {
            *self = Self { group: group.number, due: self.due, ..Self::default() };
        }
        self.own.insert(group.mls.current_epoch(), context_hash(group)?);
        while self.own.len() > EPOCHS_MAX {
            self.own.pop_first();
        }
        let leaves: Vec<u32> = group.members.iter().map(|member| member.leaf).collect();
        self.confirmed.retain(|leaf, _| leaves.contains(leaf));
        let turn = Duration::from_secs(1) / PER_SECOND * (group.mls.current_member_index() + 1);
        self.due.get_or_insert(now + turn);
        Ok(())
    }

    pub(super) fn due(&self) -> Option<Duration> {
        self.due
    }

    /// The statement that is due.
    pub(super) fn next(
        &mut self,
        now: Duration,
        key: &IdentityKey,
        members: usize,
    ) -> Option<Result<Vec<u8>, E2eeError>> {
        if self.due.is_none_or(|due| due > now) {
            return None;
        }
        let spread = Duration::from_secs(1) / PER_SECOND * u32::try_from(members).unwrap_or(u32::MAX);
        self.due = Some(now + spread.max(EVERY));
        let (epoch, hash) = self.own.last_key_value()?;
        let mut statement = vec![VERSION];
        statement.extend(self.group.to_be_bytes());
        statement.extend(epoch.to_be_bytes());
        statement.extend(hash);
        Some(key.sign(LABEL, &statement).map(|signature| {
            statement.extend(signature);
            statement
        }))
    }

    /// Compares another member's statement with the own epochs.
    ///
    /// # Errors
    /// If it is malformed, or the member has not signed it.
    pub(super) fn hear(&mut self, member: &GroupMember, statement: &[u8]) -> Result<Shown, E2eeError> {
        let malformed = || E2eeError::Malformed {
            what: "statement",
            why: format!("{} bytes, expected more than {CONTENT_BYTES}", statement.len()),
        };
        let (content, signature) = statement.split_at_checked(CONTENT_BYTES).ok_or_else(malformed)?;
        if !member.key.has_signed(LABEL, content, signature) {
            let why = format!("{} has not signed it", member.credential.name());
            return Err(E2eeError::Refused { what: "statement", why });
        }
        let (group, epoch, hash) = parse(content).ok_or_else(malformed)?;
        let Some(own) = self.own.get(&epoch).filter(|_| group == self.group) else {
            return Ok(Shown::Nothing);
        };
        if *own != *hash {
            return Ok(Shown::Forked);
        }
        let last = self.confirmed.entry(member.leaf).or_insert(epoch);
        *last = epoch.max(*last);
        Ok(Shown::Confirmed)
    }

    /// The last epoch in which a member's state was the same as this one's.
    pub(super) fn confirmed(&self, leaf: u32) -> Option<u64> {
        self.confirmed.get(&leaf).copied()
    }
}

fn parse(content: &[u8]) -> Option<(u32, u64, &[u8])> {
    let mut reader = Reader::new(content);
    if reader.u8(LABEL).ok()? != VERSION {
        return None;
    }
    let group = reader.u32(LABEL).ok()?;
    let epoch = u64::from(reader.u32(LABEL).ok()?) << 32 | u64::from(reader.u32(LABEL).ok()?);
    Some((group, epoch, reader.rest()))
}

fn context_hash(group: &Group) -> Result<[u8; HASH_BYTES], E2eeError> {
    let context = group.mls.context().mls_encode_to_vec();
    let context = context.map_err(|error| E2eeError::malformed("group context")(error.into()))?;
    let hash = cipher_suite().hash(&context).map_err(E2eeError::failed("the hash of the group context"))?;
    hash.try_into().map_err(|hash: Vec<u8>| E2eeError::Malformed {
        what: "hash",
        why: format!("{} bytes, expected {HASH_BYTES}", hash.len()),
    })
}
