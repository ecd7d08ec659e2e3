//! From a list of client ids to a list of links: the one loop that runs for every listener of every frame.

use alloc::vec::Vec;

use consonance_wire::ClientId;

use crate::link::LinkId;

/// Links by client id, in one dense array that the relay walks without chasing pointers.
#[derive(Debug, Default)]
pub(super) struct FanOut {
    slots: Vec<Slot>,
    /// Marks the destinations of the present packet, so that a duplicate is seen without a search.
    round: u32,
    links: Vec<LinkId>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    link: Option<LinkId>,
    round: u32,
}

impl FanOut {
    pub(super) fn insert(&mut self, id: ClientId, link: LinkId) {
        let index = usize::from(id.0);
        if index >= self.slots.len() {
            self.slots.resize(index + 1, Slot { link: None, round: 0 });
        }
        self.slots[index].link = Some(link);
    }

    pub(super) fn remove(&mut self, id: ClientId) {
        if let Some(slot) = self.slots.get_mut(usize::from(id.0)) {
            slot.link = None;
        }
    }

    pub(super) fn link(&self, id: ClientId) -> Option<LinkId> {
        self.slots.get(usize::from(id.0))?.link
    }

    /// Fills [`links`](Self::links) with the links of these clients; unknown ids are skipped, and so is
    /// a client that is listed again, unless it shall be `repeated`.
    pub(super) fn gather(&mut self, ids: impl Iterator<Item = ClientId>, repeated: bool) {
        self.links.clear();
        self.round = self.round.wrapping_add(1);
        if self.round == 0 {
            // After 2³² packets old marks would look fresh.
            self.slots.iter_mut().for_each(|slot| slot.round = 0);
            self.round = 1;
        }
        for id in ids {
            let Some(slot) = self.slots.get_mut(usize::from(id.0)) else { continue };
            let Some(link) = slot.link else { continue };
            if slot.round == self.round && !repeated {
                continue;
            }
            slot.round = self.round;
            self.links.push(link);
        }
    }

    /// What the last [`gather`](Self::gather) found, in the order of its list.
    pub(super) fn links(&self) -> &[LinkId] {
        &self.links
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gather(fan_out: &mut FanOut, ids: &[u16]) -> Vec<u64> {
        fan_out.gather(ids.iter().copied().map(ClientId), false);
        fan_out.links().iter().map(|link| link.0).collect()
    }

    #[test]
    fn unknown_ids_are_skipped_and_duplicates_count_once() {
        let mut fan_out = FanOut::default();
        fan_out.insert(ClientId(0), LinkId(10));
        fan_out.insert(ClientId(3), LinkId(13));
        assert_eq!(gather(&mut fan_out, &[3, 1, 0, 3, 900]), [13, 10]);
        assert_eq!(gather(&mut fan_out, &[3, 3]), [13]);
    }

    #[test]
    fn who_shall_be_repeated_is() {
        let mut fan_out = FanOut::default();
        fan_out.insert(ClientId(3), LinkId(13));
        fan_out.gather([3, 1, 3].map(ClientId).into_iter(), true);
        assert_eq!(fan_out.links(), [LinkId(13), LinkId(13)]);
    }

    #[test]
    fn marks_survive_the_wrap_of_the_round_counter() {
        let mut fan_out = FanOut::default();
        fan_out.insert(ClientId(0), LinkId(10));
        assert_eq!(gather(&mut fan_out, &[0]), [10]);
        fan_out.round = u32::MAX;
        assert_eq!(gather(&mut fan_out, &[0, 0]), [10]);
        assert_eq!(gather(&mut fan_out, &[0, 0]), [10]);
    }
}
