//! The fuzzer's way in: bytes as everything that can happen to a server.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_sim::fuzz::server_operations(bytes));
