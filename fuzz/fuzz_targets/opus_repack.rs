//! The fuzzer's way in: bytes as packets of a page's microphone.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_browser::fuzz::opus_repack(bytes));
