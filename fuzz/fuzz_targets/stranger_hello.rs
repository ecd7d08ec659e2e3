//! The fuzzer's way in: any bytes as what a stranger says first.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_quic::fuzz::stranger_hello(bytes));
