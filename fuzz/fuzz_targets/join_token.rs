//! The fuzzer's way in: any bytes as what a player shows to be admitted.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_server::fuzz::join_token(bytes));
