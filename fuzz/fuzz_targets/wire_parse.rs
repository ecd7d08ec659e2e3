//! The fuzzer's way in: any bytes as a packet.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_sim::fuzz::wire_parse(bytes));
