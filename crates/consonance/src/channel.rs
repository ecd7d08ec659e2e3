//! The name of a channel between the game and the voice thread.

/// A channel that was opened; the name for changing and closing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Channel(pub(crate) u32);
