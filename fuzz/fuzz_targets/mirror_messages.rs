//! The fuzzer's way in: bytes as what clients and servers of games on Mirror may send.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_envelopes::mirror::fuzz::mirror_messages(bytes));
