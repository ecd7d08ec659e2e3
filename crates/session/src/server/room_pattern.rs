//! A pattern for the rooms that a rule of the configuration applies to.

use alloc::boxed::Box;
use core::fmt;

/// One room by its name, or all rooms whose names have the same beginning.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RoomPattern {
    /// The room of this name.
    Name(Box<str>),
    /// Every room whose name begins with this. Their names are not known in advance, so no ids are
    /// [reserved](crate::ServerSettings::reserved_rooms) for them.
    Prefix(Box<str>),
}

impl RoomPattern {
    /// Whether a room of this name matches.
    pub fn matches(&self, room: &str) -> bool {
        match self {
            Self::Name(name) => **name == *room,
            Self::Prefix(prefix) => room.starts_with(&**prefix),
        }
    }
}

/// A trailing `*` matches any rest; any other text is a name.
impl From<&str> for RoomPattern {
    fn from(text: &str) -> Self {
        match text.strip_suffix('*') {
            Some(prefix) => Self::Prefix(prefix.into()),
            None => Self::Name(text.into()),
        }
    }
}

impl fmt::Display for RoomPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Prefix(prefix) => write!(f, "{prefix}*"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_at_the_end_stands_for_whatever_follows() {
        let matches = |pattern: &str, room| RoomPattern::from(pattern).matches(room);
        assert!(matches("world", "world") && !matches("world", "world 2"));
        assert!(matches("world*", "world") && matches("world*", "world 2") && !matches("world*", "a world"));
        assert!(matches("*", ""));
        assert!(matches("a*b", "a*b") && !matches("a*b", "axb"));
    }
}
