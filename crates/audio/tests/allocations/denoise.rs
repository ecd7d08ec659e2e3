//! Nothing is allocated per block.

use consonance_audio::denoise::{BLOCK_SAMPLES, Denoiser, LightDenoiser};
use consonance_testing::cost::alone;
use stats_alloc::Region;

/// The test harness has a thread that allocates now and then; at least one round must be free of it.
const ROUNDS: usize = 5;

#[test]
fn nothing_is_allocated_per_block() {
    alone(|| {
        let mut denoiser = Denoiser::new();
        let mut light = LightDenoiser::new();
        let allocations = (0..ROUNDS).map(|_| {
            let region = Region::new(crate::ALLOCATOR);
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
    });
}
