//! Clients by the identity of their names: every spelling of a name finds them.

use alloc::collections::BTreeMap;
use alloc::collections::btree_map::Entry;
use alloc::vec::Vec;
use core::slice;

use consonance_wire::ClientId;
use consonance_wire::names::NameKey;

/// The clients of a session by the keys of their names. The key of a name is computed when a client asks to join, when
/// it leaves and when it is looked up, never for a packet.
#[derive(Debug, Default)]
pub(super) struct Names {
    by_key: BTreeMap<NameKey, Holders>,
}

/// The clients of one name, by ascending id; at least one, and as a rule the only one.
#[derive(Debug)]
enum Holders {
    One(ClientId),
    Several(Vec<ClientId>),
}

impl Names {
    pub(super) fn insert(&mut self, id: ClientId, key: NameKey) {
        match self.by_key.entry(key) {
            Entry::Vacant(place) => drop(place.insert(Holders::One(id))),
            Entry::Occupied(mut holders) => holders.get_mut().insert(id),
        }
    }

    pub(super) fn remove(&mut self, id: ClientId, name: &str) {
        let Entry::Occupied(mut holders) = self.by_key.entry(NameKey::of(name)) else { return };
        if holders.get_mut().is_empty_without(id) {
            holders.remove();
        }
    }

    /// The clients with this name, however it is spelled, by ascending id.
    pub(super) fn of(&self, key: &NameKey) -> &[ClientId] {
        self.by_key.get(key).map_or(&[], Holders::as_slice)
    }
}

impl Holders {
    fn insert(&mut self, id: ClientId) {
        let mut ids = self.as_slice().to_vec();
        ids.insert(ids.partition_point(|other| *other < id), id);
        *self = Self::Several(ids);
    }

    fn is_empty_without(&mut self, id: ClientId) -> bool {
        match self {
            Self::One(only) => *only == id,
            Self::Several(ids) => {
                ids.retain(|other| *other != id);
                ids.is_empty()
            }
        }
    }

    fn as_slice(&self) -> &[ClientId] {
        match self {
            Self::One(id) => slice::from_ref(id),
            Self::Several(ids) => ids,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_found_by_every_spelling_until_they_leave() {
        let mut names = Names::default();
        for (id, name) in [(3, "bob"), (1, "Bob"), (2, "Ann")] {
            names.insert(ClientId(id), NameKey::of(name));
        }
        let of = |names: &Names, name| names.of(&NameKey::of(name)).to_vec();
        assert_eq!(of(&names, "BOB\u{200b}"), [ClientId(1), ClientId(3)]);
        names.remove(ClientId(9), "Ann");
        assert_eq!(of(&names, "ann"), [ClientId(2)], "another client's");
        names.remove(ClientId(1), "Bob");
        assert_eq!(of(&names, "Bob"), [ClientId(3)]);
        names.remove(ClientId(3), "bob");
        names.remove(ClientId(2), "Ann");
        assert!(names.by_key.is_empty());
    }
}
