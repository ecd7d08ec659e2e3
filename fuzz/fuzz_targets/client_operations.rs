//! Input: operations, any server, direct peers, a game.
//! Checked: packets suit their receiver; joins, starts and entries come before their ends; draining ends.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_testing::sim::fuzz::client_operations(bytes));
