//! Input: operations of DarkRift, streams, datagrams, tokens.
//! Checked: one player per right token; ends are told once; no message outside of a connection; pending handshakes
//! are bounded.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_game_networks::darkrift::fuzz::darkrift_streams(bytes));
