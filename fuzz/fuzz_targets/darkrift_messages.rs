//! Input: messages of a game on DarkRift.
//! Checked: a proxy forwards each whole or takes a voice packet out; round trip.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_game_networks::darkrift::voice::fuzz::darkrift_messages(bytes));
