//! Input: a packet.
//! Checked: round trip; one length; too small a buffer is refused.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_testing::sim::fuzz::wire_parse(bytes));
