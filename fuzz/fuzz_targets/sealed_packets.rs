//! Input: packets that members sealed, altered, repeated and under other names, and others.
//! Checked: nothing passes that the named member did not seal, and nothing twice.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_testing::sim::fuzz::sealed_packets(bytes));
