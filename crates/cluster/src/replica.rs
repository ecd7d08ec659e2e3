//! Records of which each node has a copy: what passes between a copy and the store that all nodes share.

use std::task::Waker;
use std::time::Instant;

use crate::placement::{Revision, StoreAnswer};

/// A node's copy of records that all nodes share. It decides what to put into the store and what to believe of it;
/// whatever moves the records calls it, and carries out what it asks.
///
/// Sans-IO: the time, and what the store tells, are arguments. Calls may come late, repeatedly, and after an answer was
/// lost.
pub trait Replica: Send {
    /// All records of this kind follow, up to [`handle_caught_up`](Self::handle_caught_up), and then each change.
    /// Answers to earlier requests about them do not come any more.
    fn handle_begun(&mut self, kind: Replicated);

    /// All records of this kind that the store had when it [began](Self::handle_begun) were told.
    fn handle_caught_up(&mut self, kind: Replicated);

    /// The bucket of bans has this value under a key since this revision. Without a value it was deleted then; without
    /// a revision, too, nothing is there.
    fn handle_ban(&mut self, key: &str, revision: Option<Revision>, value: Option<&[u8]>);

    /// The audit log has one more entry.
    fn handle_audit_entry(&mut self, value: &[u8]);

    /// The store cannot be reached any more.
    fn handle_lost(&mut self);

    /// The store's answer to a request with this number.
    fn handle_answer(&mut self, now: Instant, number: u64, answer: StoreAnswer);

    /// The next request for the store.
    fn poll_request(&mut self, now: Instant) -> Option<ReplicaRequest>;

    /// When to call [`poll_request`](Self::poll_request) again, if nothing else happens.
    fn poll_timeout(&self, now: Instant) -> Instant;

    /// Asks to be woken when there is something to request.
    fn set_waker(&mut self, waker: Waker);
}

/// A kind of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replicated {
    /// A bucket with a record for each ban.
    Bans,
    /// A log with an entry for each action of an operator.
    Audit,
}

/// What a copy asks of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaRequest {
    /// The number of the request, for its answer.
    pub number: u64,
    /// What is wanted.
    pub change: ReplicaChange,
}

/// A change of what nodes share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplicaChange {
    /// Write a ban under a key whose record has this revision; without one, there is none. If it is otherwise, the
    /// record is told before the answer [`Conflict`](StoreAnswer::Conflict).
    PutBan {
        /// Letters, digits, `-` and `_`.
        key: Box<str>,
        /// What is there now.
        over: Option<Revision>,
        /// What is to be there.
        value: Vec<u8>,
    },
    /// Remove the record of a ban that has this revision, or an earlier one. No copy is told of it.
    RemoveBan {
        /// Its key.
        key: Box<str>,
        /// Its revision: a later record stays.
        revision: Revision,
    },
    /// Append an entry to the audit log, unless there is one of this name already.
    AppendAuditEntry {
        /// The name of the entry.
        id: Box<str>,
        /// What it says.
        value: Vec<u8>,
    },
}
