//! The fuzzer's way in: any bytes as the first message of a client.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_quic::fuzz::client_hello(bytes));
