//! The errors of this crate.

/// Why a key, a credential or a message of the group cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum E2eeError {
    /// A message of the delivery service or of MLS does not have the form that it should have.
    #[error("malformed {what}: {why}")]
    Malformed {
        /// The message.
        what: &'static str,
        /// The error in it.
        why: String,
    },
    /// MLS refuses a message: a signature, a tag or a rule does not hold.
    #[error("{what} was refused: {why}")]
    Refused {
        /// The message.
        what: &'static str,
        /// The rule that does not hold.
        why: String,
    },
    /// A credential's field is too long.
    #[error("the {field} of a credential has {bytes} bytes: at most {most} are expected")]
    TooLong {
        /// The field.
        field: &'static str,
        /// Its length in bytes.
        bytes: usize,
        /// The limit.
        most: usize,
    },
    /// There is no group yet, or none any more.
    #[error("there are no keys: the player is not in the session's group yet")]
    NoGroup,
}

impl E2eeError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "malformed",
            Self::Refused { .. } => "refused",
            Self::TooLong { .. } => "too-long",
            Self::NoGroup => "no-group",
        }
    }

    /// For errors of single algorithms.
    pub(crate) fn failed<E: mls_rs::error::IntoAnyError>(what: &'static str) -> impl FnOnce(E) -> Self {
        move |error| Self::Refused { what, why: error.into_any_error().to_string() }
    }

    pub(crate) fn malformed(what: &'static str) -> impl FnOnce(mls_rs::error::MlsError) -> Self {
        move |error| Self::Malformed { what, why: error.to_string() }
    }

    pub(crate) fn refused(what: &'static str) -> impl FnOnce(mls_rs::error::MlsError) -> Self {
        move |error| Self::Refused { what, why: error.to_string() }
    }
}
