//! Checks that are skipped because this machine lacks something, so that they do not count as passed.

use std::fmt;

/// The skipped checks, in the order in which they were found; empty where everything was checked.
#[derive(Debug, Default, PartialEq, Eq)]
#[must_use]
pub(crate) struct Skips(Vec<String>);

impl Skips {
    /// Everything was checked.
    pub(crate) const NONE: Self = Self(Vec::new());

    /// Prints a skip with its reason, and remembers it.
    pub(crate) fn one(what: impl fmt::Display) -> Self {
        println!("skipped: {what}");
        Self(vec![what.to_string()])
    }

    /// Adds the skips of another check.
    pub(crate) fn with(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

impl fmt::Display for Skips {
    /// One line, the last of a run.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return write!(f, "skipped: nothing");
        }
        write!(f, "skipped: {}", self.0.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_was_left_out_is_one_line() {
        assert_eq!(Skips::NONE.to_string(), "skipped: nothing");
        let both = Skips::one("libopus, no cmake").with(Skips::NONE).with(Skips::one("web, no Node.js"));
        assert_eq!(both.to_string(), "skipped: libopus, no cmake; web, no Node.js");
    }
}
