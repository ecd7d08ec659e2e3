//! Datagrams that are not taken, and why.

/// Datagrams that were not taken, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Refused {
    /// Of no user, or changed on the way.
    pub(crate) forged: u64,
    pub(crate) replayed: u64,
    /// From hosts without users, or tried with too many keys.
    pub(crate) strange: u64,
}

/// Why a datagram belongs to no user.
#[derive(Clone, Copy, Debug)]
pub(super) enum Strangeness {
    /// No user is at its host, or its keys were tried too often.
    Host,
    /// No key of its host's users opens it.
    Key,
}

impl Refused {
    pub(super) fn counter(&mut self, strangeness: Strangeness) -> &mut u64 {
        match strangeness {
            Strangeness::Host => &mut self.strange,
            Strangeness::Key => &mut self.forged,
        }
    }
}
