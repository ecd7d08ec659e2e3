//! Numbers for players, which are shorter than names and stay the same as long as a chat runs.

use std::collections::HashMap;

/// Oneself.
pub(crate) const LOCAL: u32 = 1;
/// So many names keep their numbers; beyond that, players that have left lose theirs.
const NAMES_MAX: usize = 65_536;

/// The numbers of a chat's players, those that have left among them. Zero is no player's.
#[derive(Debug)]
pub(crate) struct PlayerIds {
    of_name: HashMap<Box<str>, u32>,
    names: HashMap<u32, Box<str>>,
    last: u32,
}

impl PlayerIds {
    pub(crate) fn new(local_name: &str) -> Self {
        let mut ids = Self { of_name: HashMap::new(), names: HashMap::new(), last: LOCAL - 1 };
        ids.give(local_name);
        ids
    }

    /// The number of this name; a new one where it has none. `is_here` tells which players are in the session.
    pub(crate) fn of(&mut self, name: &str, is_here: impl Fn(&str) -> bool) -> u32 {
        if let Some(id) = self.of_name.get(name) {
            return *id;
        }
        if self.names.len() >= NAMES_MAX {
            self.of_name.retain(|name, id| *id == LOCAL || is_here(name));
            let of_name = &self.of_name;
            self.names.retain(|_, name| of_name.contains_key(name));
        }
        self.give(name)
    }

    /// The number of this name, if it has one.
    pub(crate) fn find(&self, name: &str) -> Option<u32> {
        self.of_name.get(name).copied()
    }

    pub(crate) fn name(&self, id: u32) -> Option<&str> {
        self.names.get(&id).map(|name| &**name)
    }

    fn give(&mut self, name: &str) -> u32 {
        self.last += 1;
        self.of_name.insert(name.into(), self.last);
        self.names.insert(self.last, name.into());
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_number() {
        let mut ids = PlayerIds::new("Alice");
        assert_eq!(ids.find("Alice"), Some(LOCAL));
        let bob = ids.of("Bob", |_| true);
        assert_eq!((ids.of("Bob", |_| false), ids.name(bob)), (bob, Some("Bob")));
        assert_ne!(ids.of("Carol", |_| true), bob);
        assert_eq!(ids.name(0), None);
    }

    #[test]
    fn those_that_have_left_lose_their_numbers_when_there_are_too_many() {
        let mut ids = PlayerIds::new("Alice");
        let bob = ids.of("Bob", |_| true);
        for number in 0..NAMES_MAX {
            ids.of(&format!("player {number}"), |name| name == "Bob");
        }
        assert!(ids.names.len() <= NAMES_MAX && ids.names.len() == ids.of_name.len());
        assert_eq!((ids.find("Bob"), ids.find("Alice")), (Some(bob), Some(LOCAL)));
        assert_eq!(ids.find("player 0"), None);
    }
}
