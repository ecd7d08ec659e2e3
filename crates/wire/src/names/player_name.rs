//! A name as it was given, with its key.

use alloc::boxed::Box;
use alloc::string::String;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::Deref;

use crate::names::NameKey;

/// A player's name as it was given, equal to every other spelling of it: compared, ordered and hashed by its
/// [`NameKey`], which is computed once.
#[derive(Clone)]
pub struct PlayerName {
    given: Box<str>,
    key: NameKey,
}

impl PlayerName {
    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        &self.given
    }

    /// The key that the name is compared by.
    pub fn key(&self) -> &NameKey {
        &self.key
    }

    /// The name as it was given, and its key.
    pub fn into_parts(self) -> (Box<str>, NameKey) {
        (self.given, self.key)
    }
}

impl From<Box<str>> for PlayerName {
    fn from(given: Box<str>) -> Self {
        let key = NameKey::of(&given);
        Self { given, key }
    }
}

impl From<&str> for PlayerName {
    fn from(given: &str) -> Self {
        Box::<str>::from(given).into()
    }
}

impl From<String> for PlayerName {
    fn from(given: String) -> Self {
        given.into_boxed_str().into()
    }
}

impl Deref for PlayerName {
    type Target = str;

    fn deref(&self) -> &str {
        &self.given
    }
}

impl PartialEq for PlayerName {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for PlayerName {}

impl PartialOrd for PlayerName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PlayerName {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl Hash for PlayerName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl fmt::Debug for PlayerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.given, f)
    }
}

impl fmt::Display for PlayerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.given)
    }
}
