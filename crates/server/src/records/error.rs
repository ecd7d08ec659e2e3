//! Errors of records.

/// Why something was not recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordsError {
    /// There are as many bans as may be.
    #[error(
        "there are already {limit} bans, which is the limit: lift some, or ban an address prefix instead of \
         many addresses"
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
    #[error("{limit} rooms of this session already have limits, which is the maximum: remove some")]
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
