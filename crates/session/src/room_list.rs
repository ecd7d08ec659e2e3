//! The rooms of one player, sorted as the protocol wants them.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cmp::Ordering;

use consonance_wire::RoomId;

/// Room names, each with its id, in the order in which a client's state lists them: by UTF-16 code units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RoomList {
    rooms: Vec<Room>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Room {
    pub(crate) id: RoomId,
    pub(crate) name: Box<str>,
}

impl RoomList {
    /// Adds a room; false if it is there already.
    pub(crate) fn insert(&mut self, name: &str) -> bool {
        match self.find(name) {
            Ok(_) => false,
            Err(index) => {
                // Most players listen to few rooms: reserve for one, not for the default of four.
                self.rooms.reserve_exact(1);
                self.rooms.insert(index, Room { id: RoomId::of(name), name: name.into() });
                true
            }
        }
    }

    /// Takes a room out; `None` if it is not there.
    pub(crate) fn remove(&mut self, name: &str) -> Option<Room> {
        self.find(name).ok().map(|index| self.rooms.remove(index))
    }

    /// Takes the last room out.
    pub(crate) fn pop(&mut self) -> Option<Room> {
        self.rooms.pop()
    }

    pub(crate) fn contains_id(&self, id: RoomId) -> bool {
        self.rooms.iter().any(|room| room.id == id)
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.find(name).is_ok()
    }

    pub(crate) fn len(&self) -> usize {
        self.rooms.len()
    }

    pub(crate) fn iter(&self) -> core::slice::Iter<'_, Room> {
        self.rooms.iter()
    }

    pub(crate) fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.rooms.iter().map(|room| &*room.name)
    }

    /// The name listened to under this id.
    pub(crate) fn name_of(&self, id: RoomId) -> Option<&str> {
        self.rooms.iter().find(|room| room.id == id).map(|room| &*room.name)
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        self.rooms.binary_search_by(|room| utf16_order(&room.name, name))
    }
}

/// Differs from the order of the bytes only where a surrogate pair meets U+E000…U+FFFF.
fn utf16_order(a: &str, b: &str) -> Ordering {
    a.encode_utf16().cmp(b.encode_utf16())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(names: &[&str]) -> RoomList {
        let mut list = RoomList::default();
        for name in names {
            list.insert(name);
        }
        list
    }

    #[test]
    fn rooms_are_sorted_by_utf16_code_units() {
        let rooms = list(&["\u{ff5e}", "b", "\u{1f600}", "a"]);
        assert_eq!(rooms.names().collect::<Vec<_>>(), ["a", "b", "\u{1f600}", "\u{ff5e}"]);
    }

    #[test]
    fn a_room_is_in_the_list_once() {
        let mut rooms = list(&["a"]);
        assert!(!rooms.insert("a"));
        assert_eq!(rooms.len(), 1);
        assert!(rooms.remove("a").is_some());
        assert!(rooms.remove("a").is_none());
    }
}
