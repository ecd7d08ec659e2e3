//! A schedule of sessions by the time of their next call: the first one is found without looking at the others.

use std::collections::BTreeSet;

use consonance_session::Instant;

/// At most one time for each index.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    due: BTreeSet<(Instant, usize)>,
    due_of: Vec<Option<Instant>>,
}

impl Schedule {
    /// Sets the time at which `index` is due, or removes it.
    pub(super) fn set(&mut self, index: usize, at: Option<Instant>) {
        if self.due_of.len() <= index {
            self.due_of.resize(index + 1, None);
        }
        let former = std::mem::replace(&mut self.due_of[index], at);
        if former == at {
            return;
        }
        if let Some(former) = former {
            self.due.remove(&(former, index));
        }
        if let Some(at) = at {
            self.due.insert((at, index));
        }
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.due.first().map(|&(at, _)| at)
    }

    /// Removes due entries, the earliest first.
    pub(super) fn pop_due(&mut self, now: Instant) -> Option<usize> {
        let index = self.due.first().filter(|(at, _)| *at <= now)?.1;
        self.set(index, None);
        Some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn due_entries_come_out_once_in_order_of_time_and_no_others() {
        let mut schedule = Schedule::default();
        for (index, seconds) in [(3, 5), (0, 7), (1, 6), (2, 9)] {
            schedule.set(index, Some(at(seconds)));
        }
        schedule.set(1, None);
        schedule.set(0, Some(at(4)));
        assert_eq!(schedule.next(), Some(at(4)));
        let due: Vec<_> = std::iter::from_fn(|| schedule.pop_due(at(5))).collect();
        assert_eq!((due, schedule.next()), (vec![0, 3], Some(at(9))));
    }
}
