//! Handles: numbers that C holds, which name objects of ours and no others, also once an object is gone.
//!
//! A number has the kind of its object, the place in the table of that kind, and how often that place was used. So a
//! handle of a destroyed object, or of another kind, names nothing, whatever takes its place.

use std::sync::{Arc, Mutex};

use crate::error::{CError, Failure};
use crate::lock::lock;

/// The kind of object that a handle names, in its highest byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Chat = 1,
    Stream = 2,
    Recording = 3,
    Host = 4,
    Link = 5,
}

/// A handle in its parts: kind, use, place. Zero names nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Handle {
    pub(crate) used: u32,
    pub(crate) place: usize,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Chat, Self::Stream, Self::Recording, Self::Host, Self::Link];

    /// The kind that this number says to be of.
    pub(crate) fn of(number: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u64 == number >> 56)
    }

    pub(crate) fn number(self, handle: Handle) -> u64 {
        (self as u64) << 56 | u64::from(handle.used) << 24 | handle.place as u64
    }

    /// The parts of a number of this kind.
    pub(crate) fn handle(self, number: u64) -> Result<Handle, CError> {
        if Self::of(number) == Some(self) {
            Ok(Handle { used: (number >> 24) as u32, place: (number & 0xff_ffff) as usize })
        } else {
            Err(CError::Handle)
        }
    }
}

/// The objects of one kind.
pub(crate) struct Table<T> {
    kind: Kind,
    places_max: usize,
    places: Mutex<Vec<Place<T>>>,
}

struct Place<T> {
    used: u32,
    object: Option<Arc<T>>,
}

impl<T> Table<T> {
    /// At most so many at a time.
    pub(crate) const fn new(kind: Kind, places_max: usize) -> Self {
        Self { kind, places_max, places: Mutex::new(Vec::new()) }
    }

    /// The number of a new object.
    pub(crate) fn insert(&self, object: Arc<T>) -> Result<u64, Failure> {
        let mut places = lock(&self.places);
        let free = places.iter().position(|place| place.object.is_none());
        let place = match free {
            Some(place) => place,
            None if places.len() < self.places_max => {
                places.push(Place { used: 0, object: None });
                places.len() - 1
            }
            None => {
                let words = format!("{} objects of this kind exist: destroy one first", self.places_max);
                return Err(Failure::new(CError::Limit, words));
            }
        };
        let row = &mut places[place];
        row.used = row.used.wrapping_add(1);
        row.object = Some(object);
        Ok(self.kind.number(Handle { used: row.used, place }))
    }

    pub(crate) fn get(&self, number: u64) -> Result<Arc<T>, Failure> {
        let handle = self.kind.handle(number)?;
        let places = lock(&self.places);
        let place = places.get(handle.place).filter(|place| place.used == handle.used);
        Ok(place.and_then(|place| place.object.clone()).ok_or(CError::Handle)?)
    }

    pub(crate) fn remove(&self, number: u64) -> Result<Arc<T>, Failure> {
        let handle = self.kind.handle(number)?;
        let mut places = lock(&self.places);
        let place = places.get_mut(handle.place).filter(|place| place.used == handle.used);
        Ok(place.and_then(|place| place.object.take()).ok_or(CError::Handle)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_names_its_object_until_that_is_removed() {
        let table = Table::new(Kind::Chat, 2);
        let (one, two) = (table.insert(Arc::new(1)).unwrap(), table.insert(Arc::new(2)).unwrap());
        assert_eq!((*table.get(one).unwrap(), *table.get(two).unwrap()), (1, 2));
        assert_eq!(*table.remove(one).unwrap(), 1);
        assert!(table.get(one).is_err() && table.remove(one).is_err());
        let three = table.insert(Arc::new(3)).unwrap();
        assert!(table.get(one).is_err(), "the place is used again, the handle is not");
        assert_eq!((*table.get(two).unwrap(), *table.get(three).unwrap()), (2, 3));
    }

    #[test]
    fn a_table_has_a_bound() {
        let table = Table::new(Kind::Host, 1);
        let one = table.insert(Arc::new(())).unwrap();
        assert!(table.insert(Arc::new(())).is_err());
        table.remove(one).unwrap();
        assert!(table.insert(Arc::new(())).is_ok());
    }

    #[test]
    fn a_number_that_was_not_given_out_names_nothing() {
        let chats = Table::new(Kind::Chat, 8);
        let chat = chats.insert(Arc::new(())).unwrap();
        let hosts = Table::<()>::new(Kind::Host, 8);
        for number in [0, 1, u64::MAX, chat + 1, chat + (1 << 24), chat ^ (7 << 56)] {
            assert!(chats.get(number).is_err(), "{number:#x}");
        }
        assert!(hosts.get(chat).is_err());
    }
}
