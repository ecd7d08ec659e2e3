//! Indices into the tables of one worker.

/// The index of a browser among the others, until it is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BrowserIndex(pub(crate) usize);

/// The index of a session's browsers, until the last one is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NeighboursIndex(pub(crate) usize);
