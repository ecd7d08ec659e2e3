//! The fuzzer's way in: any bytes as what another process has left.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_server::fuzz::hand_over(bytes));
