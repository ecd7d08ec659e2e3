//! Whether the machine has time for the neural network, from what blocks have cost.

use std::time::Duration;

/// The most that a block may cost: beyond a third of its own 10 ms, the rest of a game has too little.
const MOST: Duration = Duration::from_micros(3_300);

/// Blocks that are judged together, 2 s, and how many of them may cost more: other programs interrupt at times.
const WINDOW: u32 = 200;
const SLOW_MAX: u32 = WINDOW / 4;

/// Blocks until the network is tried again, one minute, twice as long each time, up to 16 minutes.
const FIRST_PAUSE: u32 = 6_000;
const LONGEST_PAUSE: u32 = 16 * FIRST_PAUSE;

/// The judge.
#[derive(Debug)]
pub(crate) struct CostGuard {
    blocks: u32,
    slow: u32,
    next_pause: u32,
    /// Blocks that are left of the pause.
    pause: u32,
}

impl CostGuard {
    pub(crate) const fn new() -> Self {
        Self { blocks: 0, slow: 0, next_pause: FIRST_PAUSE, pause: 0 }
    }

    /// Whether the network may run.
    pub(crate) fn allows(&self) -> bool {
        self.pause == 0
    }

    /// Takes what the next block has cost.
    pub(crate) fn note(&mut self, cost: Duration) {
        if self.pause > 0 {
            self.pause -= 1;
            return;
        }
        self.blocks += 1;
        self.slow += u32::from(cost > MOST);
        if self.slow > SLOW_MAX {
            self.pause = self.next_pause;
            self.next_pause = (2 * self.next_pause).min(LONGEST_PAUSE);
        }
        if self.blocks == WINDOW || self.pause > 0 {
            (self.blocks, self.slow) = (0, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Duration = Duration::from_micros(300);
    const DEAR: Duration = Duration::from_millis(4);

    /// How many blocks of one cost it takes until the answer changes.
    fn blocks_until(guard: &mut CostGuard, allows: bool, cost: Duration) -> u32 {
        (1..200_000)
            .find(|_| {
                guard.note(cost);
                guard.allows() == allows
            })
            .unwrap()
    }

    #[test]
    fn a_slow_machine_is_noticed_within_half_a_window() {
        assert_eq!(blocks_until(&mut CostGuard::new(), false, DEAR), SLOW_MAX + 1);
    }

    #[test]
    fn single_slow_blocks_are_forgiven() {
        let mut guard = CostGuard::new();
        for number in 0..10_000 {
            guard.note(if number % 5 == 0 { DEAR } else { CHEAP });
            assert!(guard.allows(), "{number}");
        }
    }

    #[test]
    fn the_network_is_tried_again_ever_more_rarely() {
        let mut guard = CostGuard::new();
        let pauses: Vec<u32> = (0..7)
            .map(|_| {
                blocks_until(&mut guard, false, DEAR);
                blocks_until(&mut guard, true, CHEAP) / FIRST_PAUSE
            })
            .collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 16, 16]);
    }
}
