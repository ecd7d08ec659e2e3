//! Whether a datagram came before.

/// How many counters below the highest are remembered.
pub(crate) const WINDOW: u64 = 1024 - BLOCK;

/// The counters of one block of the ring.
const BLOCK: u64 = 64;
const BLOCKS: usize = 16;

/// The counters of datagrams that came, as in RFC 6479: a ring of blocks, of which the oldest is cleared when the
/// highest counter enters a new one, so that nothing is shifted.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReplayWindow {
    /// One more than the highest counter that came.
    next: u64,
    ring: [u64; BLOCKS],
}

impl ReplayWindow {
    /// Whether a datagram with this counter is new. Asking changes nothing.
    pub(crate) fn is_new(&self, counter: u64) -> bool {
        if counter >= self.next {
            return true;
        }
        self.next - counter <= WINDOW && self.ring[block(counter)] & bit(counter) == 0
    }

    /// Notes a datagram that was proved genuine, and says whether its counter is the highest so far.
    pub(crate) fn note(&mut self, counter: u64) -> bool {
        let is_highest = counter >= self.next;
        if is_highest {
            self.enter(counter);
        }
        self.ring[block(counter)] |= bit(counter);
        is_highest
    }

    /// The counter after the highest that came.
    pub(crate) fn expects(&self) -> u64 {
        self.next
    }

    /// Clears what the ring held of the counters one turn ago.
    fn enter(&mut self, counter: u64) {
        let highest = self.next.checked_sub(1).map_or(0, |highest| highest / BLOCK);
        let new_blocks = (counter / BLOCK - highest).min(BLOCKS as u64);
        for step in 0..new_blocks {
            self.ring[((counter / BLOCK - step) % BLOCKS as u64) as usize] = 0;
        }
        self.next = counter.saturating_add(1);
    }
}

fn block(counter: u64) -> usize {
    (counter / BLOCK % BLOCKS as u64) as usize
}

fn bit(counter: u64) -> u64 {
    1 << (counter % BLOCK)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_counter_is_new_once_however_the_network_orders_them() {
        let mut window = ReplayWindow::default();
        for counter in [0, 5, 3, 4, 900, 899, 64, 128] {
            assert!(window.is_new(counter), "{counter}");
            window.note(counter);
            assert!(!window.is_new(counter), "{counter}");
        }
        assert!(window.is_new(1));
    }

    #[test]
    fn what_is_older_than_the_window_counts_as_seen() {
        let mut window = ReplayWindow::default();
        window.note(10_000);
        assert!(window.is_new(10_001 - WINDOW));
        assert!(!window.is_new(10_000 - WINDOW));
        assert!(!window.is_new(0));
    }

    #[test]
    fn the_last_counter_of_all_can_come() {
        let mut window = ReplayWindow::default();
        assert!(window.is_new(u64::MAX - 1));
        assert!(window.note(u64::MAX - 1));
        assert!(!window.is_new(u64::MAX - 1));
    }

    proptest! {
        #[test]
        fn a_window_does_as_a_set_of_all_counters_would(
            steps in proptest::collection::vec((0_u64..3000, 0_u64..200), 1..400),
        ) {
            let mut window = ReplayWindow::default();
            let (mut seen, mut next, mut base) = (BTreeSet::new(), 0, 0);
            for (jump, back) in steps {
                // Mostly small steps, now and then a leap over the whole ring.
                base += if jump < 2900 { jump % 7 } else { jump };
                let counter = base - back.min(base);
                let expected = counter >= next || counter + WINDOW >= next && !seen.contains(&counter);
                prop_assert_eq!(window.is_new(counter), expected, "{} of {}", counter, next);
                if expected {
                    prop_assert_eq!(window.note(counter), counter >= next);
                    seen.insert(counter);
                    next = next.max(counter + 1);
                }
            }
        }
    }
}
