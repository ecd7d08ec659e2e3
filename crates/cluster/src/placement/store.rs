//! What the store has, what it is asked, and what it says.

use serde::{Deserialize, Serialize};

use super::NodeId;

/// What the store has about a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRecord {
    /// Which node owns it.
    pub owner: NodeId,
    /// On which of its workers.
    pub worker: u16,
    /// The number in all of its packets: an owner that takes it over goes on with it.
    pub session: u32,
}

/// Which change of the store a record is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Revision(pub u64);

/// What the store is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreRequest {
    /// The number of the request, for its answer.
    pub number: u64,
    /// Which session it is about.
    pub name: Box<str>,
    /// What is wanted.
    pub change: StoreChange,
}

/// A change of the store, if the record is as it is believed to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreChange {
    /// Write a record where there is none.
    Create(SessionRecord),
    /// Replace the record of this revision.
    Replace(SessionRecord, Revision),
    /// Remove the record of this revision.
    Remove(Revision),
    /// Say what there is, as a change would be told.
    Read,
}

/// What the store says of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreAnswer {
    /// It is done; what the record's revision is now.
    Done(Revision),
    /// The record is not as it was believed to be.
    Conflict,
    /// The store cannot say.
    Unavailable,
}
