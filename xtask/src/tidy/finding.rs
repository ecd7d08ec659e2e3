//! One place that breaks a rule, and what to do there instead.

use std::fmt;

/// One broken rule; shown as `path:line: what — do this instead`.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// From the root of the repository, with `/` between its parts.
    pub(crate) path: String,
    /// Counted from 1; 1 where the finding is about the file as a whole.
    pub(crate) line: usize,
    /// What is there that should not be, or is missing.
    pub(crate) what: String,
    /// What to do about it.
    pub(crate) instead: String,
}

impl Finding {
    /// A finding at a line of a file.
    pub(crate) fn new(path: &str, line: usize, what: impl Into<String>, instead: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, what: what.into(), instead: instead.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {} — {}", self.path, self.line, self.what, self.instead)
    }
}
