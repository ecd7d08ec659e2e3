//! How long something takes that is done for every block.
//!
//! Every round does the same again. So of each block the median over the rounds is taken, and what else the machine did
//! in between is left out.

use std::time::Instant;

use crate::median::median;

const ROUNDS: usize = 7;

/// Microseconds per block of work on so many blocks, with a state that each round begins with.
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

/// Microseconds per block of several things, where each round says what they took for every block.
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
