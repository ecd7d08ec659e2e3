//! Bans by target: a look-up takes as long for a hundred thousand bans as for one.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;
use std::net::IpAddr;

use consonance_wire::names::NameKey;

use super::{AddressPrefix, Ban, BanTarget};

#[derive(Debug, Default)]
pub(super) struct Index {
    by_id: BTreeMap<u64, Ban>,
    names: HashMap<NameKey, Vec<u64>>,
    subjects: HashMap<String, Vec<u64>>,
    prefixes: HashMap<AddressPrefix, Vec<u64>>,
    /// How many prefixes there are of each length: an address is looked up once for each.
    lengths: BTreeMap<u8, usize>,
    ends: BTreeSet<(u64, u64)>,
}

impl Index {
    pub(super) fn insert(&mut self, ban: Ban) {
        let id = ban.id;
        if self.by_id.contains_key(&id) {
            return;
        }
        match &ban.target {
            BanTarget::Name(name) => self.names.entry(NameKey::of(name)).or_default().push(id),
            BanTarget::Subject(subject) => self.subjects.entry(subject.clone()).or_default().push(id),
            BanTarget::Address(prefix) => {
                self.prefixes.entry(*prefix).or_default().push(id);
                *self.lengths.entry(prefix.mapped_bits()).or_default() += 1;
            }
        }
        self.ends.extend(ban.until.map(|until| (until, id)));
        self.by_id.insert(id, ban);
    }

    pub(super) fn get(&self, id: u64) -> Option<&Ban> {
        self.by_id.get(&id)
    }

    pub(super) fn remove(&mut self, id: u64) -> Option<Ban> {
        let ban = self.by_id.remove(&id)?;
        match &ban.target {
            BanTarget::Name(name) => take(&mut self.names, &NameKey::of(name), id),
            BanTarget::Subject(subject) => take(&mut self.subjects, subject, id),
            BanTarget::Address(prefix) => {
                take(&mut self.prefixes, prefix, id);
                let left = self.lengths.get_mut(&prefix.mapped_bits()).map(|count| {
                    *count -= 1;
                    *count
                });
                if left == Some(0) {
                    self.lengths.remove(&prefix.mapped_bits());
                }
            }
        }
        if let Some(until) = ban.until {
            self.ends.remove(&(until, id));
        }
        Some(ban)
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(super) fn of_name(&self, name: &str) -> impl Iterator<Item = &Ban> {
        // Without banned names, do not compute the key.
        let found = if self.names.is_empty() { None } else { self.names.get(&NameKey::of(name)) };
        self.bans(found)
    }

    pub(super) fn of_subject(&self, subject: Option<&str>) -> impl Iterator<Item = &Ban> {
        self.bans(subject.and_then(|subject| self.subjects.get(subject)))
    }

    pub(super) fn of_address(&self, address: IpAddr) -> impl Iterator<Item = &Ban> {
        let prefixes = self.lengths.keys().map(move |bits| AddressPrefix::of_mapped(address, *bits));
        prefixes.flat_map(|prefix| self.bans(self.prefixes.get(&prefix)))
    }

    /// Those with a higher number than this, ascending.
    pub(super) fn after(&self, id: u64) -> impl Iterator<Item = &Ban> {
        self.by_id.range(id.saturating_add(1)..).map(|(_, ban)| ban)
    }

    /// The numbers of those that have ended, the first to end first.
    pub(super) fn ended(&self, now: u64) -> Vec<u64> {
        self.ends.range(..=(now, u64::MAX)).map(|(_, id)| *id).collect()
    }

    fn bans<'a>(&'a self, ids: Option<&'a Vec<u64>>) -> impl Iterator<Item = &'a Ban> + use<'a> {
        ids.into_iter().flatten().filter_map(|id| self.by_id.get(id))
    }
}

fn take<K: Hash + Eq>(map: &mut HashMap<K, Vec<u64>>, key: &K, id: u64) {
    let Some(ids) = map.get_mut(key) else { return };
    ids.retain(|other| *other != id);
    if ids.is_empty() {
        map.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_looked_up_with_the_lengths_of_prefix_that_are_banned_and_no_others() {
        let mut index = Index::default();
        for (id, prefix) in [(1, "10.0.0.0/8"), (2, "11.0.0.0/8"), (3, "192.0.2.0/24")] {
            let (target, reason, by) =
                (BanTarget::Address(prefix.parse().unwrap()), String::new(), "test".into());
            index.insert(Ban { id, target, session: None, reason, by, since: 0, until: None });
        }
        let lengths = |index: &Index| index.lengths.keys().map(|bits| bits - 96).collect::<Vec<_>>();
        assert_eq!(lengths(&index), [8, 24]);
        assert!(index.remove(1).is_some());
        assert_eq!(lengths(&index), [8, 24], "another ban has that length");
        assert!(index.remove(2).is_some());
        assert_eq!(lengths(&index), [24]);
    }
}
