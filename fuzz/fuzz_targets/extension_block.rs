//! The fuzzer's way in: any bytes as the block behind a packet.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_sim::fuzz::extension_block(bytes));
