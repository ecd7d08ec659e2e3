//! Why a client does not come into the session that it names.

use std::fmt;

use consonance_link::{EndCode, EndReason};

/// The reason why a client is not admitted to the session that it names. The client gets the [`EndReason`], whose text
/// is also used in logs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionRefusal {
    /// No session of that name is served, nor may one begin.
    Unknown {
        /// The name that it asked for.
        session: String,
        /// The configured names, and the patterns of those on demand; the names of sessions on demand are not
        /// disclosed.
        served: Vec<String>,
    },
    /// There are as many sessions as there may be.
    Full {
        /// How many.
        max: usize,
    },
    /// Another worker has it, which this network does not lead to.
    Elsewhere {
        /// The name that it asked for.
        session: String,
    },
}

impl SessionRefusal {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "unknown",
            Self::Full { .. } => "full",
            Self::Elsewhere { .. } => "elsewhere",
        }
    }
}

impl From<&SessionRefusal> for EndReason {
    fn from(refusal: &SessionRefusal) -> Self {
        match refusal {
            SessionRefusal::Unknown { served, .. } => {
                Self::with_words(EndCode::SessionUnknown, &served.join(", "))
            }
            SessionRefusal::Full { max } => {
                Self { max: u32::try_from(*max).ok(), ..EndCode::SessionsFull.into() }
            }
            SessionRefusal::Elsewhere { .. } => EndCode::Elsewhere.into(),
        }
    }
}

impl fmt::Display for SessionRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        EndReason::from(self).fmt(f)
    }
}

impl std::error::Error for SessionRefusal {}
