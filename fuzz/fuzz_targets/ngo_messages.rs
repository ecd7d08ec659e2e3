//! The fuzzer's way in: any bytes as messages of games on Netcode for GameObjects.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_envelopes::ngo::fuzz::ngo_messages(bytes));
