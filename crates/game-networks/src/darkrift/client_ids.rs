//! The numbers that clients are given.

use std::collections::BTreeSet;

/// From 0 on, each one more than the last, leaving out those in use; after 65 535 again from 0, as stock servers do.
#[derive(Debug, Default)]
pub(crate) struct ClientIds {
    next: u16,
    in_use: BTreeSet<u16>,
}

impl ClientIds {
    /// `None` if all are in use.
    pub(crate) fn take(&mut self) -> Option<u16> {
        if self.in_use.len() > usize::from(u16::MAX) {
            return None;
        }
        while self.in_use.contains(&self.next) {
            self.next = self.next.wrapping_add(1);
        }
        let id = self.next;
        self.in_use.insert(id);
        self.next = id.wrapping_add(1);
        Some(id)
    }

    pub(crate) fn give_back(&mut self, id: u16) {
        self.in_use.remove(&id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_up_from_0_and_leave_out_those_in_use() {
        let mut ids = ClientIds::default();
        assert_eq!([ids.take(), ids.take(), ids.take()], [Some(0), Some(1), Some(2)]);
        ids.give_back(1);
        assert_eq!(ids.take(), Some(3), "a number rests before it is used again");
        for expected in (4..=u16::MAX).chain([1]) {
            assert_eq!(ids.take(), Some(expected));
        }
        assert_eq!(ids.take(), None);
        ids.give_back(7);
        assert_eq!(ids.take(), Some(7));
    }
}
