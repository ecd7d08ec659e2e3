//! The fuzzer's way in: bytes as everything that can happen to both ends of `ENet`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_enet::fuzz::enet_datagrams(bytes));
