//! The command once more, with every allocation of all threads counted, for the benches that report them.
//!
//! A program has one allocator, chosen when it is linked, so this is one of its own: counters that all threads write to would
//! be in the way of those who serve. `consonance bench` runs it by itself where it is needed.

use std::alloc::System;
use std::process::ExitCode;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> ExitCode {
    consonance_cli::main()
}
