//! The fuzzer's way in: bytes as what a page and a server say to each other over WebRTC.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_webrtc::fuzz::webrtc_datagrams(bytes));
