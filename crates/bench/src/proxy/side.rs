//! How clients reach the game's server.

/// The ways that take turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Direct,
    /// Through a process that only passes datagrams on.
    Bare,
    Proxied,
}

impl Side {
    /// In the order of their numbers.
    pub(super) const ALL: [Self; 3] = [Self::Direct, Self::Bare, Self::Proxied];

    /// Of one of its clients. No two in the bench have the same: the game's server takes them for one client else.
    pub(super) fn seed(self, number: u16) -> u32 {
        (self as u32) << u16::BITS | u32::from(number)
    }

    /// In the names of fields.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Bare => "bare",
            Self::Proxied => "proxied",
        }
    }
}
