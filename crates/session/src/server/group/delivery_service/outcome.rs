//! What a commit or a position leads to.

use alloc::vec::Vec;

use consonance_wire::ClientId;

/// A commit that counts.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::server::group) struct Committed {
    pub group: u32,
    pub epoch: u32,
    /// The members that were there before, but for the committer.
    pub others: Vec<ClientId>,
    /// The clients that its Welcomes are for, by the index of the Welcome.
    pub welcomed: Vec<(ClientId, usize)>,
}

/// What a member is told that says where it is.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::server::group) enum Catching {
    /// Nothing: it is there, or will be added.
    Up,
    /// The commits after its epoch.
    After(u32),
    /// To ask to be added: it cannot catch up.
    Never,
}
