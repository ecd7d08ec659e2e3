//! Nothing is allocated for a frame whose buffers have room: neither when it is sealed or opened, nor when it is
//! refused.

use std::time::Duration;

use consonance_e2ee::sframe::{BASE_KEY_BYTES, EpochSecret, Opener, Sealer};
use consonance_testing::cost::alone;
use stats_alloc::Region;

#[test]
fn nothing_is_allocated_for_a_frame_of_a_known_sender() {
    alone(|| {
        let secret = EpochSecret::new(6, [8; BASE_KEY_BYTES]);
        let mut sealer = Sealer::new(&secret, 300).unwrap();
        let mut opener = Opener::new();
        opener.add_epoch(Duration::ZERO, secret, 1000).unwrap();
        // Headers grow with the counter.
        let [mut out, mut frame] = [(); 2].map(|()| Vec::with_capacity(200));
        let mut round = |ends_with: u8| {
            out.clear();
            frame.clear();
            sealer.seal(&[1; 20], &[2; 60], &mut out).unwrap();
            *out.last_mut().unwrap() ^= ends_with;
            opener.open(Duration::ZERO, &[1; 20], &out, &mut frame).is_ok()
        };
        assert!(round(0));
        // The test harness thread that waits for this test may allocate occasionally.
        let allocations = (0..20).map(|_| {
            let region = Region::new(crate::ALLOCATOR);
            for _ in 0..20 {
                assert!(round(0));
                assert!(!round(1));
            }
            let change = region.change();
            change.allocations + change.reallocations
        });
        assert_eq!(allocations.min(), Some(0));
    });
}
