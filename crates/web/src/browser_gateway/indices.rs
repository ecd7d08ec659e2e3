//! Where things of one worker are in its tables.

/// Where a browser is among the others, until it is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BrowserIndex(pub(crate) usize);

/// A session's browsers, until the last one is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NeighboursIndex(pub(crate) usize);
