//! Results of checks.

use std::fmt;

/// The result of a check, and its message.
#[derive(Debug)]
pub(super) enum Outcome {
    Passed(String),
    /// It could not be tried here.
    Skipped(String),
    Failed(String),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed(what) => write!(f, "passed   {what}"),
            Self::Skipped(why) => write!(f, "skipped  {why}"),
            Self::Failed(why) => write!(f, "FAILED   {why}"),
        }
    }
}
