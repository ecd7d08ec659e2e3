//! The violation of an invariant.

use thiserror::Error;

/// The violation of an invariant.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub(crate) struct Violation(String);

pub(crate) type Checked = Result<(), Violation>;

impl Violation {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// Fails with these words unless the condition holds.
macro_rules! ensure {
    ($condition:expr, $($words:tt)+) => {
        if !$condition {
            return Err($crate::sim::violation::Violation::new(format!($($words)+)));
        }
    };
}
pub(crate) use ensure;
