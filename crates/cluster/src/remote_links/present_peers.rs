//! The remote links that are up, looked up for every listener of every frame.

use consonance_transport::Peer;

use super::link_of;
use crate::link_number::LinkNumber;

/// The number in each slot of each edge, so that looking a link up is one read of an array.
#[derive(Debug, Default)]
pub(super) struct PresentPeers {
    /// By edge and slot.
    numbers: Vec<Vec<Option<LinkNumber>>>,
}

impl PresentPeers {
    pub(super) fn insert(&mut self, peer: Peer) {
        let (member, link) = link_of(peer);
        let (member, slot) = (usize::from(member.0), link.slot());
        if member >= self.numbers.len() {
            self.numbers.resize_with(member + 1, Vec::new);
        }
        let slots = &mut self.numbers[member];
        if slot >= slots.len() {
            slots.resize(slot + 1, None);
        }
        slots[slot] = Some(link);
    }

    pub(super) fn remove(&mut self, peer: Peer) {
        if self.contains(peer) {
            let (member, link) = link_of(peer);
            self.numbers[usize::from(member.0)][link.slot()] = None;
        }
    }

    #[inline]
    pub(super) fn contains(&self, peer: Peer) -> bool {
        let (member, link) = link_of(peer);
        let slots = self.numbers.get(usize::from(member.0));
        slots.and_then(|slots| slots.get(link.slot())).is_some_and(|present| *present == Some(link))
    }
}
