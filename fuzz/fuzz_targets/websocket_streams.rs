//! Input: the stream of voice's WebSocket, either end.
//! Checked: cuts; message limit.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_link::voice_websocket::fuzz::websocket_streams(bytes));
