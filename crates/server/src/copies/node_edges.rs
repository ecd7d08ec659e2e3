//! The edges of a session at other nodes, as its owner keeps track of them.

use std::collections::BTreeMap;

use consonance_cluster::Member;

/// Workers of other nodes with links into a session, each of which has a copy of it.
#[derive(Debug, Default)]
pub(crate) struct NodeEdges {
    /// How many links each has.
    links: BTreeMap<Member, usize>,
    /// Whether the edges know that all voice is wanted here.
    pub(crate) wants_all_voice: bool,
}

impl NodeEdges {
    pub(crate) fn is_empty(&self) -> bool {
        self.links.is_empty()
    }

    pub(crate) fn members(&self) -> Vec<Member> {
        self.links.keys().copied().collect()
    }

    pub(crate) fn contains(&self, member: Member) -> bool {
        self.links.contains_key(&member)
    }

    /// Adds a link of a worker. True if it is the first one.
    pub(crate) fn add(&mut self, member: Member) -> bool {
        let links = self.links.entry(member).or_default();
        *links += 1;
        *links == 1
    }

    /// Removes a link of a worker.
    pub(crate) fn remove(&mut self, member: Member) {
        if let Some(links) = self.links.get_mut(&member) {
            *links -= 1;
            if *links == 0 {
                self.links.remove(&member);
            }
        }
    }
}
