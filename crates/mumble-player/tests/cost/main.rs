//! What one control message costs the server, at worst: for each kind of message of Mumble's clients and of the
//! session's own protocol, the worst input within its size limit, in a session of 1000 players in 1000 rooms.
//!
//! Work is not measured by a clock, which would depend on the machine, but counted, so that the same message always
//! costs the same: bytes that are allocated, and steps. A step is an allocation, a packet or a destination of a packet
//! that the server sends, a message to Mumble's client, or an event. Each takes some tens of nanoseconds, so that
//! [`STEPS_MAX`] of them are less than a millisecond. Multiplied lists, texts copied once for each room, and answers
//! without a bound show in these numbers; searches that neither allocate nor answer do not, and have counters where
//! they are made (`html`, `channels`).
//!
//! Kinds are taken from matches without a wildcard: a new one does not compile until it has its worst case here, or
//! fails where the enum is open (`group`).

mod group;
mod mumble;
mod session;
mod stage;

use std::alloc::System;
use std::sync::{Mutex, PoisonError};

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;
/// Allocations are counted over all threads, so that only one test may run.
static ALONE: Mutex<()> = Mutex::new(());

/// Bytes that one message may allocate, those of replaced buffers counted again.
const BYTES_MAX: usize = 1_000_000;
/// Steps that one message may take.
const STEPS_MAX: usize = 10_000;

/// What a message has cost.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    bytes: usize,
    steps: usize,
}

impl Cost {
    #[track_caller]
    fn assert_is_bounded(self, of: &str) {
        assert!(self.bytes <= BYTES_MAX && self.steps <= STEPS_MAX, "{of}: {self:?}");
    }
}

/// Runs a test while no other one does.
fn alone(test: impl FnOnce()) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    test();
}
