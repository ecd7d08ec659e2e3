//! What one control message costs the server, at worst: for each kind of message of Mumble's clients and of the
//! session's own protocol, the worst input within its size limit, in a session of 1000 players in 1000 rooms.
//!
//! Searches that neither allocate nor answer have counters where they are made (`html`, `channels`).
//!
//! Kinds are taken from matches without a wildcard: a new one does not compile until it has its worst case here, or
//! fails where the enum is open (`group`).

mod allocations;
mod fixture;
mod group;
mod mumble;
mod session;

use consonance_testing::cost::CountingAllocator;
pub(crate) use consonance_testing::cost::{BYTES_MAX, Cost, STEPS_MAX, alone};

#[global_allocator]
static ALLOCATOR: CountingAllocator = consonance_testing::cost::ALLOCATOR;
