//! Input: operations, resume tickets, an operator's kicks, moves, mutes, rules and limits, draining, hand-over.
//! Checked: packets suit an original, reach present links once and belong to the session; events are consistent;
//! draining ends; decisions hold; the next process adds no player.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_testing::sim::fuzz::server_operations(bytes));
