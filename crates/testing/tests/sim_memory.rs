//! A long session with many faults needs no more memory at its end than at its beginning.

use std::alloc::System;
use std::time::Duration;

use consonance_testing::sim::{Scenario, run};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[test]
fn memory_does_not_grow_with_time() {
    let mut scenario = Scenario::new(3);
    scenario.clients = 8;
    scenario.length = Duration::from_mins(16);
    let mut in_use = Vec::with_capacity(2000);
    run(&scenario, |_| in_use.push(bytes_in_use())).map_err(|failure| failure.to_string()).unwrap();
    // The first minute fills the records that are kept for a minute.
    let quarter = (in_use.len() - 60) / 4;
    let (first, last) = (most(&in_use[60..60 + quarter]), most(&in_use[in_use.len() - quarter..]));
    assert!(last <= first + first / 4, "{first} bytes became {last}");
}

fn most(samples: &[isize]) -> isize {
    samples.iter().copied().max().unwrap_or_default()
}

fn bytes_in_use() -> isize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated as isize - stats.bytes_deallocated as isize
}
