//! Which client ids are in use; the highest free one is given out first (spec: behaviour, Ids).

use alloc::collections::BTreeSet;

use consonance_wire::ClientId;

/// Fresh ids count up from 0; a freed id is used again at once, highest first.
#[derive(Debug, Default)]
pub(crate) struct ClientIds {
    /// Every id below this one is either in use or in `free`.
    fresh: u32,
    free: BTreeSet<u16>,
}

impl ClientIds {
    /// Takes an id, or `None` when all 65 536 are in use.
    pub(crate) fn take(&mut self) -> Option<ClientId> {
        if let Some(id) = self.free.pop_last() {
            return Some(ClientId(id));
        }
        let id = u16::try_from(self.fresh).ok()?;
        self.fresh += 1;
        Some(ClientId(id))
    }

    /// Whether the id was taken and has not come back.
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
    fn ids_run_out_after_all_of_them_are_taken() {
        let mut ids = ClientIds::default();
        take(&mut ids, 65_536);
        assert_eq!(ids.take(), None);
    }
}
