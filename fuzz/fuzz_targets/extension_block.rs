//! Input: the block behind a packet; items for one.
//! Checked: items survive, in order; a truncated block has the first ones.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_testing::sim::fuzz::extension_block(bytes));
