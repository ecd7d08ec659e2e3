//! A replay window for the counters of sealed packets (RFC 6479).
//!
//! A network duplicates and reorders packets; a packet that was opened must not be opened again. A window remembers the
//! last [`ReplayWindow::COUNTERS`] counters in 128 bytes: 19 s of frames of 20 ms.
//!
//! ```
//! use consonance_wire::replay_window::ReplayWindow;
//!
//! let mut window = ReplayWindow::default();
//! assert!(window.is_new(7));
//! // After its tag was verified:
//! window.note(7);
//! assert!(!window.is_new(7) && window.is_new(6));
//! ```

/// The counters of one block of the ring.
const BLOCK: u64 = u64::BITS as u64;
const BLOCKS: usize = 16;

/// The counters of packets that were proved genuine: a ring of blocks, of which the oldest is cleared when the highest
/// counter enters a new one, so that nothing is shifted.
#[derive(Clone, Debug, Default)]
pub struct ReplayWindow {
    /// `None` before the first packet.
    highest: Option<u64>,
    ring: [u64; BLOCKS],
}

impl ReplayWindow {
    /// The number of counters, from the highest down, that are remembered; older ones count as seen.
    pub const COUNTERS: u64 = (BLOCKS as u64 - 1) * BLOCK;

    /// Whether a packet with this counter is new. Asking changes nothing.
    #[inline]
    pub fn is_new(&self, counter: u64) -> bool {
        match self.highest {
            Some(highest) if counter <= highest => {
                highest - counter < Self::COUNTERS && self.ring[block(counter)] & bit(counter) == 0
            }
            _ => true,
        }
    }

    /// Notes a new packet that was proved genuine, and says whether its counter is the highest so far.
    #[inline]
    pub fn note(&mut self, counter: u64) -> bool {
        let is_highest = self.highest.is_none_or(|highest| counter > highest);
        if is_highest {
            self.enter(counter);
        }
        self.ring[block(counter)] |= bit(counter);
        is_highest
    }

    /// The highest counter that came.
    #[inline]
    pub fn highest(&self) -> Option<u64> {
        self.highest
    }

    /// Clears the ring's entries for the counters of the previous turn.
    fn enter(&mut self, counter: u64) {
        let highest_block = self.highest.unwrap_or_default() / BLOCK;
        let new_blocks = (counter / BLOCK - highest_block).min(BLOCKS as u64);
        for step in 0..new_blocks {
            self.ring[block(counter - step * BLOCK)] = 0;
        }
        self.highest = Some(counter);
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
    extern crate std;

    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_older_than_the_window_counts_as_seen() {
        let mut window = ReplayWindow::default();
        window.note(10_000);
        assert!(window.is_new(10_001 - ReplayWindow::COUNTERS));
        assert!(!window.is_new(10_000 - ReplayWindow::COUNTERS));
        assert!(!window.is_new(0));
    }

    #[test]
    fn the_last_counter_of_all_is_new_once() {
        let mut window = ReplayWindow::default();
        for counter in [u64::MAX - 1, u64::MAX] {
            assert!(window.is_new(counter));
            window.note(counter);
            assert!(!window.is_new(counter));
        }
    }

    proptest! {
        #[test]
        fn a_window_does_as_a_set_of_all_counters_would(
            steps in proptest::collection::vec((0_u64..3000, 0_u64..1200), 1..400),
        ) {
            let mut window = ReplayWindow::default();
            let (mut seen, mut highest, mut base) = (BTreeSet::new(), None, 0);
            for (jump, back) in steps {
                // Mostly small steps, with an occasional leap over the whole ring.
                base += if jump < 2900 { jump % 7 } else { jump };
                let counter = base - if back < 1000 { back % 100 } else { back }.min(base);
                let is_kept = highest.is_none_or(|highest| counter + ReplayWindow::COUNTERS > highest);
                let expected = is_kept && !seen.contains(&counter);
                prop_assert_eq!(window.is_new(counter), expected, "{} of {:?}", counter, highest);
                if expected {
                    prop_assert_eq!(window.note(counter), Some(counter) > highest);
                    seen.insert(counter);
                    highest = highest.max(Some(counter));
                    prop_assert_eq!(window.highest(), highest);
                }
            }
        }
    }
}
