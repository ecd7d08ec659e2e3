//! The world that a player's place is in.

use std::sync::Arc;

/// A game's world, by a name that its players agree on. Places in different worlds have nothing to do with each other.
///
/// The default has no name: it is the world of all that name none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct World(Option<Arc<[u8]>>);

impl World {
    /// Maximum bytes of a name: what Mumble's plugins have for it.
    pub const BYTES_MAX: usize = 256;

    /// The world of this name; `None` if the name has more than [`Self::BYTES_MAX`] bytes.
    pub fn named(name: &[u8]) -> Option<Self> {
        match name.len() {
            0 => Some(Self(None)),
            1..=Self::BYTES_MAX => Some(Self(Some(name.into()))),
            _ => None,
        }
    }

    /// Its name, which need not be text.
    pub fn name(&self) -> &[u8] {
        self.0.as_deref().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worlds_are_the_same_by_name_and_those_without_one_are_too() {
        assert_eq!(World::named(b"map 7"), World::named("map 7".as_bytes()));
        assert_ne!(World::named(b"map 7"), World::named(b"map 8"));
        assert_eq!(World::named(b""), Some(World::default()));
        assert_eq!(World::default().name(), b"");
    }

    #[test]
    fn a_name_has_at_most_256_bytes() {
        assert_eq!(World::named(&[0xFF; 256]).unwrap().name(), [0xFF; 256]);
        assert_eq!(World::named(&[0xFF; 257]), None);
    }
}
