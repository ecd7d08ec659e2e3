//! The choice of a neural network that the machine has time for, from the measured cost of blocks.

use std::time::Duration;

use super::neural::Network;

/// The largest cost of a block: beyond a third of its own 10 ms, too little is left for the rest of a game.
const MOST: Duration = Duration::from_micros(3_300);

/// Blocks that are judged together, 2 s, and how many of them may cost more: other programs interrupt at times.
const WINDOW: u32 = 200;
const SLOW_MAX: u32 = WINDOW / 4;

/// Blocks until the dearest network is tried again, one minute, twice as long each time, up to 16 minutes.
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
    allowed: Option<Network>,
}

impl CostGuard {
    pub(crate) const fn new() -> Self {
        Self { blocks: 0, slow: 0, next_pause: FIRST_PAUSE, pause: 0, allowed: Some(Network::Full) }
    }

    /// The dearest network that may run.
    pub(crate) fn allowed(&self) -> Option<Network> {
        self.allowed
    }

    /// Notes the cost of the next block, and the network that it went through.
    pub(crate) fn note(&mut self, cost: Duration, network: Option<Network>) {
        if self.pause > 0 {
            self.pause -= 1;
            if self.pause == 0 {
                self.allowed = Some(Network::Full);
                (self.blocks, self.slow) = (0, 0);
                return;
            }
        }
        // If no network ran, the cause of a slow block is elsewhere.
        let Some(network) = network else { return };
        self.blocks += 1;
        self.slow += u32::from(cost > MOST);
        let is_too_slow = self.slow > SLOW_MAX;
        if is_too_slow {
            self.allowed = network.cheaper();
            if self.pause == 0 {
                self.pause = self.next_pause;
                self.next_pause = (2 * self.next_pause).min(LONGEST_PAUSE);
            }
        }
        if self.blocks == WINDOW || is_too_slow {
            (self.blocks, self.slow) = (0, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Network::{Full, Light};
    use super::*;

    const CHEAP: Duration = Duration::from_micros(300);
    const DEAR: Duration = Duration::from_millis(4);

    /// The number of blocks of this cost until `allowed` is in force. The most expensive network allowed runs.
    fn blocks_until(guard: &mut CostGuard, allowed: Option<Network>, cost: Duration) -> u32 {
        (1..200_000)
            .find(|_| {
                guard.note(cost, guard.allowed());
                guard.allowed() == allowed
            })
            .unwrap()
    }

    #[test]
    fn a_slow_machine_is_noticed_within_half_a_window() {
        assert_eq!(blocks_until(&mut CostGuard::new(), Some(Light), DEAR), SLOW_MAX + 1);
    }

    #[test]
    fn a_machine_that_is_too_slow_for_the_light_network_gets_none_until_the_same_pause_ends() {
        let mut guard = CostGuard::new();
        blocks_until(&mut guard, Some(Light), DEAR);
        assert_eq!(blocks_until(&mut guard, None, DEAR), SLOW_MAX + 1);
        assert_eq!(blocks_until(&mut guard, Some(Full), DEAR), FIRST_PAUSE - SLOW_MAX - 1);
    }

    #[test]
    fn what_is_slow_without_a_network_does_not_count() {
        let mut guard = CostGuard::new();
        for _ in 0..1_000 {
            guard.note(DEAR, None);
        }
        assert_eq!(guard.allowed(), Some(Full));
    }

    #[test]
    fn single_slow_blocks_are_forgiven() {
        let mut guard = CostGuard::new();
        for number in 0..10_000 {
            guard.note(if number % 5 == 0 { DEAR } else { CHEAP }, Some(Full));
            assert_eq!(guard.allowed(), Some(Full), "{number}");
        }
    }

    #[test]
    fn the_full_network_is_tried_again_ever_more_rarely() {
        let mut guard = CostGuard::new();
        let pauses: Vec<u32> = (0..7)
            .map(|_| {
                blocks_until(&mut guard, Some(Light), DEAR);
                blocks_until(&mut guard, Some(Full), CHEAP) / FIRST_PAUSE
            })
            .collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 16, 16]);
    }
}
