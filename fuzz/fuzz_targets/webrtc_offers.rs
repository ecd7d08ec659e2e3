//! The fuzzer's way in: bytes as offers of a page, and its candidates.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_webrtc::fuzz::webrtc_offers(bytes));
