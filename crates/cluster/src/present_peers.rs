//! Which remote links are there, asked for every listener of every frame.

use consonance_transport::Peer;

use crate::remote_links::link_of;

/// A generation for each slot of each edge, so that looking a link up is one read of an array.
#[derive(Debug, Default)]
pub(crate) struct PresentPeers {
    /// By edge and slot: the generation that is there, above zero by one.
    generations: Vec<Vec<u32>>,
}

impl PresentPeers {
    pub(crate) fn insert(&mut self, peer: Peer) {
        let (member, link) = link_of(peer);
        let (member, slot) = (usize::from(member.0), link.slot());
        if member >= self.generations.len() {
            self.generations.resize_with(member + 1, Vec::new);
        }
        let slots = &mut self.generations[member];
        if slot >= slots.len() {
            slots.resize(slot + 1, 0);
        }
        slots[slot] = link.generation() + 1;
    }

    pub(crate) fn remove(&mut self, peer: Peer) {
        if self.contains(peer) {
            let (member, link) = link_of(peer);
            self.generations[usize::from(member.0)][link.slot()] = 0;
        }
    }

    #[inline]
    pub(crate) fn contains(&self, peer: Peer) -> bool {
        let (member, link) = link_of(peer);
        let present = self.generations.get(usize::from(member.0)).and_then(|slots| slots.get(link.slot()));
        present.is_some_and(|generation| *generation == link.generation() + 1)
    }
}
