//! Nothing is allocated per block. A test program of its own, because the count is process-wide.

use std::alloc::System;

use consonance_audio::denoise::{BLOCK_SAMPLES, Denoiser, LightDenoiser};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The test harness has a thread that allocates now and then; at least one round must be free of it.
const ROUNDS: usize = 5;

#[test]
fn nothing_is_allocated_per_block() {
    let mut denoiser = Denoiser::new();
    let mut light = LightDenoiser::new();
    let allocations = (0..ROUNDS).map(|_| {
        let region = Region::new(ALLOCATOR);
        for number in 0..20_u8 {
            denoiser.process(&mut [f32::from(number) / 100.0; BLOCK_SAMPLES]);
            light.process(&mut [f32::from(number) / 100.0; BLOCK_SAMPLES]);
        }
        denoiser.reset();
        light.reset();
        let change = region.change();
        change.allocations + change.reallocations + change.deallocations
    });
    assert_eq!(allocations.min(), Some(0));
}
