//! Rejected datagrams, and the reasons.

/// Counters of rejected datagrams, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Refused {
    /// From no known user, or modified on the way.
    pub(crate) forged: u64,
    pub(crate) replayed: u64,
    /// From hosts without users, or tried with too many keys.
    pub(crate) strange: u64,
}

/// The reason why a datagram could not be assigned to a user.
#[derive(Clone, Copy, Debug)]
pub(super) enum Strangeness {
    /// There are no users at its host, or too many keys were tried.
    Host,
    /// No key of its host's users decrypts it.
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
