//! Input: messages of Mirror from either side, to proxy, server and client.
//! Checked: voice and the rest are the input, in order and by channel; round trip of numbers.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_game_networks::mirror::fuzz::mirror_messages(bytes));
