//! Why a client does not come into the session that it names.

/// What the client is told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SessionRefusal {
    /// No session of that name is served, nor may one begin.
    #[error("there is no session {session:?} here, only: {}", .served.join(", "))]
    Unknown {
        /// What it named.
        session: String,
        /// The settled names, and the patterns of those on demand; sessions that run on
        /// demand are nobody else's business.
        served: Vec<String>,
    },
    /// There are as many sessions as there may be.
    #[error("this server has all the sessions that it takes, {max}; try again later")]
    Full {
        /// How many.
        max: usize,
    },
    /// Another worker has it, which this network does not lead to.
    #[error("the session {session:?} is not reached over this network, only over another one")]
    Elsewhere {
        /// What it named.
        session: String,
    },
}
