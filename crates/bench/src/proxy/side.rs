//! The paths from clients to the game's server.

/// The paths that take turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Direct,
    /// Through a process that only forwards datagrams.
    Bare,
    Proxied,
}

impl Side {
    /// All sides, in the order of their numbers.
    pub(super) const ALL: [Self; 3] = [Self::Direct, Self::Bare, Self::Proxied];

    /// The seed of one of its clients. Seeds are unique within the bench, as the game's server would otherwise take
    /// two clients for one.
    pub(super) fn seed(self, number: u16) -> u32 {
        (self as u32) << u16::BITS | u32::from(number)
    }

    /// The name in the names of fields.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Bare => "bare",
            Self::Proxied => "proxied",
        }
    }
}
