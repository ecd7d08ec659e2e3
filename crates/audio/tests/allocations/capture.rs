//! The capture chain allocates nothing per block.

use consonance_audio::{
    Activation, ActivationSettings, BLOCK_SAMPLES, CaptureChain, CaptureSettings, WavInput,
};
use consonance_testing::cost::alone;
use consonance_testing::sound::recording;
use stats_alloc::Region;

/// The test harness has a thread that allocates now and then; at least one round must be free of it.
const ROUNDS: usize = 5;

#[test]
fn nothing_is_allocated_per_block() {
    alone(|| {
        let speech = |number: u32| WavInput::open(recording(number)).unwrap().samples().to_vec();
        let (voice, far) = (speech(1), speech(2));
        let settings = CaptureSettings { background_removal: Some(0.65), ..CaptureSettings::default() };
        let mut chain = CaptureChain::new(settings);
        let mut gate = Activation::new(ActivationSettings::default());
        let (voice, far) = (voice.as_chunks::<BLOCK_SAMPLES>().0, far.as_chunks::<BLOCK_SAMPLES>().0);
        let mut run = |blocks: std::ops::Range<usize>| {
            for (voice, far) in voice[blocks.clone()].iter().zip(&far[blocks]) {
                let mut block = *voice;
                let heard = chain.process(&mut block, Some(far));
                gate.process(&mut block, &heard, false);
            }
        };
        // The transforms of the background removal are created on first use.
        run(0..10);
        let allocations = (0..ROUNDS).map(|round| {
            let region = Region::new(crate::ALLOCATOR);
            run(10 + 100 * round..110 + 100 * round);
            let change = region.change();
            change.allocations + change.reallocations + change.deallocations
        });
        assert_eq!(allocations.min(), Some(0));
    });
}
