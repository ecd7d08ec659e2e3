//! The fuzzer's way in: bytes as what a server, a page and a worklet bring to a page that has no WebRTC.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_browser_wasm::fuzz::page_without_webrtc(bytes));
