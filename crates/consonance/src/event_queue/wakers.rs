//! Tasks that wait for an event.

use std::task::Waker;

/// At most one waker for each stream, by the stream's number.
#[derive(Debug, Default)]
pub(super) struct Wakers {
    waiting: Vec<(u64, Waker)>,
    next_number: u64,
}

impl Wakers {
    pub(super) fn number_stream(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number
    }

    pub(super) fn keep(&mut self, number: u64, waker: &Waker) {
        match self.waiting.iter_mut().find(|(kept, _)| *kept == number) {
            Some((_, kept)) => kept.clone_from(waker),
            None => self.waiting.push((number, waker.clone())),
        }
    }

    pub(super) fn forget(&mut self, number: u64) {
        self.waiting.retain(|(kept, _)| *kept != number);
    }

    /// Takes all wakers, to be woken without a lock.
    pub(super) fn take(&mut self) -> Vec<(u64, Waker)> {
        std::mem::take(&mut self.waiting)
    }
}
