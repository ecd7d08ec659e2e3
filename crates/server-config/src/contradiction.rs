//! A value that is valid alone but not with others.

/// A mistake in the value of a key, or in an item of its list.
pub(super) struct Contradiction {
    pub(super) key: &'static str,
    pub(super) item: Option<usize>,
    pub(super) what: String,
}

impl Contradiction {
    pub(super) fn new(key: &'static str, what: impl Into<String>) -> Self {
        Self { key, item: None, what: what.into() }
    }

    pub(super) fn in_item(key: &'static str, item: usize, what: impl Into<String>) -> Self {
        Self { key, item: Some(item), what: what.into() }
    }

    /// Of two keys, only one is set.
    pub(super) fn in_pair(keys: [&'static str; 2], are_set: [bool; 2]) -> Option<Self> {
        let [set, missing] = match are_set {
            [true, false] => keys,
            [false, true] => [keys[1], keys[0]],
            _ => return None,
        };
        Some(Self::new(set, format!("{missing} is missing: set both or neither")))
    }
}

/// The items that are in a list before, too, with their indices.
pub(super) fn repeated<T: PartialEq>(items: &[T]) -> impl Iterator<Item = (usize, &T)> {
    items.iter().enumerate().filter(|(index, item)| items[..*index].contains(item))
}
