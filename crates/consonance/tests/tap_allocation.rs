//! A tap's sender allocates nothing. Alone in its program, because the count is of the whole program.

use std::alloc::System;

use consonance::audio::{BLOCK_SAMPLES, SamplePosition, StereoBlock};
use consonance::{Tap, TapSound, TapSource};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The harness has a thread of its own, which allocates now and then; in a round without it nothing is left.
const ROUNDS: usize = 20;

#[test]
fn nothing_is_allocated_per_block_whether_it_finds_room_or_not() {
    let allocations = (0..ROUNDS).map(|_| allocations()).min();
    assert_eq!(allocations, Some(0));
}

/// How often memory was asked for or given back while 600 blocks came and 200 were taken.
fn allocations() -> usize {
    let (mut sender, mut tap) = Tap::new(TapSource::Mix);
    let region = Region::new(ALLOCATOR);
    for block in 0..300 {
        sender.push(SamplePosition(480 * block), TapSound::Stereo(StereoBlock::SILENCE));
        sender.push(SamplePosition(480 * block), TapSound::Mono([0.5; BLOCK_SAMPLES]));
        if block < 200 {
            tap.poll();
        }
    }
    assert!(tap.dropped() > 0);
    let change = region.change();
    change.allocations + change.reallocations + change.deallocations
}
