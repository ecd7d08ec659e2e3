//! The fuzzer's way in: bytes as what is said on Fish-Networking.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_envelopes::fishnet::fuzz::fishnet_payloads(bytes));
