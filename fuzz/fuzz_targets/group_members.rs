//! Input: operations of a hostile delivery service on three members and one of its own.
//! Checked: bounded messages and events; only clients that asked become members; one secret, one list of members.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_testing::sim::fuzz::group_members(bytes));
