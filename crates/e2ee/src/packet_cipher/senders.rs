//! The leaf of the group's tree for each player's name.

use std::collections::BTreeMap;

use consonance_wire::names::NameKey;

/// Looks up names as the server spells them; each name's key is computed once.
#[derive(Debug, Default)]
pub(super) struct Senders {
    by_key: BTreeMap<NameKey, u32>,
    /// Names that were looked up since the members changed.
    asked: BTreeMap<Box<str>, Option<u32>>,
    /// Leaves of members in the previous epoch: their frames may still be in transit.
    former: BTreeMap<NameKey, u32>,
}

/// The maximum number of remembered names.
const ASKED_MAX: usize = 4096;

impl Senders {
    /// Replaces the members.
    pub(super) fn follow(&mut self, leaves: &BTreeMap<NameKey, u32>) {
        self.former = core::mem::replace(&mut self.by_key, leaves.clone());
        self.asked.clear();
    }

    /// Whether the name is a member's.
    pub(super) fn is_member(&mut self, name: &str) -> bool {
        self.leaf(name).is_some()
    }

    /// Whether a member of that name has, or just had, this leaf.
    pub(super) fn is_leaf_of(&mut self, leaf: u32, name: &str) -> bool {
        self.leaf(name) == Some(leaf) || self.former.get(&NameKey::of(name)) == Some(&leaf)
    }

    fn leaf(&mut self, name: &str) -> Option<u32> {
        if let Some(leaf) = self.asked.get(name) {
            return *leaf;
        }
        let leaf = self.by_key.get(&NameKey::of(name)).copied();
        if self.asked.len() < ASKED_MAX {
            self.asked.insert(name.into(), leaf);
        }
        leaf
    }
}
