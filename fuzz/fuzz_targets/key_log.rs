//! Input: a log of keys, and a frame.
//! Checked: round trip; nothing is opened that no member sealed.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_e2ee::fuzz::key_log(bytes));
