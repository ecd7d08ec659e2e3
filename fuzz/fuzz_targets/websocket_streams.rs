//! The fuzzer's way in: bytes as what comes in the stream of a WebSocket that carries voice.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_stream::websocket::fuzz::websocket_streams(bytes));
