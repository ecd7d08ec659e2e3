//! Errors of records.

/// Why something was not recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordsError {
    /// There are as many bans as may be.
    #[error(
        "there are {limit} bans, which is all that are kept: lift some, or ban an address prefix for many addresses"
    )]
    TooManyBans {
        /// How many that are.
        limit: usize,
    },
    /// The limit of players with restrictions is reached.
    #[error(
        "{limit} players are already muted or restricted, which is the limit: lift some restrictions first"
    )]
    TooManyRestrictions {
        /// How many that are.
        limit: usize,
    },
    /// There are as many rooms with limits of their own as may be.
    #[error(
        "{limit} rooms of this session have limits of their own, which is all that are kept: take some back"
    )]
    TooManyRooms {
        /// How many that are.
        limit: usize,
    },
}

impl RecordsError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooManyBans { .. } => "too-many-bans",
            Self::TooManyRestrictions { .. } => "too-many-restrictions",
            Self::TooManyRooms { .. } => "too-many-rooms",
        }
    }
}
