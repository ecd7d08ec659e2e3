//! Replicated records: requests and news between a node's copy and the store that all nodes share.

use std::task::Waker;
use std::time::Instant;

use crate::placement::{Revision, StoreAnswer};

/// A node's copy of records that all nodes share. It decides what to write into the store and which news to accept;
/// the code that transports the records calls it, and carries out its requests.
///
/// Sans-IO: the time and the store's news are arguments. Calls may come late, repeatedly, and after an answer was
/// lost.
pub trait Replica: Send {
    /// All records of this kind follow, up to [`handle_caught_up`](Self::handle_caught_up), and then each change.
    /// Answers to earlier requests about them no longer arrive.
    fn handle_begun(&mut self, kind: Replicated);

    /// All records of this kind that the store had when it [began](Self::handle_begun) have been reported.
    fn handle_caught_up(&mut self, kind: Replicated);

    /// The bucket of bans has this value under a key since this revision. Without a value, it was deleted at this
    /// revision; without a revision either, the key does not exist.
    fn handle_ban(&mut self, key: &str, revision: Option<Revision>, value: Option<&[u8]>);

    /// The audit log has one more entry.
    fn handle_audit_entry(&mut self, value: &[u8]);

    /// The store is no longer reachable.
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

/// A request from a copy to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaRequest {
    /// The number of the request, for its answer.
    pub number: u64,
    /// The requested change.
    pub change: ReplicaChange,
}

/// A change of the shared records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplicaChange {
    /// Write a ban under a key whose record has this revision; `None` means that there is no record. If the record
    /// differs, it is reported before the answer [`Conflict`](StoreAnswer::Conflict).
    PutBan {
        /// Letters, digits, `-` and `_`.
        key: Box<str>,
        /// The revision of the expected record.
        over: Option<Revision>,
        /// The new record.
        value: Vec<u8>,
    },
    /// Remove the record of a ban that has this revision. Copies are told that it was deleted.
    RemoveBan {
        /// Its key.
        key: Box<str>,
        /// Its revision: another record stays, and the answer is [`Conflict`](StoreAnswer::Conflict).
        revision: Revision,
    },
    /// Append an entry to the audit log, unless there is one of this name already.
    AppendAuditEntry {
        /// The name of the entry.
        id: Box<str>,
        /// The content of the entry.
        value: Vec<u8>,
    },
}
