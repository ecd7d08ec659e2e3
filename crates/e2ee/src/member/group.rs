//! The group that a member is in.

use consonance_wire::PlainRooms;

use super::mls::{self, MlsGroup};
use crate::{E2eeError, GroupMember};

/// A group and its rules and members.
pub(super) struct Group {
    pub(super) number: u32,
    pub(super) mls: MlsGroup,
    pub(super) plain: PlainRooms,
    pub(super) members: Vec<GroupMember>,
    /// A commit gave this member no keys, so that it cannot follow; others in this epoch still hear it.
    pub(super) is_stuck: bool,
}

impl Group {
    pub(super) fn new(number: u32, mls: MlsGroup) -> Result<Self, E2eeError> {
        let (plain, members) = (mls::plain_rooms(&mls)?, mls::members(&mls));
        Ok(Self { number, mls, plain, members, is_stuck: false })
    }
}

/// The group's id in MLS: a session has one group at a time.
pub(crate) fn group_id(number: u32) -> [u8; 4] {
    number.to_be_bytes()
}

/// The label of a complaint's signature.
pub(crate) const COMPLAINT: &str = "commit complaint";

/// What a complaint about a commit signs: the group, and the epoch that the commit leads to.
pub(crate) fn complaint(group: u32, epoch: u32) -> [u8; 8] {
    (u64::from(group) << 32 | u64::from(epoch)).to_be_bytes()
}
