//! Which leaf of the group's tree a player's name belongs to.

use std::collections::BTreeMap;

use consonance_name_key::NameKey;

/// Looks names up as the server spells them; a name's key is made once.
#[derive(Debug, Default)]
pub(super) struct Senders {
    by_key: BTreeMap<NameKey, u32>,
    /// Names that were asked for since the members changed.
    asked: BTreeMap<Box<str>, Option<u32>>,
    /// Leaves of members that were here an epoch ago: their frames may be on their way.
    former: BTreeMap<NameKey, u32>,
}

/// How many names are remembered.
const ASKED_MAX: usize = 4096;

impl Senders {
    /// The members are these from now on.
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
