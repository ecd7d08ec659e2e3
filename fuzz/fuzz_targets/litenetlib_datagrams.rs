//! The fuzzer's way in: bytes as everything that can happen to both ends of `LiteNetLib`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_litenetlib::fuzz::litenetlib_datagrams(bytes));
