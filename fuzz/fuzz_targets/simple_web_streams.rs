//! The fuzzer's way in: bytes as what comes in the stream of a WebSocket.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_stream::simple_web::fuzz::simple_web_streams(bytes));
