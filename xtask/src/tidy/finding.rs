//! A finding: one place that breaks a rule, and the way to mend it.

use std::fmt;

/// A broken rule; shown as `path:line: what — do this instead`.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// The path from the root of the repository, with `/` between its parts.
    pub(crate) path: String,
    /// The line, counted from 1; 1 where the finding is about the file as a whole.
    pub(crate) line: usize,
    /// The problem: something forbidden that is there, or something required that is missing.
    pub(crate) what: String,
    /// The way to mend it.
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
