//! The fuzzer's way in: any bytes as what a peer sends to Forge's ends.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_forge::fuzz::forge_datagrams(bytes));
