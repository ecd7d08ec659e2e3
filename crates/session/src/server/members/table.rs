//! The order of clients in what the server sends.

use alloc::vec::Vec;

use consonance_wire::ClientId;

/// Slots of clients: a newcomer takes the most recently freed slot, or a new one at the end.
#[derive(Debug, Default)]
pub(super) struct Table {
    slots: Vec<Option<ClientId>>,
    freed: Vec<usize>,
    /// The slot of each id, so that leaving needs no search.
    slot_of: Vec<Option<u32>>,
}

impl Table {
    pub(super) fn insert(&mut self, id: ClientId) {
        let slot = self.freed.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() - 1
        });
        self.slots[slot] = Some(id);
        let index = usize::from(id.0);
        if index >= self.slot_of.len() {
            self.slot_of.resize(index + 1, None);
        }
        self.slot_of[index] = Some(slot as u32);
    }

    pub(super) fn remove(&mut self, id: ClientId) {
        let slot = self.slot_of.get_mut(usize::from(id.0)).and_then(Option::take);
        if let Some(slot) = slot {
            self.slots[slot as usize] = None;
            self.freed.push(slot as usize);
        }
    }

    /// The slot of an id; `None` comes before everything.
    pub(super) fn slot(&self, id: ClientId) -> Option<u32> {
        self.slot_of.get(usize::from(id.0)).copied().flatten()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = ClientId> {
        self.slots.iter().copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newcomer_takes_the_slot_that_was_freed_last() {
        let mut table = Table::default();
        for id in 0..4 {
            table.insert(ClientId(id));
        }
        table.remove(ClientId(0));
        table.remove(ClientId(2));
        table.insert(ClientId(9));
        table.insert(ClientId(8));
        table.insert(ClientId(7));
        let order: Vec<_> = table.iter().map(|id| id.0).collect();
        assert_eq!(order, [8, 1, 9, 3, 7]);
    }
}
