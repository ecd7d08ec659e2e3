//! The fuzzer's way in: bytes as messages to a signalling server, and as what two peers of WebRTC say and send.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_webrtc_network::fuzz::signalling_messages(bytes));
