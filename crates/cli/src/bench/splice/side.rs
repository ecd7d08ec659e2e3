//! How clients reach the game's server.

/// The ways that take turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Direct,
    /// Through a process that only passes datagrams on.
    Proxied,
    Spliced,
}

impl Side {
    /// In the order of their numbers.
    pub(super) const ALL: [Self; 3] = [Self::Direct, Self::Proxied, Self::Spliced];

    /// In the names of fields.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Proxied => "proxied",
            Self::Spliced => "spliced",
        }
    }
}
