//! Clients by the identity of their names: every spelling of a name finds them.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use consonance_name_key::NameKey;
use consonance_wire::ClientId;

/// The clients of a session by the keys of their names. The key of a name is computed when a client joins, when it
/// leaves and when it is looked up, never for a packet.
#[derive(Debug, Default)]
pub(super) struct Names {
    by_key: BTreeMap<NameKey, Vec<ClientId>>,
}

impl Names {
    pub(super) fn insert(&mut self, id: ClientId, name: &str) {
        let ids = self.by_key.entry(NameKey::of(name)).or_default();
        let place = ids.partition_point(|other| *other < id);
        ids.insert(place, id);
    }

    pub(super) fn remove(&mut self, id: ClientId, name: &str) {
        let key = NameKey::of(name);
        let Some(ids) = self.by_key.get_mut(&key) else { return };
        ids.retain(|other| *other != id);
        if ids.is_empty() {
            self.by_key.remove(&key);
        }
    }

    /// The clients with this name, however it is spelled, by ascending id.
    pub(super) fn of(&self, key: &NameKey) -> &[ClientId] {
        self.by_key.get(key).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_found_by_every_spelling_until_they_leave() {
        let mut names = Names::default();
        for (id, name) in [(3, "bob"), (1, "Bob"), (2, "Ann")] {
            names.insert(ClientId(id), name);
        }
        let of = |names: &Names, name| names.of(&NameKey::of(name)).to_vec();
        assert_eq!(of(&names, "BOB\u{200b}"), [ClientId(1), ClientId(3)]);
        names.remove(ClientId(1), "Bob");
        assert_eq!(of(&names, "Bob"), [ClientId(3)]);
        names.remove(ClientId(3), "bob");
        names.remove(ClientId(2), "Ann");
        assert!(names.by_key.is_empty());
    }
}
