//! A record of another node's parcels that the workers here have finished with.

use std::collections::VecDeque;

/// Received reliable parcels, in order, and which of them were taken: workers do not take them in order.
#[derive(Debug, Default)]
pub(super) struct Untaken {
    /// All before this number were taken.
    taken: u64,
    /// For each parcel from that number on, whether it was taken.
    came: VecDeque<bool>,
}

impl Untaken {
    /// The number of the next expected parcel.
    pub(super) fn next(&self) -> u64 {
        self.taken + self.came.len() as u64
    }

    /// The next expected parcel arrived.
    pub(super) fn push(&mut self) {
        self.came.push_back(false);
    }

    /// A parcel was taken.
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
