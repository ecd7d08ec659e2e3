//! The remote links that are up, looked up for every listener of every frame.

use consonance_link::Peer;

use super::peer_numbers::link_of;
use crate::link_number::LinkNumber;

/// The number in each slot of each edge, so that looking a link up is two reads of arrays.
#[derive(Debug, Default)]
pub(super) struct PresentPeers {
    /// By edge, page and slot.
    edges: Vec<Vec<Page>>,
}

/// The numbers in some slots, once one of them is taken: whichever slot a message names, no more is allocated for it.
type Page = Option<Box<[Option<LinkNumber>; PAGE_SLOTS]>>;

const PAGE_SLOTS: usize = 1024;

impl PresentPeers {
    pub(super) fn insert(&mut self, peer: Peer) {
        let (member, link) = link_of(peer);
        let (edge, page) = (usize::from(member.0), link.slot() / PAGE_SLOTS);
        if edge >= self.edges.len() {
            self.edges.resize_with(edge + 1, Vec::new);
        }
        let pages = &mut self.edges[edge];
        if page >= pages.len() {
            pages.resize_with(page + 1, || None);
        }
        let slots = pages[page].get_or_insert_with(|| Box::new([None; PAGE_SLOTS]));
        slots[link.slot() % PAGE_SLOTS] = Some(link);
    }

    pub(super) fn remove(&mut self, peer: Peer) {
        let (member, link) = link_of(peer);
        let pages = self.edges.get_mut(usize::from(member.0));
        let page = pages.and_then(|pages| pages.get_mut(link.slot() / PAGE_SLOTS));
        if let Some(Some(slots)) = page {
            let slot = &mut slots[link.slot() % PAGE_SLOTS];
            *slot = slot.filter(|present| *present != link);
        }
    }

    #[inline]
    pub(super) fn contains(&self, peer: Peer) -> bool {
        let (member, link) = link_of(peer);
        let pages = self.edges.get(usize::from(member.0));
        let page = pages.and_then(|pages| pages.get(link.slot() / PAGE_SLOTS));
        page.and_then(Option::as_ref).is_some_and(|slots| slots[link.slot() % PAGE_SLOTS] == Some(link))
    }
}
