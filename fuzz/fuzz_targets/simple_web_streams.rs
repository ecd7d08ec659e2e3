//! Input: the stream of a game's WebSocket, either end.
//! Checked: cuts; message limit.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_game_networks::simple_web::fuzz::simple_web_streams(bytes));
