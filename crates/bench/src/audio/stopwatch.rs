//! Times work that is done for every block.
//!
//! Every round repeats the same work. The median over the rounds is taken for each block, which removes the influence
//! of other load on the machine.

use std::time::Instant;

use crate::median::median;

const ROUNDS: usize = 7;

/// The time per block, in microseconds, of work on this many blocks; each round begins with a new state.
pub(super) fn micros_per_block<S>(
    blocks: usize,
    mut state: impl FnMut() -> S,
    mut work: impl FnMut(&mut S, usize),
) -> f64 {
    let [micros] = micros_of_rounds(|| {
        let mut state = state();
        let timed = |block| {
            let start = Instant::now();
            work(&mut state, block);
            [micros_since(start)]
        };
        (0..blocks).map(timed).collect()
    });
    micros
}

/// The times per block of several stages, in microseconds; each round returns their times for every block.
pub(super) fn micros_of_rounds<const N: usize>(mut round: impl FnMut() -> Vec<[f64; N]>) -> [f64; N] {
    let rounds: Vec<Vec<[f64; N]>> = (0..ROUNDS).map(|_| round()).collect();
    let blocks = rounds.iter().map(Vec::len).min().unwrap_or(0);
    let usual = |thing: usize, block: usize| median(rounds.iter().map(|round| round[block][thing]).collect());
    std::array::from_fn(|thing| {
        (0..blocks).map(|block| usual(thing, block)).sum::<f64>() / blocks.max(1) as f64
    })
}

pub(super) fn micros_since(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e6
}
