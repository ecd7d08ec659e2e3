//! What a slot plays.

/// A slot of the page, as the page's player has told it.
#[derive(Clone, Debug, Default)]
pub(super) struct Slot {
    /// The player.
    pub name: Option<Box<str>>,
    /// The rooms by which it reaches the page.
    pub rooms: Vec<u16>,
}
