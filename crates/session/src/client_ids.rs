//! The client ids in use; the highest free one is given out first.
//!
//! As in the original, an id is reused at once, and freeing the last one also forgets the free ones below it. So no
//! data may be kept by id after its player has left.

use alloc::collections::BTreeSet;

use consonance_wire::ClientId;

/// Fresh ids count up from 0; a freed id is reused at once, highest first.
#[derive(Debug, Default)]
pub(crate) struct ClientIds {
    /// Every id below this one is either in use or in `free`.
    fresh: u32,
    free: BTreeSet<u16>,
}

impl ClientIds {
    /// The state after all ids were taken and all but these were given back.
    pub(crate) fn without(taken: impl Iterator<Item = ClientId>) -> Self {
        let mut ids = Self::default();
        for ClientId(taken) in taken {
            let next = u32::from(taken) + 1;
            ids.free.remove(&taken);
            // Every id in `free` is below `fresh`.
            ids.free.extend((ids.fresh..next - 1).map(|id| id as u16));
            ids.fresh = ids.fresh.max(next);
        }
        ids
    }

    /// Takes an id, or `None` when all 65 535 are in use: [`ClientId::NONE`] is never given out.
    pub(crate) fn take(&mut self) -> Option<ClientId> {
        if let Some(id) = self.free.pop_last() {
            return Some(ClientId(id));
        }
        let id = u16::try_from(self.fresh).ok().filter(|id| ClientId(*id) != ClientId::NONE)?;
        self.fresh += 1;
        Some(ClientId(id))
    }

    /// Whether the id is in use.
    pub(crate) fn is_taken(&self, id: ClientId) -> bool {
        u32::from(id.0) < self.fresh && !self.free.contains(&id.0)
    }

    /// Gives an id back. Freeing the last one also forgets the free ids right below it.
    pub(crate) fn give_back(&mut self, id: ClientId) {
        debug_assert!(self.is_taken(id), "only a taken id comes back");
        self.free.insert(id.0);
        while let Some(last) = self.free.last().copied()
            && u32::from(last) + 1 == self.fresh
        {
            self.free.pop_last();
            self.fresh -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(ids: &mut ClientIds, count: usize) {
        for _ in 0..count {
            ids.take().unwrap();
        }
    }

    #[test]
    fn the_highest_free_id_is_used_first() {
        let mut ids = ClientIds::default();
        take(&mut ids, 5);
        ids.give_back(ClientId(0));
        ids.give_back(ClientId(2));
        assert_eq!(ids.take(), Some(ClientId(2)));
        assert_eq!(ids.take(), Some(ClientId(0)));
        assert_eq!(ids.take(), Some(ClientId(5)));
    }

    #[test]
    fn freeing_the_last_id_trims_the_free_ids_below_it() {
        let mut ids = ClientIds::default();
        take(&mut ids, 4);
        ids.give_back(ClientId(2));
        ids.give_back(ClientId(3));
        assert!(ids.free.is_empty());
        assert_eq!(ids.take(), Some(ClientId(2)));
    }

    #[test]
    fn ids_go_on_as_if_the_others_had_come_back() {
        let mut lived = ClientIds::default();
        take(&mut lived, 7);
        for id in [0, 2, 3, 6, 5] {
            lived.give_back(ClientId(id));
        }
        for order in [[1, 4], [4, 1]] {
            let mut told = ClientIds::without(order.into_iter().map(ClientId));
            assert_eq!((told.fresh, &told.free), (lived.fresh, &lived.free), "{order:?}");
            assert_eq!(told.take(), Some(ClientId(3)));
        }
        assert_eq!(ClientIds::without([].into_iter()).take(), Some(ClientId(0)));
    }

    #[test]
    fn ids_run_out_after_all_of_them_are_taken() {
        let mut ids = ClientIds::default();
        take(&mut ids, 65_535);
        assert_eq!(ids.take(), None);
    }
}
