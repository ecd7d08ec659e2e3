//! Records, requests and answers of the store.

use serde::{Deserialize, Serialize};

use super::NodeId;

/// The store's record of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRecord {
    /// The node that owns it.
    pub owner: NodeId,
    /// The worker of that node.
    pub worker: u16,
    /// The number in all of its packets: a node that takes the session over keeps it.
    pub session: u32,
}

/// The number of the change of the store that wrote a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Revision(pub u64);

impl Revision {
    /// That of no change: a request which names it applies only where the store never had a record.
    pub const NONE: Self = Self(0);
}

/// A request to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreRequest {
    /// The number of the request, for its answer.
    pub number: u64,
    /// The name of the session.
    pub name: Box<str>,
    /// The requested change.
    pub change: StoreChange,
}

/// A conditional change of the store, which applies only if the record is as expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreChange {
    /// Write a record where there is none.
    Create(SessionRecord),
    /// Replace the record of this revision.
    Replace(SessionRecord, Revision),
    /// Remove the record of this revision.
    Remove(Revision),
    /// Report the current record, like a change.
    Read,
}

/// The store's answer to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreAnswer {
    /// Done, with the current revision of the record.
    Done(Revision),
    /// The record is not as expected.
    Conflict,
    /// The store could not answer.
    Unavailable,
}
