//! The outcomes of a commit and of a position.

use alloc::vec::Vec;

use consonance_wire::ClientId;

/// The outcome of a commit.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::server::group) enum Offer {
    /// All are in the next epoch.
    Accepted(Committed),
    /// It does not hold, or is not what was asked for: its maker is asked no more.
    Refused,
    /// It is awaited no longer.
    Late,
}

/// An accepted commit.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::server::group) struct Committed {
    pub group: u32,
    pub epoch: u32,
    /// What it was asked to change: a message to members.
    pub changes: Vec<u8>,
    /// The previous members, except for the committer.
    pub others: Vec<ClientId>,
    /// The clients that its Welcomes are for, by the index of the Welcome.
    pub welcomed: Vec<(ClientId, usize)>,
}

/// The answer to a member's position.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::server::group) enum Catching {
    /// Nothing: it is up to date, or will be added.
    Up,
    /// The commits after its epoch.
    After(u32),
    /// A request to ask to be added: it cannot catch up.
    Never,
}
