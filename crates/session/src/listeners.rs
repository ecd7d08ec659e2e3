//! The listeners of one room.

use alloc::vec::Vec;

use consonance_wire::ClientId;

/// Client ids, ascending and each once, in one piece of memory: a frame that the server routes walks them all.
#[derive(Debug, Default)]
pub(crate) struct Listeners(Vec<ClientId>);

impl Listeners {
    pub(crate) fn insert(&mut self, id: ClientId) {
        if let Err(index) = self.0.binary_search(&id) {
            self.0.insert(index, id);
        }
    }

    pub(crate) fn remove(&mut self, id: ClientId) {
        if let Ok(index) = self.0.binary_search(&id) {
            self.0.remove(index);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn as_slice(&self) -> &[ClientId] {
        &self.0
    }

    /// The first one whose id is `from` or above.
    pub(crate) fn first_from(&self, from: u16) -> Option<ClientId> {
        self.0.get(self.0.partition_point(|id| id.0 < from)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listeners_are_ascending_and_there_once() {
        let mut listeners = Listeners::default();
        for id in [5, 1, 9, 5, 1] {
            listeners.insert(ClientId(id));
        }
        assert_eq!(listeners.as_slice(), [ClientId(1), ClientId(5), ClientId(9)]);
        listeners.remove(ClientId(5));
        listeners.remove(ClientId(7));
        assert_eq!(listeners.as_slice(), [ClientId(1), ClientId(9)]);
        assert_eq!(listeners.first_from(2), Some(ClientId(9)));
        assert_eq!(listeners.first_from(10), None);
    }
}
