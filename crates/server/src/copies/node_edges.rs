//! What the owner of a session knows of its edges at other nodes.

use std::collections::BTreeMap;

use consonance_cluster::Member;

/// Workers of other nodes with links into a session, each of which has a copy of it.
#[derive(Debug, Default)]
pub(crate) struct NodeEdges {
    /// How many links each has.
    links: BTreeMap<Member, usize>,
    /// How many changes of the session there were.
    pub(crate) version: u64,
    /// When this node took the session over, how many changes it had heard of: edges that have heard of as many know
    /// what this node knew.
    pub(crate) taken_over_at: Option<u64>,
    /// Whether the edges know that all voice is wanted here.
    pub(crate) hears_all: bool,
}

impl NodeEdges {
    /// Whether an edge that has heard of so many changes knows what this node knew when it took over, or knows.
    pub(crate) fn is_current(&self, version: u64) -> bool {
        self.taken_over_at == Some(version) || self.version == version
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.links.is_empty()
    }

    pub(crate) fn members(&self) -> Vec<Member> {
        self.links.keys().copied().collect()
    }

    /// One more link of a worker. True if it is the first one.
    pub(crate) fn add(&mut self, member: Member) -> bool {
        let links = self.links.entry(member).or_default();
        *links += 1;
        *links == 1
    }

    /// One link less.
    pub(crate) fn remove(&mut self, member: Member) {
        if let Some(links) = self.links.get_mut(&member) {
            *links -= 1;
            if *links == 0 {
                self.links.remove(&member);
            }
        }
    }
}
