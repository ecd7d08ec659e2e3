//! The fuzzer's way in: bytes as packets of media that a page sends and is sent.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_webrtc::fuzz::webrtc_media(bytes));
