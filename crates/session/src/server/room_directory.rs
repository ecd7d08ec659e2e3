//! The rooms of the session by name: their number, the ones that share an id, and the reserved ones.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use consonance_wire::RoomId;

/// Rooms with listeners; a room is removed when the last one leaves.
#[derive(Debug, Default)]
pub(super) struct RoomDirectory {
    /// The names of each id, with the number of their listeners.
    by_id: BTreeMap<RoomId, BTreeMap<Box<str>, usize>>,
    /// The number of names.
    names: usize,
    /// Rooms of the configuration by id.
    reserved: BTreeMap<RoomId, Vec<Box<str>>>,
}

impl RoomDirectory {
    pub(super) fn new<'a>(reserved: impl Iterator<Item = &'a str>) -> Self {
        let mut directory = Self::default();
        directory.reserve(reserved);
        directory
    }

    /// Reserves the ids of these rooms, in place of the previous reservations.
    pub(super) fn reserve<'a>(&mut self, names: impl Iterator<Item = &'a str>) {
        self.reserved.clear();
        for name in names {
            self.reserved.entry(RoomId::of(name)).or_default().push(name.into());
        }
    }

    /// Adds a listener. True if it is the first of a name whose id another name has already.
    pub(super) fn enter(&mut self, name: &str) -> bool {
        let names = self.by_id.entry(RoomId::of(name)).or_default();
        if let Some(listeners) = names.get_mut(name) {
            *listeners += 1;
            return false;
        }
        let collides = !names.is_empty();
        names.insert(name.into(), 1);
        self.names += 1;
        collides
    }

    /// Removes a listener.
    pub(super) fn leave(&mut self, name: &str) {
        let id = RoomId::of(name);
        let Some(names) = self.by_id.get_mut(&id) else { return };
        let Some(listeners) = names.get_mut(name) else { return };
        *listeners -= 1;
        if *listeners > 0 {
            return;
        }
        names.remove(name);
        self.names -= 1;
        if names.is_empty() {
            self.by_id.remove(&id);
        }
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.by_id.get(&RoomId::of(name)).is_some_and(|names| names.contains_key(name))
    }

    /// The number of listeners of a room.
    pub(super) fn listeners(&self, name: &str) -> usize {
        self.by_id.get(&RoomId::of(name)).and_then(|names| names.get(name)).copied().unwrap_or(0)
    }

    /// The number of rooms with listeners.
    pub(super) fn len(&self) -> usize {
        self.names
    }

    /// Rooms by ascending id and then by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (RoomId, &str)> {
        self.by_id.iter().flat_map(|(id, names)| names.keys().map(|name| (*id, &**name)))
    }

    /// The rooms in use that the wire cannot distinguish from one of this name, itself included.
    pub(super) fn names_of_id_of(&self, name: &str) -> impl Iterator<Item = &str> {
        self.names_of_id(RoomId::of(name))
    }

    /// The rooms in use with this id on the wire.
    pub(super) fn names_of_id(&self, id: RoomId) -> impl Iterator<Item = &str> {
        self.by_id.get(&id).into_iter().flat_map(|names| names.keys().map(|name| &**name))
    }

    /// Whether a room of the configuration has the name's id, but not the name.
    pub(super) fn is_taken_by_reserved(&self, name: &str) -> bool {
        // Fast path without such rooms: computing ids is the most expensive part of a join.
        if self.reserved.is_empty() {
            return false;
        }
        let Some(names) = self.reserved.get(&RoomId::of(name)) else { return false };
        names.iter().all(|reserved| **reserved != *name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_exists_while_it_has_listeners() {
        let mut rooms = RoomDirectory::default();
        rooms.enter("lobby");
        rooms.enter("lobby");
        rooms.leave("lobby");
        assert!(rooms.contains("lobby"));
        assert_eq!(rooms.len(), 1);
        rooms.leave("lobby");
        rooms.leave("lobby");
        assert!(!rooms.contains("lobby"));
        assert_eq!((rooms.len(), rooms.by_id.len()), (0, 0));
    }
}
