//! What one message costs whoever takes it, at worst.
//!
//! Work is not measured by a clock, which would depend on the machine, but counted, so that the same message always
//! costs the same: bytes that are allocated, and steps. A step is an allocation, a packet or a destination of a packet
//! that goes out, a message to a client, or an event. Each takes some tens of nanoseconds, so that [`STEPS_MAX`] of
//! them are less than a millisecond. Multiplied lists, texts copied once for each room, and answers without a bound
//! show in these numbers; searches that neither allocate nor answer do not, and have counters where they are made.
//!
//! A test counts allocations with a line of its own:
//!
//! ```text
//! #[global_allocator]
//! static ALLOCATOR: consonance_testing::cost::CountingAllocator = consonance_testing::cost::ALLOCATOR;
//! ```

#[cfg(feature = "datagram-cost")]
mod datagrams;
#[cfg(feature = "session-cost")]
mod session_fixture;

use std::alloc::System;
use std::hint::black_box;
use std::sync::{Mutex, PoisonError};

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[cfg(feature = "datagram-cost")]
pub use datagrams::{DatagramServer, address, from_client};
#[cfg(feature = "session-cost")]
pub use session_fixture::{CODEC, Fixture, PLAYERS, SESSION, link_of, name_of, room_of, state, written};

/// Bytes that one message may allocate, those of replaced buffers counted again.
pub const BYTES_MAX: usize = 1_000_000;
/// Steps that one message may take.
pub const STEPS_MAX: usize = 10_000;

/// The type of [`ALLOCATOR`].
pub type CountingAllocator = &'static StatsAlloc<System>;

/// The global allocator of a program that measures.
pub const ALLOCATOR: CountingAllocator = &INSTRUMENTED_SYSTEM;

/// What a message has cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Bytes that were allocated.
    pub bytes: usize,
    /// Steps that were taken.
    pub steps: usize,
}

impl Cost {
    /// # Panics
    /// If the message takes more bytes or steps than one may.
    #[track_caller]
    pub fn assert_is_bounded(self, of: &str) {
        assert!(self.bytes <= BYTES_MAX && self.steps <= STEPS_MAX, "{of}: {self:?}");
    }

    /// # Panics
    /// If this, the cost of an input that is twice as long as the one that cost the half, is more than two and a half
    /// times as much, but for buffers that double.
    #[track_caller]
    pub fn assert_is_linear(self, half: Self, of: &str) {
        let is_linear = |whole: usize, half: usize, free: usize| whole <= half * 5 / 2 + free;
        let is_linear =
            is_linear(self.bytes, half.bytes, BYTES_FREE) && is_linear(self.steps, half.steps, STEPS_FREE);
        assert!(is_linear, "{of}: {self:?}, and half of it {half:?}");
    }
}

/// What a message may cost however short it is.
const BYTES_FREE: usize = 10_000;
const STEPS_FREE: usize = 100;

/// The cost of something that counts its other steps.
///
/// # Panics
/// If [`ALLOCATOR`] is not the allocator of this program.
pub fn measured(act: impl FnOnce() -> usize) -> Cost {
    let region = Region::new(ALLOCATOR);
    drop(black_box(Box::new(0_u64)));
    assert!(region.change().allocations > 0, "a test of costs has an allocator that counts");
    let region = Region::new(ALLOCATOR);
    let steps = act();
    let change = region.change();
    let grown = usize::try_from(change.bytes_reallocated).unwrap_or_default();
    Cost { bytes: change.bytes_allocated + grown, steps: steps + change.allocations + change.reallocations }
}

/// Runs a test while no other one does: allocations are counted over all threads.
pub fn alone(test: impl FnOnce()) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    test();
}

static ALONE: Mutex<()> = Mutex::new(());
