//! The fuzzer's way in: bytes as everything that can happen to a page's player.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_browser::fuzz::browser_control(bytes));
