//! The page's slots.

/// A slot of the page, as reported by the page's player.
#[derive(Clone, Debug, Default)]
pub(super) struct Slot {
    /// The player.
    pub name: Option<Box<str>>,
    /// The rooms by which it reaches the page.
    pub rooms: Vec<u16>,
}
