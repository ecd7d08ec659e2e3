//! Which parcels of another node the workers here have done with.

use std::collections::VecDeque;

/// Reliable parcels that came, in order, and which of them were taken: workers do not take them in order.
#[derive(Debug, Default)]
pub(super) struct Untaken {
    /// All before this number were taken.
    taken: u64,
    /// From that number on, whether each was.
    came: VecDeque<bool>,
}

impl Untaken {
    /// The number of the parcel that is to come next.
    pub(super) fn next(&self) -> u64 {
        self.taken + self.came.len() as u64
    }

    /// It came.
    pub(super) fn push(&mut self) {
        self.came.push_back(false);
    }

    /// One was taken.
    pub(super) fn note_taken(&mut self, number: u64) {
        let index = number.checked_sub(self.taken).and_then(|index| usize::try_from(index).ok());
        if let Some(came) = index.and_then(|index| self.came.get_mut(index)) {
            *came = true;
        }
        while self.came.pop_front_if(|taken| *taken).is_some() {
            self.taken += 1;
        }
    }

    /// All before this number were taken.
    pub(super) fn taken(&self) -> u64 {
        self.taken
    }
}
