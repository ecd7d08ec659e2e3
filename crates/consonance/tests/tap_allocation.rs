//! A tap's sender allocates nothing. A test program of its own, because the count is process-wide.

use std::alloc::System;

use consonance::audio::{BLOCK_SAMPLES, SamplePosition, StereoBlock};
use consonance::{Tap, TapSound, TapSource};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The test harness has a thread that allocates now and then; at least one round must be free of it.
const ROUNDS: usize = 20;

#[test]
fn nothing_is_allocated_per_block_whether_it_finds_room_or_not() {
    let allocations = (0..ROUNDS).map(|_| allocations()).min();
    assert_eq!(allocations, Some(0));
}

/// Number of allocations and deallocations while 600 blocks were pushed and 200 were taken.
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
